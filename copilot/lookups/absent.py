"""Words of a question for colours and materials that the catalogue lacks: `robes roses`."""

from __future__ import annotations

from collections.abc import Sequence, Set

from copilot.lookups.spans import Span, find_spans
from copilot.lookups.text import Token
from copilot.lookups.vocabulary import Phrases

_CUES = frozenset({"en", "in", "is", "are", "est", "sont", "couleur", "coloris", "colour", "color", "matiere"})
_JOINS = frozenset({"et", "and", "ou", "or"})
_AFTER_A_VERB = frozenset(
    {"last", "this", "in", "by", "since", "so", "the", "most", "from", "to", "when", "again", "more", "faster"}
)
"""What follows the English verb `rose`, a colour before anything else; after a plural French would write `roses`."""


def find_absent(read: Sequence[Token], absent: Phrases, *, near: Set[int], known: Set[int]) -> list[Span]:
    """Words for absent values: beside a word at a place in `near`, after one that calls for them, or joined to another.

    Words at places in `known` mean something else.
    """
    found: list[Span] = []
    beside = set(near)
    for span in find_spans(read, absent):
        before = read[span.start - 1].word if span.start else ""
        after = read[span.end].word if span.end < len(read) else ""
        called_for = before in _CUES or span.start - 1 in beside or span.end in beside
        joined = before in _JOINS and span.start - 2 in beside
        verb = read[span.start].word == "rose" and (after in _AFTER_A_VERB or before.endswith("s"))
        if (called_for or joined) and not verb and not known & set(span.places()):
            found.append(span)
            beside |= set(span.places())
    return found
