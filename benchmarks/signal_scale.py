"""Signals at a million posts: counted and tested from scratch, and a day of 20,000 more.

The texts are real reviews, drawn with replacement and spread over two years, four sources and three markets.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.figures import Figure, Targets, all_absent, peak_rss_mib, real_data
from copilot.settings import SignalSettings
from copilot.signals.run import update_signals
from ingestion.lake import Lake
from ingestion.records import POSTS_SCHEMA
from ingestion.warehouse import Warehouse

FOLDER = "reviews_womens_clothing"
_MORNING = date(2026, 11, 1)
_AT_ONCE, _DAYS, _DAY_POSTS = 100_000, 728, 20_000
_AUTHORS_PER_POST = 1 / 3

TARGETS: Targets = {
    "signal_scale.from_scratch": ("s", "lower", 300.0),
    "signal_scale.a_day": ("s", "lower", 20.0),
    "signal_scale.peak_rss": ("MiB", "lower", 4096.0),
}


def run(quick: bool) -> Iterator[Figure]:
    """A million posts, or 100,000."""
    folder = real_data(FOLDER)
    if folder is None:
        yield from all_absent(TARGETS, FOLDER)
        return
    size = 100_000 if quick else 1_000_000
    texts = pl.read_csv(folder / "reviews.csv.gz", infer_schema_length=0)["Review Text"].drop_nulls().to_list()
    chance = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as scratch:
        lake = Lake(Path(scratch))
        for first in range(0, size, _AT_ONCE):
            ages = chance.integers(1, _DAYS, min(_AT_ONCE, size - first))
            lake.append("posts", _posts(texts, ages, first, size, chance))
        yield _timed("signal_scale.from_scratch", lake, _MORNING, size)
        lake.append("posts", _posts(texts, np.zeros(_DAY_POSTS, dtype=np.int64), size, size, chance))
        yield _timed("signal_scale.a_day", lake, _MORNING + timedelta(days=1), _DAY_POSTS)
    unit, better, target = TARGETS["signal_scale.peak_rss"]
    yield Figure(name="signal_scale.peak_rss", value=peak_rss_mib(), unit=unit, target=target, better=better)


def _timed(name: str, lake: Lake, morning: date, posts: int) -> Figure:
    began = time.perf_counter()
    report = update_signals(lake, Warehouse(lake), morning, SignalSettings())
    seconds = time.perf_counter() - began
    unit, better, target = TARGETS[name]
    detail = f"{posts:,} posts, {report.mentions.mentions:,} mentions, {report.series_tested} series tested"
    return Figure(name=name, value=seconds, unit=unit, target=target, better=better, detail=detail)


def _posts(
    texts: list[str],
    ages: np.ndarray[tuple[int], np.dtype[np.int64]],
    first: int,
    size: int,
    chance: np.random.Generator,
) -> pl.DataFrame:
    """Posts of those ages in days, numbered from `first`."""
    count = len(ages)
    drawn = chance.integers(0, len(texts), count)
    authors = chance.integers(0, int(size * _AUTHORS_PER_POST), count)
    midnight = datetime.combine(_MORNING, datetime.min.time(), UTC)
    plain = {"kind": "review", "thread": "", "title": "", "language": "en", "product_id": "", "duplicate_of": ""}
    return pl.DataFrame(
        {
            **dict.fromkeys(POSTS_SCHEMA.names()),
            **plain,
            "post_id": [f"p{first + n}" for n in range(count)],
            "source": [f"source-{n % 4}" for n in range(count)],
            "author": [f"a{author}" for author in authors],
            "text": [texts[n] for n in drawn],
            "published_at": [midnight - timedelta(days=int(age)) for age in ages],
            "market": [("FR", "GB", "IT", "")[n % 4] for n in range(count)],
            "content_hash": [f"h{first + n}" for n in range(count)],
            "spam": False,
            "personal_data": [[]] * count,
        },
        schema=POSTS_SCHEMA,
    )
