from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from copilot.settings import SignalSettings
from copilot.signals.counting import count_days
from copilot.signals.detection import detect
from copilot.signals.mentions import find_mentions
from tests.copilot.signals.material import posts

_END, _DAYS, _MORNINGS = date(2013, 8, 12), 800, 300


@pytest.mark.real_data
def test_real_background_raises_few_signals(real_data: Path) -> None:
    raw = pl.read_csv(real_data / "posts_reddit_fashion" / "reddit_fashion_top_posts.csv.gz", infer_schema_length=0)
    at = pl.from_epoch(pl.col("created_utc").cast(pl.Float64).cast(pl.Int64)).dt.date()
    columns = raw.unique("id", maintain_order=True).select(
        post_id="id",
        source="subreddit",
        title=pl.col("title").fill_null(""),
        text=pl.col("selftext").fill_null(""),
        day=at,
    )
    frame = posts(*columns.iter_rows(named=True))
    mentions = find_mentions(frame).with_columns(market=pl.lit(""))
    day = pl.col("published_at").dt.date().alias("date")
    volumes = frame.select("post_id", "author", day, "source", market=pl.lit(""))

    found = detect(count_days(mentions, volumes, _END, days=_DAYS), SignalSettings(), mornings=_MORNINGS)

    assert found.series["tested"].sum() > 80
    # Nothing is known to have risen, though sandals do in spring, before a second year shows it to be their season.
    assert found.begun.height <= 2
