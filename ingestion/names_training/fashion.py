"""Fashion texts and r/france titles: nearly free of names, so that they show what a model takes for one.

Odd rows are learned from, even rows measured on.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import polars as pl

Rows = Literal["odd", "even"]


def reviews(data: Path, rows: Rows) -> list[str]:
    """Clothing reviews."""
    frame = pl.read_csv(data / "reviews_womens_clothing" / "reviews.csv.gz", infer_schema=False)
    return _kept(frame["Review Text"].to_list(), rows)


def fashion_posts(data: Path, rows: Rows) -> list[str]:
    """Titles of posts about fashion, and what is under them."""
    frame = pl.read_csv(data / "posts_reddit_fashion" / "reddit_fashion_top_posts.csv.gz", infer_schema=False)
    texts = [f"{title}\n{text or ''}".strip() for title, text in frame.select("title", "selftext").iter_rows()]
    return _kept(texts, rows)


def france_titles(data: Path, rows: Rows) -> list[str]:
    """Titles of r/france."""
    frame = pl.read_csv(data / "posts_reddit_fashion" / "reddit_france_top_posts_fr.csv.gz", infer_schema=False)
    return _kept(frame["title"].to_list(), rows)


def _kept(texts: Sequence[str | None], rows: Rows) -> list[str]:
    rest = 1 if rows == "odd" else 0
    return [text for row, text in enumerate(texts) if row % 2 == rest and text]
