from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from copilot.settings import SignalSettings
from copilot.signals.detection import find_rises
from copilot.signals.mentions import find_mentions
from tests.copilot.signals.material import posts

_NONE_BEFORE = date(2012, 1, 2)


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
    mentions = find_mentions(frame)
    day = pl.col("published_at").dt.date().alias("date")
    volumes = frame.select("post_id", "author", day, "source", "market")
    mornings = [_NONE_BEFORE + timedelta(days=14 * n) for n in range(42)]

    searched = [find_rises(mentions, volumes, morning, SignalSettings()).series for morning in mornings]

    assert sum(series["tested"].sum() for series in searched) > 1000
    # Nothing is known to have risen: at most one signal in ten mornings, in all markets and the one there is.
    assert sum(series["raised"].sum() for series in searched) <= 4
