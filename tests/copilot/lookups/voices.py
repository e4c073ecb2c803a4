"""Posts, mentions and signals for the small retailer, written by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl

from copilot.signals.records import MENTIONS_SCHEMA, SIGNAL_RUNS_SCHEMA, SIGNALS_SCHEMA
from copilot.workspace import Workspace
from ingestion.post_index import index_posts, post_schema
from ingestion.records import POSTS_SCHEMA
from tests.copilot.lookups.retailer import AS_OF
from vectorstore.encoder import HashEncoder
from vectorstore.open import open_store

REVIEWERS = 6
"""Each writes of the Alba dress once; the first four say that it runs small, with 2 stars instead of 4."""
CAMEL_AUTHORS = 7


def write_voices(workspace: Workspace) -> None:
    """Posts in the lake and in an index of hashed words, mentions, and the signals of the morning."""
    posts = pl.DataFrame([*_reviews(), *_social()], schema=POSTS_SCHEMA)
    workspace.lake.append("posts", posts)
    workspace.lake.append("mentions", _mentions(posts))
    workspace.lake.append("signal_runs", _run())
    workspace.lake.append("signals", _signals())
    encoder = HashEncoder()
    store = open_store(workspace.settings.index, path=workspace.index_path, schema=post_schema(encoder))
    index_posts(posts, store, encoder)
    store.close()


def _reviews() -> list[dict[str, object]]:
    small = "The Alba dress runs small, too tight at the shoulders"
    good = "Lovely Alba dress, perfect length"
    said = [(small, 2.0)] * 4 + [(good, 4.0)] * (REVIEWERS - 4)
    return [
        _post(number, "review", text=text, rating=rating, product="alba-dress")
        for number, (text, rating) in enumerate(said)
    ] + [_post(50, "review", text="Alba dress, visit my shop", rating=1.0, product="alba-dress", spam=True)]


def _social() -> list[dict[str, object]]:
    seen = (
        "work",
        "the market hall",
        "my sister's",
        "a gallery near Odéon",
        "lunch",
        "two trains",
        "every shop window",
    )
    said = [f"Camel coats: seen at {place}, {'and again ' * number}today" for number, place in enumerate(seen)]
    camel = [_post(100 + number, "social", text=text, market="FR") for number, text in enumerate(said)]
    spam = [_post(200, "social", text="camel coat camel coat buy now", spam=True)]
    later = [_post(300, "social", text="camel coat tomorrow", on=AS_OF)]
    return [*camel, *spam, *later]


def _post(
    number: int,
    kind: str,
    *,
    text: str,
    rating: float | None = None,
    product: str = "",
    market: str = "",
    spam: bool = False,
    on: date = AS_OF - timedelta(days=2),
) -> dict[str, object]:
    return {
        "post_id": f"00000000-0000-4000-8000-{number:012d}",
        "source": "reviews-web" if kind == "review" else "social",
        "kind": kind,
        "author": f"author_{number:016x}",
        "thread": "",
        "title": "",
        "text": f"{text} ({number})",
        "published_at": datetime(on.year, on.month, on.day, 9, tzinfo=UTC),
        "language": "en",
        "market": market,
        "rating": rating,
        "product_id": product,
        "content_hash": f"{number}",
        "duplicate_of": "",
        "spam": spam,
        "personal_data": [],
    }


def _mentions(posts: pl.DataFrame) -> pl.DataFrame:
    said = {"runs_small": "runs small", "camel_coat": "camel coat"}
    found = [
        posts.filter(~pl.col("spam"), pl.col("text").str.to_lowercase().str.contains(words)).with_columns(
            term_id=pl.lit(term)
        )
        for term, words in said.items()
    ]
    return pl.concat(found).with_columns(date=pl.col("published_at").dt.date()).select(MENTIONS_SCHEMA.names())


def _run() -> pl.DataFrame:
    row = {"as_of": AS_OF, "lexicon": "x", "posts": 15, "undated_posts": 0, "series_tested": 2, "baseline_weeks": 12,
           "signals": 3}  # fmt: skip
    return pl.DataFrame([row], schema=SIGNAL_RUNS_SCHEMA)


def _signals() -> pl.DataFrame:
    shared = {"as_of": AS_OF, "market": "", "expected_authors": 2.0, "growth": 1.0, "p_value": 0.001, "q_value": 0.01,
              "first_seen_on": AS_OF - timedelta(days=6), "posts": 7, "top_author_share": 0.2}  # fmt: skip
    rows = [
        {"term_id": "camel_coat", "stage": "emerging", "severity": 6, "authors": 7, "ratio": 3.5},
        {"term_id": "suede", "stage": "fading", "severity": 3, "authors": 9, "ratio": 2.0},
        {"term_id": "linen", "stage": "rising", "severity": 9, "authors": 3, "ratio": 9.0},
    ]
    return pl.DataFrame([shared | row for row in rows], schema=SIGNALS_SCHEMA)
