"""Names found in the words of a text, with where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from copilot.lookups.text import Token, singular
from copilot.lookups.vocabulary import Phrases

_LONGEST_PHRASE = 5


@dataclass(frozen=True, kw_only=True)
class Span:
    """Words `start` to `end` (excluded) of a text, and what they mean."""

    start: int
    end: int
    values: tuple[str, ...]

    def places(self) -> range:
        """Places of its words."""
        return range(self.start, self.end)

    def inside(self, others: Iterable[Span]) -> bool:
        """Whether one of the others covers it."""
        return any(other.start <= self.start and self.end <= other.end for other in others)


def find_spans(read: Sequence[Token], phrases: Phrases) -> list[Span]:
    """Phrases in the words, longest first at each place, none over another."""
    words = tuple(singular(token.word) for token in read)
    spans: list[Span] = []
    start = 0
    while start < len(words):
        for end in range(min(start + _LONGEST_PHRASE, len(words)), start, -1):
            values = phrases.get(words[start:end])
            if values:
                spans.append(Span(start=start, end=end, values=values))
                start = end - 1
                break
        start += 1
    return spans


def values_of(spans: Iterable[Span]) -> tuple[str, ...]:
    """All that the spans mean, in order, once each."""
    return tuple(dict.fromkeys(value for span in spans for value in span.values))
