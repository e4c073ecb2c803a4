"""People who asked to be forgotten stay forgotten: their posts, and mentions of them, are left out when read again.

Who they are is kept as a digest under a purpose of its own: HMAC-SHA-256 with the pseudonym key over the pseudonym.
It cannot be joined with the pseudonyms in any table, past or future, without the key, and tells nothing but that
whoever has this pseudonym objected. It is personal data still, kept to honour the objection and for nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date

import polars as pl

from ingestion.lake import Lake
from ingestion.privacy.traces import SOMEONE
from ingestion.pseudonymise.content import content_hash
from ingestion.pseudonymise.keys import PseudonymKey
from ingestion.records import Post

TABLE = "suppressed_authors"
SUPPRESSED_SCHEMA = pl.Schema({"digest": pl.String(), "source": pl.String(), "since": pl.Date()})
"""Lake table `suppressed_authors`. Key: digest, source.

digest   keyed digest of the pseudonym, under the purpose `suppressed`
source   empty: every source
since    day of the request
"""

EVERY_SOURCE = ""
_PURPOSE = "suppressed"
_MENTION = re.compile(r"@?(author_[0-9a-f]{16})")


class Suppressions:
    """Who is not to be stored again, as of when it was opened."""

    def __init__(self, lake: Lake, key: PseudonymKey) -> None:
        self._lake = lake
        self._key = key
        rows = lake.read(TABLE, columns=["digest", "source"]) if lake.exists(TABLE) else SUPPRESSED_SCHEMA.to_frame()
        self._listed = frozenset(rows.select("digest", "source").iter_rows())
        self._known: dict[tuple[str, str], bool] = {}

    def __len__(self) -> int:
        return len(self._listed)

    def is_suppressed(self, author: str, source: str = EVERY_SOURCE) -> bool:
        """Whether the person behind a pseudonym is to be left out of a source."""
        if not self._listed:
            return False
        known = self._known.get((author, source))
        if known is None:
            digest = self.digest(author)
            known = (digest, EVERY_SOURCE) in self._listed or (digest, source) in self._listed
            self._known[author, source] = known
        return known

    def without_suppressed(self, posts: Sequence[Post]) -> list[Post]:
        """The posts of others, in order, where suppressed people are mentioned by nobody's name."""
        if not self._listed:
            return list(posts)
        return [self._rewritten(post) for post in posts if not self.is_suppressed(post.author, post.source)]

    def add(self, author: str, *, source: str = EVERY_SOURCE, since: date) -> None:
        """Leave the person out from now on. A second time changes nothing."""
        if (self.digest(author), source) in self._listed:
            return
        row = pl.DataFrame([(self.digest(author), source, since)], schema=SUPPRESSED_SCHEMA, orient="row")
        self._lake.merge(TABLE, row, key=["digest", "source"])
        self._listed |= {(self.digest(author), source)}
        self._known.clear()

    def digest(self, author: str) -> str:
        """32 hex digits."""
        return self._key.digest(_PURPOSE, author).hex()[:32]

    def _rewritten(self, post: Post) -> Post:
        def stand_in(mention: re.Match[str]) -> str:
            return SOMEONE if self.is_suppressed(mention[1], post.source) else mention[0]

        title, text = _MENTION.sub(stand_in, post.title), _MENTION.sub(stand_in, post.text)
        if (title, text) == (post.title, post.text):
            return post
        changed = replace(post, title=title, text=text)
        return replace(changed, content_hash=content_hash(asdict(changed)))
