"""What a question names, as the tool `recognise_names` answers it: ids and catalogue values, in JSON."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

RECOGNISE = "recognise_names"
"""The tool that tells what a question names."""


class NamedPeriod(BaseModel):
    """Days named, both included."""

    model_config = ConfigDict(frozen=True)

    since: str
    last_day: str


class Ambiguous(BaseModel):
    """A name that means several products."""

    model_config = ConfigDict(frozen=True)

    text: str
    candidates: tuple[str, ...]
    """How they are called, category included."""
    product_ids: tuple[str, ...] = ()
    """Their ids, in the same order."""


class Unknown(BaseModel):
    """A name that means nothing here."""

    model_config = ConfigDict(frozen=True)

    text: str
    closest: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    """Where stores are, for what was said as a place."""


class Names(BaseModel):
    """What a question names, as the tool `recognise_names` answers."""

    model_config = ConfigDict(frozen=True)

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
    """What posts can be about; what they complain of is in `problem_ids`."""
    problem_ids: tuple[str, ...] = ()
    """Terms for things that go wrong: `en rupture` is about stock in a question, and a complaint in a post."""
    phrases: tuple[str, ...] = ()
    """New phrases that no list of terms has, as they are called."""
    products_of_skus: tuple[str, ...] = ()
    """Products that the SKUs named belong to."""
    period: NamedPeriod | None = None
    against: NamedPeriod | None = None
    """Days that the others are compared with; where no others are named, those since."""
    compares_last_year: bool = False
    limit: int | None = None
    budget: float | None = None
    called: dict[str, str] = Field(default_factory=dict)
    """Id -> name, for products, locations and terms."""
    ambiguous: tuple[Ambiguous, ...] = ()
    unknown: tuple[Unknown, ...] = ()

    @property
    def names_products(self) -> bool:
        """Whether it says what the question is about."""
        return bool(self.product_ids or self.sku_ids or self.categories or self.departments or self.materials)

    @property
    def names_places(self) -> bool:
        """Whether it says where."""
        return bool(self.location_ids or self.countries)
