"""Where the sentences of a post begin and end.

People write posts without care: emoji stand for full stops, lines for sentences, quotation marks close after the
stop. Abbreviations (`approx.`, `env.`), initials, decimals and dotted sizes end nothing.
"""

from __future__ import annotations

import re

from vectorstore.emoji import EMOJI_RANGE

_ABBREVIATIONS = frozenset(
    [
        "approx",
        "dr",
        "mr",
        "mrs",
        "ms",
        "st",
        "vs",
        "etc",
        "no",
        "inc",
        "ltd",
        "fig",
        "ca",
        "env",
        "mme",
        "mlle",
        "m",
        "p",
        "ex",
        "cf",
        "art",
        "sig",
        "dott",
        "ecc",
        "bzw",
        "usw",
        "nr",
        "str",
        "z",
        "b",
        "u",
        "ung",
        "sr",
        "sra",
        "ud",
        "aprox",
    ]
)
_CLOSING = r"[\"'’”»)\]]"
_END = re.compile(
    rf"(?:[.!?…]+(?:\s?»|{_CLOSING})*|[{EMOJI_RANGE}][{EMOJI_RANGE}\u200d\ufe0f\s]*)(?=\s|$|[A-ZÀ-Þ«“{EMOJI_RANGE}])|\n\s*"
)
_LAST_WORD = re.compile(r"(\w+)\.$")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence in `text`, its marks and emoji included, space around it not; in order.

    >>> text = "Trop petit 😭 Il dit : « super ! » Taille approx. 38."
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ['Trop petit 😭', 'Il dit : « super ! »', 'Taille approx. 38.']
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for mark in _END.finditer(text):
        if not _ends(text, start, mark):
            continue
        _add(spans, text, start, mark.end())
        start = mark.end()
    _add(spans, text, start, len(text))
    return spans


def _ends(text: str, start: int, mark: re.Match[str]) -> bool:
    if mark.group().rstrip() != ".":
        return True
    word = _LAST_WORD.search(text, start, mark.end())
    if word is None:
        return True
    said = word.group(1)
    return said.lower() not in _ABBREVIATIONS and not (len(said) == 1 and said.isalpha())


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    if not piece.strip():
        return
    bare = any(character.isalnum() for character in piece)
    begin = start + len(piece) - len(piece.lstrip())
    stop = start + len(piece.rstrip())
    if bare or not spans:
        spans.append((begin, stop))
    else:  # marks alone belong to the sentence before
        spans[-1] = (spans[-1][0], stop)
