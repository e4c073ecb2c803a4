"""What is known to move demand on each day, past and planned: weekday, events by country, reductions by product.

Both plans and history are in it: a holiday or a promotion of next week is known today.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from copilot.planning.arrays import Flags, Floats, Integers, codes_of


@dataclass(frozen=True, kw_only=True)
class Drivers:
    """Days `start` on: as many as the arrays have, history first, then the days to forecast."""

    start: date
    days: int
    countries: tuple[str, ...]
    events: tuple[str, ...]
    event_days: Flags
    """(countries, days, events)."""
    reduced: tuple[str, ...]
    """Keys `product_id|country` of what was or will be reduced."""
    discount: Floats
    """(1 + reduced, days): share taken off the highest list price so far, 0 to 1; the last row is for all else, 0."""

    def columns(self, first: date, days: int) -> slice:
        """Where the `days` days from `first` on are. Raises ValueError where they reach out of what is known."""
        offset = (first - self.start).days
        if offset < 0 or offset + days > self.days:
            raise ValueError(f"days {first} + {days} are outside {self.start} + {self.days}")
        return slice(offset, offset + days)

    def weekdays(self, columns: slice) -> Integers:
        """0 (Monday) to 6 of the days in `columns`."""
        return (np.arange(columns.start, columns.stop) + self.start.weekday()) % 7

    def year_angles(self, columns: slice) -> Floats:
        """Position in the year, 0 to 2 pi, of the days in `columns`."""
        ordinals = np.array(
            [(self.start + timedelta(days=i)).timetuple().tm_yday for i in range(columns.start, columns.stop)]
        )
        return 2.0 * np.pi * ordinals / 365.25

    def ever_reduced(self, columns: slice) -> Flags:
        """Whether each row of `discount` is above 0 on any of the days in `columns`, (1 + reduced,)."""
        return np.asarray(np.any(self.discount[:, columns] > 0.0, axis=1), dtype=np.bool_)

    def discount_rows(self, series: pl.DataFrame) -> Integers:
        """Row of `discount` for each series (product_id, country), -1 where it was never reduced."""
        return codes_of(series.select(pl.format("{}|{}", "product_id", "country")).to_series(), self.reduced)


def build_drivers(
    *,
    since: date,
    before: date,
    calendar: pl.DataFrame,
    promotions: pl.DataFrame,
    prices: pl.DataFrame,
) -> Drivers:
    """Drivers of `since <= day < before` from the tables `calendar`, `promotions` and `prices` (all may be empty)."""
    days = (before - since).days
    countries = tuple(calendar["country"].unique().sort().to_list())
    events = tuple(calendar["event"].unique().sort().to_list())
    event_days = np.zeros((len(countries), days, len(events)), dtype=np.bool_)
    column = calendar.select((pl.col("date") - since).dt.total_days()).to_series().to_numpy()
    inside = (column >= 0) & (column < days)
    where = (
        codes_of(calendar["country"], countries)[inside],
        column[inside],
        codes_of(calendar["event"], events)[inside],
    )
    event_days[where] = True
    reduced, discount = _discounts(since, days, promotions, prices)
    return Drivers(
        start=since,
        days=days,
        countries=countries,
        events=events,
        event_days=event_days,
        reduced=reduced,
        discount=discount,
    )


def _discounts(
    since: date, days: int, promotions: pl.DataFrame, prices: pl.DataFrame
) -> tuple[tuple[str, ...], Floats]:
    """Keys and shares (1 + keys, days): markdowns of the list price and promotions, one on top of the other."""
    key = pl.format("{}|{}", "product_id", "country").alias("key")
    # Against the highest price so far: a later rise makes no reduction of what was paid before it.
    marked = prices.sort("valid_from").with_columns(
        key, highest=pl.col("price").cum_max().over("product_id", "country")
    )
    marked = marked.filter((pl.col("price") < pl.col("highest")).any().over("key"))
    promoted = promotions.with_columns(key)
    keys = tuple(pl.concat([marked["key"], promoted["key"]]).unique().sort().to_list())
    paid = np.ones((len(keys) + 1, days), dtype=np.float32)
    for code, first, share in zip(
        codes_of(marked["key"], keys), marked["valid_from"].to_list(), marked["price"] / marked["highest"], strict=True
    ):
        paid[code, max(0, (first - since).days) :] = share
    for code, first, last, share in zip(
        codes_of(promoted["key"], keys),
        promoted["starts_on"].to_list(),
        promoted["ends_on"].to_list(),
        promoted["discount_share"].to_list(),
        strict=True,
    ):
        paid[code, max(0, (first - since).days) : max(0, (last - since).days + 1)] *= 1.0 - share
    return keys, 1.0 - paid
