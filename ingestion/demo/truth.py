"""What the demo retailer was made from: what a test compares results with. Kept in memory, never written anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import polars as pl


@dataclass(frozen=True, kw_only=True)
class Rise:
    """A term that many people say more often from a day on."""

    term_id: str
    starts_on: date
    ends_on: date
    """Last day on which anything is left of it."""
    peak_ratio: float
    """Mentions at the peak, relative to a usual week."""
    lift: float | None
    """Share that true demand for the SKUs gains at the peak; None: sales do not move."""
    lift_delay_days: int
    """Days from the rise to its effect on demand."""
    product_ids: tuple[str, ...]
    """Products that the term is about."""
    sku_ids: tuple[str, ...]
    """SKUs that the term is about: only the colours meant, where it means one."""


@dataclass(frozen=True, kw_only=True)
class Seasonal:
    """A term that follows the same smooth curve every year: not a rise."""

    term_id: str
    peak_day_of_year: int
    high_ratio: float
    """Mentions at the peak, relative to the mean of the year."""
    low_ratio: float


@dataclass(frozen=True, kw_only=True)
class Flood:
    """Many posts by few accounts: not a rise."""

    term_id: str
    starts_on: date
    ends_on: date
    accounts: int


@dataclass(frozen=True, kw_only=True)
class Decline:
    """A term that is said less and less."""

    term_id: str
    first_ratio: float
    """Mentions on the first day, relative to the mean."""
    last_ratio: float


@dataclass(frozen=True, kw_only=True)
class PersonalData:
    """Every piece of personal data that the posts hold, exactly as written in them."""

    authors: frozenset[str] = field(repr=False)
    """Handles and names given as author."""
    names: frozenset[str] = field(repr=False)
    """Full names inside texts."""
    emails: frozenset[str] = field(repr=False)
    phones: frozenset[str] = field(repr=False)
    handles: frozenset[str] = field(repr=False)
    """Handles inside texts, without `@` or `u/`."""
    order_numbers: frozenset[str] = field(repr=False)

    @property
    def identifiers(self) -> frozenset[str]:
        """What must be found in no file of a workspace: authors, e-mails, phones and handles."""
        return self.authors | self.emails | self.phones | self.handles


PostKey = tuple[str, str]
"""(source, source_id) of a raw post."""


@dataclass(frozen=True, kw_only=True)
class PostTruth:
    """What was planted in the posts."""

    mentions: pl.DataFrame = field(repr=False)
    """source, source_id, date, term_id, author: one row for each post written about a term; spam, duplicates out."""
    personal_data: PersonalData
    floods_by: frozenset[str] = field(repr=False)
    """Authors of the floods."""
    early_adopters: frozenset[str] = field(repr=False)
    """Authors who write of rises in their first days, each of three rises in four."""
    injections: frozenset[PostKey] = field(repr=False)
    """Posts that try to give the reader orders."""
    spam: frozenset[PostKey] = field(repr=False)
    exact_duplicates: frozenset[PostKey] = field(repr=False)
    """Later copies of an earlier post, word for word."""
    near_duplicates: frozenset[PostKey] = field(repr=False)
    """Later copies of an earlier post, changed a little."""


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What the demo retailer was made from."""

    rises: tuple[Rise, ...]
    """Those that begin while there are posts, by start."""
    seasonals: tuple[Seasonal, ...]
    floods: tuple[Flood, ...]
    declines: tuple[Decline, ...]
    posts: PostTruth = field(repr=False)
    demand: Callable[[date, date], pl.DataFrame] = field(repr=False)
    """`demand(since, before)` -> date, location_id, sku_id, units: what customers wanted, in stock or not; no zeros."""
    stock_outs: Callable[[], pl.DataFrame] = field(repr=False)
    """-> date, location_id, sku_id, lost_units: days on which demand found too little stock."""
    quality_drop: tuple[str, date] | None
    """(product_id, day): reviews of that product complain about its fabric from that day on."""

    @property
    def personal_data(self) -> PersonalData:
        """Every piece of personal data that the posts hold."""
        return self.posts.personal_data
