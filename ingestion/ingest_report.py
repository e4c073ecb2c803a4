"""What a run of `ingest_posts` says of itself. It holds no value of any post."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ingestion.lake import Lake
from ingestion.sources.source import RejectedPost

_MANY_COPIES = 0.5
"""Share of the posts read from which on it is said that they are copies of another source's."""


@dataclass(frozen=True, kw_only=True)
class IngestReport:
    """What became of what a source gave.

    `read == new + changed + unchanged + merged + rejected + suppressed`, always.
    """

    source: str
    read: int
    new: int
    changed: int
    """Posts known with other content, brought up to date."""
    unchanged: int
    merged: int
    """Posts whose id came before in the same run: the first one counts."""
    rejected: int
    suppressed: int
    """Posts of people who asked to be forgotten: not stored."""
    withdrawn: int
    """Posts held that were taken back at their source, among the rejected: the next sweep erases them."""
    duplicates: int
    """Of the posts read: copies of an earlier post, of any source."""
    spam: int
    """Of the posts read: marked as spam."""
    spam_reasons: Mapping[str, int]
    languages: Mapping[str, int]
    """Posts read and kept, by language, most frequent first."""
    personal_data: Mapping[str, int]
    """Posts read and kept, by kind of personal data replaced in them, most frequent first."""
    indexed: int
    """Documents written to the index, those included that an earlier run left out."""
    rejects: tuple[RejectedPost, ...]
    """The first rejected rows."""
    rejects_path: Path | None
    """The list of all rejected rows; None where there are none or no path was given."""
    copied_from: Mapping[str, int]
    """How many of the posts read other sources have too, or nearly so, by source, most frequent first."""
    already_read: bool
    """Whether the source had nothing new since a run that came to its end: such a file is not read again."""

    def summary(self) -> str:
        """One line for people."""
        if self.already_read and not self.read:
            return f"{self.source}: nothing new since it was read before."
        where = f" ({self.rejects_path})" if self.rejects_path else ""
        text = (
            f"{self.source}: {self.read:,} read, {self.new:,} new, {self.changed:,} changed,"
            f" {self.unchanged:,} unchanged, {self.merged:,} merged, {self.rejected:,} rejected{where};"
            f" {self.duplicates:,} duplicates and"
            f" {self.spam:,} spam marked."
        )
        if self.suppressed:
            text += f" {self.suppressed:,} left out: their authors asked to be forgotten."
        if self.withdrawn:
            text += f" {self.withdrawn:,} were taken back at their source: `reassort privacy sweep` erases them."
        if self.rejects:
            first = self.rejects[0]
            column = f' column "{first.column}",' if first.column else ""
            text += (
                f" First rejected: row {first.row},{column} {first.reason}. Correct the rows, or how they are read"
                " (--save-map, --map), and ingest again: what is in stays as it is."
            )
        for source, copies in list(self.copied_from.items())[:1]:
            if copies >= _MANY_COPIES * self.read:
                text += f" {source!r} has {copies:,} of them too: if it is the same, give --source {source}."
        return text


def describe_posts(lake: Lake, post_ids: Collection[str]) -> tuple[dict[str, int], dict[str, int]]:
    """How many of some posts there are by language, and by kind of personal data replaced; most frequent first."""
    if not post_ids or not lake.exists("posts"):
        return {}, {}
    ids = pl.DataFrame({"post_id": list(post_ids)}).lazy()
    posts = lake.scan("posts").select("post_id", "language", "personal_data").join(ids, on="post_id", how="semi")
    return _counted(posts, "language"), _counted(posts.explode("personal_data"), "personal_data")


def copied_from(lake: Lake, post_ids: Collection[str], originals: Collection[str]) -> dict[str, int]:
    """How many posts are copies of some posts, or the `originals` that these are copies of; by source, most frequent
    first.
    """
    if not post_ids or not lake.exists("posts"):
        return {}
    ids = pl.DataFrame({"post_id": list(post_ids)}).lazy()
    others = lake.scan("posts").select("post_id", "duplicate_of", "source").join(ids, on="post_id", how="anti")
    copies = others.join(ids, left_on="duplicate_of", right_on="post_id", how="semi")
    first = others.filter(pl.col("duplicate_of") == "", pl.col("post_id").is_in(list(originals)))
    return _counted(pl.concat([copies, first]).unique("post_id"), "source")


def _counted(posts: pl.LazyFrame, column: str) -> dict[str, int]:
    counts = posts.drop_nulls(column).group_by(column).len().sort(["len", column], descending=[True, False])
    return dict(counts.collect(engine="streaming").iter_rows())
