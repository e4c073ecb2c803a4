"""A Markdown text cut into sentences, each with the numbers of the evidence that it cites."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_CITATION = re.compile(r"\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\](?!\()")
_LIST_MARKER = re.compile(r"^\s*(?:#{1,6}\s+|[-*+•]\s+|\d{1,2}[.)]\s+|>\s*)*")
_END = re.compile(r"[.!?…][\"»”)*_]*(?:\s*\[[\d,\s]+\])*(?=\s+[\"«“(*_]*[A-Z\u00c0-\u00de])")
_ABBREVIATION = re.compile(
    r"\b(?:janv|févr|fev|avr|juil|sept|oct|nov|déc|jan|feb|mar|apr|jun|jul|aug|sep|dec|env|approx|ca|vs|st|no|e\.g|i\.e|p\.ex)$",
    re.IGNORECASE,
)
_TABLE_RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One sentence, list item or table row."""

    text: str
    """Without list marker; citation markers replaced by spaces."""
    citations: tuple[int, ...]
    """Numbers cited, in order; those of the line that leads into a table count for its rows."""


def sentences(text: str) -> Iterator[Sentence]:
    """Sentences in order. A citation right after the full stop belongs to the sentence before it."""
    lead: tuple[int, ...] = ()
    for line in text.splitlines():
        if not line.strip():
            continue
        if line.lstrip().startswith("|"):
            if not _TABLE_RULE.match(line):
                yield _sentence(line, lead)
                lead = lead or citations(line)
            continue
        for piece in _split(_LIST_MARKER.sub("", line, count=1)):
            yield _sentence(piece, ())
        lead = citations(line)


def citations(text: str) -> tuple[int, ...]:
    """Numbers cited in `[1]`, `[2][3]` or `[2, 3]`, each once."""
    found = [int(number) for match in _CITATION.finditer(text) for number in match[1].split(",")]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=20_000)  # the same labels are compared with every sentence
def without_accents(text: str) -> str:
    """The same text without accents, letter for letter, so that positions stay."""
    return "".join(unicodedata.normalize("NFKD", letter)[0] if letter.isalpha() else letter for letter in text)


def _split(line: str) -> Iterator[str]:
    start = 0
    for match in _END.finditer(line):
        if not _ABBREVIATION.search(line[start : match.start()]) and not _is_open(line[start : match.end()]):
            yield line[start : match.end()]
            start = match.end()
    if line[start:].strip():
        yield line[start:]


def _is_open(piece: str) -> bool:
    """Whether a quotation goes on after `piece`."""
    return piece.count("«") > piece.count("»") or piece.count("“") > piece.count("”") or piece.count('"') % 2 == 1


def _sentence(piece: str, inherited: tuple[int, ...]) -> Sentence:
    text = _CITATION.sub(lambda match: " " * len(match[0]), piece)
    return Sentence(text=text.strip(), citations=tuple(dict.fromkeys([*citations(piece), *inherited])))
