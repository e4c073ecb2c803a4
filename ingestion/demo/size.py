"""How large a demo retailer is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingestion.errors import DemoSizeError

_NAMED_LIMIT = 2000
_TWO_YEARS_DAYS = 728
_YEAR_DAYS = 364


@dataclass(frozen=True, kw_only=True)
class DemoSize:
    """Stores (web shop and warehouse come on top), styles, days of sales, and posts aimed at."""

    stores: int
    products: int
    days: int
    posts: int

    @property
    def post_days(self) -> int:
        """Days that posts cover, the last ones: whole years of 52 weeks where there are any."""
        return self.days - self.days % _YEAR_DAYS if self.days >= _YEAR_DAYS else self.days


SMALL = DemoSize(stores=6, products=14, days=400, posts=4500)
FULL = DemoSize(stores=24, products=40, days=_TWO_YEARS_DAYS, posts=20_300)


def parse_size(text: str) -> DemoSize:
    """The size that `small`, `full` or `STORESxPRODUCTS` (`200x500`) names. Raises `DemoSizeError`."""
    named = {"small": SMALL, "full": FULL}.get(text.strip().lower())
    if named is not None:
        return named
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text.strip().lower())
    if match is None:
        raise DemoSizeError(text, "is neither small, full nor STORESxPRODUCTS")
    stores, products = int(match[1]), int(match[2])
    if not (1 <= stores <= _NAMED_LIMIT and 1 <= products <= _NAMED_LIMIT):
        raise DemoSizeError(text, f"needs between 1 and {_NAMED_LIMIT} stores and products")
    return DemoSize(stores=stores, products=products, days=_TWO_YEARS_DAYS, posts=FULL.posts)
