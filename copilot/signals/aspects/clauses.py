"""Texts cut into clauses: sentences, and what stands on either side of a `but`."""

from __future__ import annotations

import re
from collections.abc import Iterator

_FEWEST_LETTERS = 2
# A full stop between digits is none: `size 7.5`.
_ENDS = re.compile(r"(?:(?<!\d)[.]|[.](?!\d)|[!?…;\n])+|\s-\s|\s–\s|\s—\s")
_TURNS = re.compile(
    r"(?:,\s*|\s)(?=(?:but|however|although|though|except|unfortunately|otherwise|whereas"
    r"|mais|cependant|toutefois|pourtant|par contre|en revanche|sauf que|malheureusement|dommage|sinon|alors que)\b)",
    re.IGNORECASE,
)


def clauses_of(text: str) -> list[tuple[int, int]]:
    """First character of each clause and the one behind its last, in order; none where there are no letters.

    >>> text = "Lovely colour, but size 7.5 is tight. Returned!"
    >>> [text[start:end] for start, end in clauses_of(text)]
    ['Lovely colour', 'but size 7.5 is tight', 'Returned']
    """
    return [
        span
        for start, end in _pieces(text, 0, len(text), _ENDS)
        for span in _pieces(text, start, end, _TURNS)
        if sum(map(str.isalpha, text[slice(*span)])) >= _FEWEST_LETTERS
    ]


def _pieces(text: str, start: int, end: int, cuts: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for cut in cuts.finditer(text, start, end):
        if cut.start() > start:
            yield _trimmed(text, start, cut.start())
        start = cut.end()
    if start < end:
        yield _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip(" ,:")), end - (len(piece) - len(piece.rstrip(" ,:")))
