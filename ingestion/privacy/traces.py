"""What is left of a person in data, and how to find it in whatever holds text: frames, files, blobs.

Three kinds of trace: the pseudonym, the ids of posts, and words of their text. Traces live in memory only: they are
never logged, reported or stored. Reports name the place and the kind.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal
from uuid import UUID

import polars as pl

TraceKind = Literal["pseudonym", "post id", "text"]

REMOVED = "[removed]"
"""Stands where words of an erased post stood."""
SOMEONE = "[name]"
"""Stands where a forgotten person was mentioned: the stand-in of any name, so that it singles nobody out."""

_CHUNK = 4_000_000
_DIRECT = 20_000_000
"""Bytes times forms up to which each form is looked for by itself: setting up a joint search costs more."""
_WORD = re.compile(r"\w+")
_RUN = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)+")
_WINDOW_WORDS = 5
_WINDOW_CHARACTERS = 20
_SHINGLE_WORDS = 3
_LARGEST_GAP_WORDS = 3


@dataclass(frozen=True, kw_only=True)
class Traces:
    """Everything to look for. Personal data: never printed."""

    tokens: tuple[str, ...] = field(default=(), repr=False)
    """Pseudonyms: `author_...`, `[email_...]`."""
    post_ids: tuple[str, ...] = field(default=(), repr=False)
    passages: tuple[str, ...] = field(default=(), repr=False)
    """Runs of words that stand in erased posts and in no other."""
    texts: tuple[str, ...] = field(default=(), repr=False)
    """Erased posts, title and text: what a passage that is found is part of."""

    @cached_property
    def kinds(self) -> dict[str, TraceKind]:
        """What to look for -> its kind."""
        named: list[tuple[tuple[str, ...], TraceKind]] = [
            (self.passages, "text"),
            (self.post_ids, "post id"),
            (self.tokens, "pseudonym"),
        ]
        return {needle: kind for needles, kind in named for needle in needles if needle}

    def find(self, text: str) -> frozenset[TraceKind]:
        """Kinds of trace in a text."""
        found = _matches([text], list(self.kinds))
        return frozenset(self.kinds[needle] for needle in found)

    def find_in_bytes(self, data: bytes) -> Counter[TraceKind]:
        """Kinds of trace in bytes, each form that a trace may be written in counted once."""
        if len(data) * len(self._byte_forms) > _DIRECT:
            return self.find_in_chunks([data])
        return Counter(kind for form, kind in self._byte_forms.items() if form.encode("latin-1") in data)

    def find_in_chunks(self, chunks: Iterable[bytes]) -> Counter[TraceKind]:
        """`find_in_bytes` over pieces of one stream, a trace across two of them found too."""
        found: set[str] = set()
        forms = self._byte_forms
        if forms:
            for pieces in _batches(_overlapping(chunks, max(map(len, forms)) - 1)):
                found |= _matches(pieces, list(forms))
        return Counter(forms[form] for form in found)

    def holds(self, column: str) -> pl.Expr:
        """Whether a text column of a frame holds a trace."""
        needles = list(self.kinds)
        if not needles:
            return pl.lit(value=False)
        return pl.col(column).str.contains_any(needles).fill_null(value=False)

    def redacted(self, text: str) -> str:
        """The text without its traces: people become `[name]`, ids and words of erased posts `[removed]`.

        Where a passage is found, the words around it go as far as they are the post's own.
        """
        kinds = self.find(text)
        if not kinds:
            return text
        for token in self.tokens:
            text = text.replace(f"@{token}", SOMEONE).replace(token, SOMEONE)
        for post_id in self.post_ids if "post id" in kinds else ():
            text = text.replace(post_id, REMOVED)
        return self._without_passages(text) if "text" in kinds else text

    @cached_property
    def _byte_forms(self) -> dict[str, TraceKind]:
        """Forms in bytes, read as Latin-1: UTF-8, JSON with escapes, and ids as sixteen bytes."""
        forms: dict[str, TraceKind] = {}
        for needle, kind in self.kinds.items():
            forms[needle.encode().decode("latin-1")] = kind
            forms[json.dumps(needle)[1:-1]] = kind
        for post_id in self.post_ids:
            raw = _uuid_bytes(post_id)
            if raw is not None:
                forms[raw.decode("latin-1")] = "post id"
                forms[raw[::-1].decode("latin-1")] = "post id"
        return forms

    @cached_property
    def _shingles(self) -> frozenset[tuple[str, ...]]:
        return frozenset(shingle for text in self.texts for shingle in _shingles(_words(text)))

    def _without_passages(self, text: str) -> str:
        tokens = list(_WORD.finditer(text))
        words = [token[0].casefold() for token in tokens]
        own = sorted(
            {
                place + offset
                for place, shingle in enumerate(_shingles(words))
                if shingle in self._shingles
                for offset in range(_SHINGLE_WORDS)
            }
        )
        parts, done = [], 0
        for first, last in _spans(own):
            parts += [text[done : tokens[first].start()], REMOVED]
            done = tokens[last].end()
        return "".join([*parts, text[done:]])


def passages_of(texts: Iterable[str]) -> list[str]:
    """Runs of five words without signs between them, each long enough to be told from other texts."""
    found = {window for text in texts for run in _RUN.findall(text) for window in _windows(run.split(" "))}
    return sorted(found)


def distinctive(passages: Sequence[str], others: Iterable[pl.Series]) -> tuple[str, ...]:
    """Those of the passages that no text of the others holds."""
    left = set(passages)
    for series in others:
        if left:
            left -= _matches(series, sorted(left))
    return tuple(sorted(left))


def _windows(words: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(words) - _WINDOW_WORDS + 1, _WINDOW_WORDS):
        window = " ".join(words[start : start + _WINDOW_WORDS])
        if len(window) >= _WINDOW_CHARACTERS:
            yield window


def _matches(texts: list[str] | pl.Series, needles: list[str]) -> set[str]:
    """Needles that stand in one of the texts, those inside one another included."""
    if not needles:
        return set()
    series = texts if isinstance(texts, pl.Series) else pl.Series(texts, dtype=pl.String)
    hit = series.filter(series.str.contains_any(needles))
    if hit.is_empty():
        return set()
    found = hit.str.extract_many(needles, overlapping=True).explode(empty_as_null=False)
    return set(found.drop_nulls().unique())


def _overlapping(chunks: Iterable[bytes], overlap: int) -> Iterator[str]:
    tail = b""
    for chunk in chunks:
        for start in range(0, len(chunk), _CHUNK):
            piece = tail + chunk[start : start + _CHUNK]
            yield piece.decode("latin-1")
            tail = piece[-overlap:] if overlap else b""


def _batches(pieces: Iterable[str]) -> Iterator[list[str]]:
    """The search is set up once a batch, and a batch is in memory as a whole."""
    batch: list[str] = []
    for piece in pieces:
        batch.append(piece)
        if len(batch) == 8:
            yield batch
            batch = []
    if batch:
        yield batch


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _shingles(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for start in range(len(words) - _SHINGLE_WORDS + 1):
        yield tuple(words[start : start + _SHINGLE_WORDS])


def _spans(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(first, last) of each run of places, runs with little between them joined."""
    first = last = None
    for place in places:
        if first is None or last is None:
            first = last = place
        elif place - last <= _LARGEST_GAP_WORDS:
            last = place
        else:
            yield first, last
            first = last = place
    if first is not None and last is not None:
        yield first, last


def _uuid_bytes(text: str) -> bytes | None:
    try:
        return UUID(text).bytes
    except ValueError:
        return None
