"""What a search asks for, as data: its words, and for each the other wordings that mean the same.

Whoever knows the field (fashion, here) makes it; this package only looks for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from vectorstore.emoji import EMOJI_RANGE
from vectorstore.stems import is_stop_word

_WORD = re.compile(rf"\w+|[{EMOJI_RANGE}]")


@dataclass(frozen=True, kw_only=True)
class Wording:
    """One way of saying something."""

    words: tuple[str, ...]
    """One or several, in the order said: `("wide", "leg")`."""
    language: str = ""
    """ISO 639-1; empty: it may stand in a text of any language."""
    weight: float = 1.0
    """How good a text is that says it so, in (0, 1]."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One thing that is asked for, in each of its wordings."""

    wordings: tuple[Wording, ...]

    def is_stop_word(self) -> bool:
        """Whether it is one word that says little."""
        first = self.wordings[0]
        return len(self.wordings) == 1 and len(first.words) == 1 and is_stop_word(first.words[0], first.language)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A search, understood."""

    text: str
    """As asked."""
    wishes: tuple[Wish, ...]
    """In the order asked."""
    words: str | None = None
    """Words of `text` for BM25 that stand in texts of any language; None: all of it."""
    further: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Words for BM25 besides `words`; see `Query.further`."""
    meaning: str = ""
    """What the encoder is given in place of `text`, in a language that it knows. Empty: `text`."""
    translated: bool = False
    """Whether most wordings are translations: BM25 then counts rare synonyms for much, and re-ranking looks more at how
    much of what was asked a text says."""
    known: float = 1.0
    """Share of what was asked that `meaning` says, in [0, 1]; the encoder may not know the language of the rest."""

    def telling(self) -> Wanted:
        """Without what is only a stop word, where anything else is asked for."""
        kept = tuple(wish for wish in self.wishes if not wish.is_stop_word())
        return replace(self, wishes=kept or self.wishes)


def as_asked(text: str) -> Wanted:
    """The words of the text, each in no other wording than its own."""
    return Wanted(text=text, wishes=tuple(wish(word) for word in words_of(text)))


def wish(*words: str) -> Wish:
    """Something said in one way alone."""
    return Wish(wordings=(Wording(words=words),))


def words_of(text: str) -> Sequence[str]:
    """Words of a text, in lower case; emoji are words."""
    found: list[str] = _WORD.findall(text.lower())
    return found
