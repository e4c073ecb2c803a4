"""Posts recognised when they come again as they were, so that they are not read, pseudonymised and embedded again.

The lake's table `post_digests` holds, for each post that is in lake and index, a keyed digest of the raw post and of
all that it was prepared with. Without the key nobody can tell from it what a post said. Its rows go by `post_id`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from ingestion.clean import in_utc
from ingestion.lake import Lake
from ingestion.post_batches import NamedPost
from ingestion.pseudonymise.keys import PseudonymKey
from ingestion.records import RawPost

if TYPE_CHECKING:  # Presidio takes a second to load, and questions about posts need none of it
    from ingestion.pseudonymise.posts import Pseudonymiser

TABLE = "post_digests"
DIGESTS_SCHEMA = pl.Schema({"post_id": pl.String(), "source_digest": pl.String()})
"""Columns of the lake table `post_digests`. Key: `post_id`."""

_PREPARATION = 1
"""Raise it when cleaning or language detection change, and known posts are prepared again."""


class PostDigests:
    """Digests of the posts that are known, and of those that come."""

    def __init__(self, lake: Lake, key: PseudonymKey, made_with: str) -> None:
        """`made_with`: what else decides what becomes of a raw post; see `preparation_fingerprint`."""
        self._lake = lake
        self._key = key
        self._made_with = made_with
        self._known = _known(lake)

    def digest(self, raw: RawPost, names: Sequence[str]) -> str:
        """32 hex digits; equal for equal posts with equal names around them, prepared with the same."""
        moment = in_utc(raw.published_at)
        at = moment.isoformat() if moment is not None else ""
        rating = "" if raw.rating is None else repr(float(raw.rating))
        fields = (raw.source, raw.source_id, raw.kind, raw.author, raw.text, raw.title, at, raw.language, raw.market)
        parts = (self._made_with, *fields, rating, raw.product_id, raw.thread, *names)
        return self._key.digest("raw post", *parts).hex()[:32]

    def unknown(self, post_ids: Sequence[str], posts: Sequence[NamedPost]) -> list[NamedPost]:
        """Those of the posts that are not known as they are."""
        digests = [post.source_digest for post in posts]
        come = pl.DataFrame({"post_id": post_ids, "source_digest": digests}, schema=DIGESTS_SCHEMA)
        known = come.join(self._known, on="post_id", how="left", maintain_order="left", suffix="_known")
        same = known.select(same=pl.col("source_digest") == pl.col("source_digest_known"))["same"].fill_null(
            value=False
        )
        return [post for post, is_known in zip(posts, same, strict=True) if not is_known]

    def remember(self, prepared: pl.DataFrame, post_ids: Sequence[str]) -> None:
        """Keep the digests of those prepared posts that are in lake and index now."""
        kept = prepared.select(DIGESTS_SCHEMA.names()).filter(pl.col("post_id").is_in(list(post_ids)))
        self._lake.merge(TABLE, kept, key=["post_id"])


def preparation_fingerprint(pseudonymiser: Pseudonymiser, reader_fingerprint: str) -> str:
    """What a post becomes depends on: another fingerprint, and known posts are prepared again."""
    parts = (
        _PREPARATION,
        pseudonymiser.policy_version,
        pseudonymiser.languages,
        sorted(pseudonymiser.keep),
        reader_fingerprint,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _known(lake: Lake) -> pl.DataFrame:
    """Digests of posts that the lake has: one without its post tells of nothing."""
    if not lake.exists(TABLE) or not lake.exists("posts"):
        return DIGESTS_SCHEMA.to_frame()
    there = lake.scan("posts").select("post_id")
    return lake.scan(TABLE).select(DIGESTS_SCHEMA.names()).join(there, on="post_id", how="semi").collect()
