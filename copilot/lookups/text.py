"""Words of a question, folded so that accents, case and plurals do not matter."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_WORD = re.compile(r"[0-9a-z]+")
_ELIDED = frozenset(["l", "d", "j", "m", "t", "s", "c", "n", "qu"])


@dataclass(frozen=True, kw_only=True)
class Token:
    """One word of a text."""

    word: str
    """Folded: lower case, without accents."""
    start: int
    end: int
    """Where it is in the text: `text[start:end]`."""


def fold(text: str) -> str:
    """Lower case without accents, as long as the text: each character stays where it was."""
    return "".join(unicodedata.normalize("NFKD", character)[0].lower()[0] for character in text)


def tokens(text: str) -> list[Token]:
    """Its words in order. Elided articles (`l'`, `d'`) are left out."""
    folded = fold(text)
    found = [Token(word=match[0], start=match.start(), end=match.end()) for match in _WORD.finditer(folded)]
    return [token for token in found if not (token.word in _ELIDED and folded[token.end : token.end + 1] in ("'", "’"))]


def singular(word: str) -> str:
    """A folded word without its English or French plural ending; both numbers give the same text."""
    if len(word) <= 3 or word.endswith(("ss", "us", "is")):
        return word
    for ending, stem in (("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("eaux", "eau"), ("s", "")):
        if word.endswith(ending):
            return word[: -len(ending)] + stem
    return word


def phrase_of(text: str) -> tuple[str, ...]:
    """A name as its folded, singular words: what it is matched by."""
    return tuple(singular(token.word) for token in tokens(text))
