"""What a question names, as ids and catalogue values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from copilot.errors import AmbiguousError
from copilot.lookups.scope import Period, Scope


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One thing that an ambiguous name may mean."""

    product_id: str
    label: str
    """Name and category: `Alba (dress)`."""


@dataclass(frozen=True, kw_only=True)
class Ambiguity:
    """A name that means several products."""

    text: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """A name or code that means nothing here, and the names closest to it."""

    text: str
    closest: tuple[str, ...]
    is_place: bool = False
    """Whether it is said as a place is: `in Madrid`."""


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """What a text names. Empty fields: nothing of the kind."""

    product_ids: tuple[str, ...] = ()
    sku_ids: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    location_ids: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    term_ids: tuple[str, ...] = ()
    """Terms of the lexicon, in order of mention."""
    period: Period | None = None
    against: Period | None = None
    """Days that the others are compared with: the September of `October vs September`."""
    compares_last_year: bool = False
    limit: int | None = None
    budget: float | None = None
    """In whole units of the planner's currency."""
    corrections: Mapping[str, str] = field(default_factory=dict)
    """Words as typed -> as read."""
    ambiguous: tuple[Ambiguity, ...] = ()
    unknown: tuple[Unknown, ...] = ()

    @property
    def scope(self) -> Scope:
        """What to look at. Named products make the words of their kind (`dress`) no further condition."""
        named = bool(self.product_ids or self.sku_ids)
        return Scope(
            product_ids=self.product_ids,
            sku_ids=self.sku_ids,
            categories=() if named else self.categories,
            departments=() if named else self.departments,
            materials=() if self.sku_ids else self.materials,
            colours=() if self.sku_ids else self.colours,
            sizes=() if self.sku_ids else self.sizes,
            location_ids=self.location_ids,
            countries=self.countries,
        )

    def require_clear(self) -> None:
        """Raise `AmbiguousError` for the first name that means several products."""
        for ambiguity in self.ambiguous:
            raise AmbiguousError(ambiguity.text, [candidate.label for candidate in ambiguity.candidates])
