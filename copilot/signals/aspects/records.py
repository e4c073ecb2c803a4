"""What a text is found to say of an article: aspects and how they are spoken of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

Aspect = Literal["fit", "comfort", "colour", "fabric", "quality", "price", "delivery", "style", "other"]
"""What is spoken of.

fit       size, length, width, cut, whether it stays in place
comfort   how it feels to wear: comfort, support, weight, warmth
colour    colour, and whether it stays and matches the picture
fabric    material and its touch: soft, thin, stretchy, creased
quality   making and wear: seams, zips, what breaks, what lasts
price     price and what is got for it
delivery  delivery, packing, returns, shop and service
style     looks, design, pattern
other     the article as a whole, and all else
"""
Polarity = Literal["positive", "negative", "neutral"]
"""`neutral`: neither, or both."""

ASPECTS: tuple[Aspect, ...] = get_args(Aspect)
NAMED_ASPECTS: tuple[Aspect, ...] = tuple(aspect for aspect in ASPECTS if aspect != "other")
POLARITIES: tuple[Polarity, ...] = get_args(Polarity)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One aspect in one clause."""

    aspect: Aspect
    polarity: Polarity
    surety: float
    """Probability that the clause speaks of the aspect, times that of the polarity."""


class AspectReader(Protocol):
    """Finds aspects and polarity in clauses."""

    @property
    def fingerprint(self) -> str:
        """Name and version of the model; changes with what it finds."""

    def read(self, clauses: Sequence[str]) -> list[list[Finding]]:
        """What each clause says, in the order of `ASPECTS`; nothing where it judges nothing."""
