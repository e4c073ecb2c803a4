"""Posts read for their aspects, and what was read kept in memory, so that nothing is encoded twice.

Nothing is written to disk: what is kept are aspects and places in a text, found again by the post's id and the hash of
its content. A post that is erased is not asked for again, and its entry goes with the process or is crowded out.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from copilot.signals.aspects.clauses import clauses_of
from copilot.signals.aspects.records import AspectReader, Finding

_MOST_CLAUSES = 12
"""Of one post: long ones are read from the beginning."""
_MOST_KEPT = 20_000


@dataclass(frozen=True, kw_only=True)
class PostText:
    """What is read of one post."""

    post_id: str
    content_hash: str
    language: str
    text: str


@dataclass(frozen=True, kw_only=True)
class PlacedFinding:
    """An aspect and the clause that speaks of it."""

    finding: Finding
    start: int
    """First character of the clause in the post's text."""
    end: int


class PostReader:
    """Reads posts. Safe to use from several threads."""

    def __init__(self, reader: AspectReader, gloss: Callable[[str, str], str]) -> None:
        """`gloss` puts a clause of a language (ISO 639-1) into words that the reader knows."""
        self._reader, self._gloss = reader, gloss
        self._kept: OrderedDict[tuple[str, str], tuple[PlacedFinding, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, posts: Sequence[PostText]) -> list[tuple[PlacedFinding, ...]]:
        """What each post says, clause by clause. Raises what the reader raises."""
        with self._lock:
            new = [post for post in posts if (post.post_id, post.content_hash) not in self._kept]
            fresh = dict(zip(map(_key, new), self._newly_read(new), strict=True))
            found = []
            for post in posts:
                key = _key(post)
                there = fresh[key] if key in fresh else self._kept[key]
                self._kept[key] = there
                self._kept.move_to_end(key)
                found.append(there)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return found

    def _newly_read(self, posts: Sequence[PostText]) -> list[tuple[PlacedFinding, ...]]:
        spans = [clauses_of(post.text)[:_MOST_CLAUSES] for post in posts]
        clauses = [
            self._gloss(post.text[start:end], post.language)
            for post, there in zip(posts, spans, strict=True)
            for start, end in there
        ]
        said = iter(self._reader.read(clauses))
        return [
            tuple(
                PlacedFinding(finding=finding, start=start, end=end) for start, end in there for finding in next(said)
            )
            for there in spans
        ]


def _key(post: PostText) -> tuple[str, str]:
    return post.post_id, post.content_hash
