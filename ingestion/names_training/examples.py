"""Texts with the names of people marked, from the openly licensed sets."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zlib import crc32

Part = Literal["train", "dev"]
Bounds = tuple[int, int]

_PRESIDIO_DEV_PERCENT = 20
_CLITICS = {"n't", "'s", "'m", "'re", "'ve", "'ll", "'d", "’s", "’m"}
_NO_SPACE_BEFORE = set(".,!?;:)…%")


@dataclass(frozen=True, kw_only=True)
class Example:
    """A text and where its names are, in characters."""

    text: str
    names: tuple[Bounds, ...]
    handles: tuple[Bounds, ...] = ()
    """@handles, which patterns find: neither learned nor scored."""


def broad_twitter(data: Path, part: Part, *, spaced: bool = False) -> list[Example]:
    """Tweets; an @ of its own and the token after it are one handle.

    The set holds tokens. They are put together as people write, or `spaced`: with a space between all of them.
    """
    lines = _lines(data / "pii_broad_twitter" / f"btc.{part}.gz")
    return [_of_tokens(tokens, ("B-PER", "I-PER"), spaced=spaced) for tokens in _sentences(lines)]


def wnut17(data: Path, part: Part, *, spaced: bool = False) -> list[Example]:
    """Tweets and forum texts; `spaced` as for `broad_twitter`."""
    name = "wnut17train.conll.gz" if part == "train" else "emerging.dev.conll.gz"
    return [
        _of_tokens(tokens, ("B-person", "I-person"), spaced=spaced)
        for tokens in _sentences(_lines(data / "pii_wnut17" / name))
    ]


def presidio_synth(data: Path, part: Part) -> list[Example]:
    """Made sentences; a fifth of the templates, by a hash of their wording, is the dev part."""
    with gzip.open(data / "pii_presidio_synth" / "generated_large.json.gz", "rt", encoding="utf-8") as file:
        rows = json.load(file)
    return [
        Example(
            text=row["full_text"],
            names=tuple(
                sorted(
                    (span["start_position"], span["end_position"])
                    for span in row["spans"]
                    if span["entity_type"] == "PERSON"
                )
            ),
        )
        for row in rows
        if (crc32(row["masked"].lower().encode()) % 100 < _PRESIDIO_DEV_PERCENT) == (part == "dev")
    ]


def _lines(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n")


def _sentences(lines: Iterable[str]) -> Iterator[list[tuple[str, str]]]:
    tokens: list[tuple[str, str]] = []
    for line in lines:
        if line.strip():
            word, _, tag = line.partition("\t")
            tokens.append((word, tag))
        elif tokens:
            yield tokens
            tokens = []
    if tokens:
        yield tokens


def _of_tokens(tokens: list[tuple[str, str]], person: tuple[str, str], *, spaced: bool) -> Example:
    """The text as it was written, as well as tokens tell, and the bounds of names and handles in it."""
    begin, inside = person
    text = ""
    names: list[Bounds] = []
    handles: list[Bounds] = []
    for at, (word, tag) in enumerate(tokens):
        after_sign = at > 0 and tokens[at - 1][0] in {"@", "#"}
        if text and not (after_sign or (not spaced and _touches(word))):
            text += " "
        start = len(text)
        text += word
        if word.startswith("@") and len(word) > 1:
            handles.append((start, len(text)))
        elif after_sign and tokens[at - 1][0] == "@":
            handles.append((start - 1, len(text)))
        elif word == "@" and at + 1 < len(tokens):
            continue
        elif tag == begin or (tag == inside and not (names and names[-1][1] >= start - 1)):
            names.append((start, len(text)))
        elif tag == inside:
            names[-1] = (names[-1][0], len(text))
    return Example(text=text, names=tuple(names), handles=tuple(handles))


def _touches(word: str) -> bool:
    """Whether nothing stands between a token and the one before it."""
    return word[:1] in _NO_SPACE_BEFORE or word.lower() in _CLITICS
