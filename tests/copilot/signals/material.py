"""Posts made up for the tests of the signals room: cheap rows of POSTS_SCHEMA, without Presidio."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import polars as pl

from ingestion.records import POSTS_SCHEMA

AS_OF = date(2026, 11, 2)

_DEFAULTS: dict[str, object] = {
    "source": "reviews-web",
    "kind": "review",
    "thread": "",
    "title": "",
    "language": "en",
    "market": "FR",
    "rating": None,
    "product_id": "",
    "duplicate_of": "",
    "spam": False,
    "personal_data": [],
}


def posts(*rows: Mapping[str, object]) -> pl.DataFrame:
    """POSTS_SCHEMA of rows that say only what matters; `day` is a date or None, `author` defaults to one's own."""
    whole = []
    for number, row in enumerate(rows):
        given = dict(row)
        day = given.pop("day", AS_OF - timedelta(days=1))
        post_id = str(given.get("post_id", f"post-{number:06d}"))
        at = datetime.combine(day, time(12), UTC) if isinstance(day, date) else None
        own = {"post_id": post_id, "author": f"author_{post_id}", "published_at": at, "text": ""}
        post = {**_DEFAULTS, **own, **given}
        post.setdefault("content_hash", f"{post['title']}|{post['text']}")
        whole.append(post)
    return pl.DataFrame(whole, schema=POSTS_SCHEMA)


def background(
    weekly: Mapping[str, float], *, weeks: int, seed: int = 1, as_of: date = AS_OF
) -> list[dict[str, object]]:
    """Posts of `weeks` weeks before `as_of`: each text said by about so many authors a week, in two sources."""
    chance = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for text, rate in weekly.items():
        for day in range(7 * weeks):
            for _ in range(chance.poisson(rate / 7)):
                source = "reviews-web" if chance.random() < 0.5 else "social"
                rows.append(
                    {
                        "post_id": f"{seed}-{len(rows)}",
                        "text": text,
                        "day": as_of - timedelta(days=day + 1),
                        "source": source,
                    }
                )
    return rows
