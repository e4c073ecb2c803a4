"""List prices and promotions, as tables and as arrays by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from ingestion.demo.chance import generator
from ingestion.demo.network import COUNTRIES, CURRENCIES
from ingestion.demo.occasions import sales_periods
from ingestion.demo.styles import Range, Style
from ingestion.retail.contracts import PRICES, PROMOTIONS

_POUNDS_PER_EURO = 0.88
_PRICE_RISE_DAYS_BEFORE_END = 273
_PLANNED_AHEAD_DAYS = 60


@dataclass(frozen=True, kw_only=True)
class Pricing:
    """Prices of every style in every country."""

    list_price: npt.NDArray[np.float64]
    """(days, styles, countries), in the country's currency."""
    discount: npt.NDArray[np.float64]
    """(days, styles, countries): share taken off."""
    prices: pl.DataFrame
    promotions: pl.DataFrame
    """Planned ones after the last day included."""

    @property
    def paid(self) -> npt.NDArray[np.float64]:
        """(days, styles, countries): price paid for a unit."""
        return np.round(self.list_price * (1 - self.discount), 2)


def build_pricing(range_: Range, *, start: date, days: int, seed: int) -> Pricing:
    """Prices from `start` on; some rise once, and sales periods take a share off some."""
    list_price, prices = _list_prices(range_, start, days, seed)
    discount, promotions = _promotions(range_, start, days, seed)
    return Pricing(list_price=list_price, discount=discount, prices=prices, promotions=promotions)


def _list_prices(range_: Range, start: date, days: int, seed: int) -> tuple[npt.NDArray[np.float64], pl.DataFrame]:
    chance = generator(seed, "prices")
    rise_day = max(days - _PRICE_RISE_DAYS_BEFORE_END, 0)
    table = np.empty((days, len(range_.styles), len(COUNTRIES)))
    rows = []
    for number, style in enumerate(range_.styles):
        rises = rise_day > 0 and style.launched_on < start and chance.random() < 0.6
        for place, country in enumerate(COUNTRIES):
            rate = _POUNDS_PER_EURO if country == "GB" else 1.0
            price = float(round(style.price_eur * rate))
            table[:, number, place] = price
            rows.append((style.product_id, country, min(style.launched_on, start), price, CURRENCIES[country]))
            if rises:
                later = float(round(price * 1.04) + 1)
                table[rise_day:, number, place] = later
                changed_on = start + timedelta(days=rise_day)
                rows.append((style.product_id, country, changed_on, later, CURRENCIES[country]))
    rows = [
        (product, country, max(valid_from, start - timedelta(days=365)), price, currency)
        for product, country, valid_from, price, currency in rows
    ]
    return table, pl.DataFrame(rows, schema=PRICES.schema, orient="row")


def _promotions(range_: Range, start: date, days: int, seed: int) -> tuple[npt.NDArray[np.float64], pl.DataFrame]:
    chance = generator(seed, "promotions")
    discount = np.zeros((days, len(range_.styles), len(COUNTRIES)))
    rows: list[tuple[str, str, str, date, date, float]] = []
    last = start + timedelta(days=days - 1 + _PLANNED_AHEAD_DAYS)
    for period in sales_periods(start, last):
        short = (period.ends_on - period.starts_on).days < 7
        for number, style in enumerate(range_.styles):
            share = float(chance.choice([0.2, 0.3] if short else [0.2, 0.3, 0.3, 0.4, 0.5]))
            if chance.random() > _reduced_share(style, period.starts_on, short=short):
                continue
            rows.append(
                (
                    f"PR{len(rows) + 1:05d}",
                    style.product_id,
                    period.country,
                    period.starts_on,
                    period.ends_on,
                    share,
                )
            )
            first_day = (period.starts_on - start).days
            until = min((period.ends_on - start).days + 1, days)
            if first_day < days:
                discount[first_day:until, number, COUNTRIES.index(period.country)] = share
    return discount, pl.DataFrame(rows, schema=PROMOTIONS.schema, orient="row")


def _reduced_share(style: Style, starts_on: date, *, short: bool) -> float:
    """Probability that a style is reduced: never a new one, mostly what is past its season."""
    if style.launched_on > starts_on - timedelta(days=60):
        return 0.0
    away_days = abs((starts_on.timetuple().tm_yday - style.category.peak_day + 182) % 365 - 182)
    return 0.6 if short else 0.25 + 0.4 * away_days / 182
