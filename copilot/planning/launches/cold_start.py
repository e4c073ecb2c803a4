"""Forecasts of products with little or no history: from analogues, split by group shares, corrected by first sales.

The rate of a product is Gamma about the level that its analogues foretell, and that of each of its series Gamma about
its share of it; what the product and its series sold so far moves both, the sooner the less sure they are. Both drift
besides, as those of series with history do: the product by what its series have in common, each of these by the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from copilot.planning.arrays import Flags, Floats, Integers, codes_of, group_codes, group_sums
from copilot.planning.demand_model import DemandModel, SeriesState
from copilot.planning.drivers import Drivers
from copilot.planning.effects import HARMONICS
from copilot.planning.gamma_poisson import Rate
from copilot.planning.launches.analogues import Found, analogue_rows
from copilot.planning.launches.curves import (
    FIRST_WEEKS,
    LaunchSums,
    curves_like,
    joined_sums,
    launch_curve,
    launch_sums,
    week_of,
)
from copilot.planning.launches.facts import Embed, product_facts
from copilot.planning.launches.model import LEAST_PRODUCTS, LaunchModel, known_products, learn_launches
from copilot.planning.launches.records import NEW_BELOW_DAYS, LaunchForecast
from copilot.planning.launches.split import series_shares
from copilot.planning.prior import prior_shape
from copilot.planning.series import DemandPanel

_MOST_SERIES = 32_000
_SERIES_AT_A_TIME = 16_000


@dataclass(frozen=True, kw_only=True)
class Shop:
    """What is known of the shop on a morning."""

    as_of: date
    catalogue: pl.DataFrame
    prices: pl.DataFrame
    state: SeriesState
    """Of all series."""
    rate: Rate
    """Of all series, as the demand model has it."""
    model: DemandModel
    drivers: Drivers
    since: date
    """First day of the history."""
    panel: Callable[[list[str]], DemandPanel]
    """Panel of the series of these SKUs."""


@dataclass(frozen=True, kw_only=True)
class _Products:
    """The products of all series, sorted by id; arrays are (products,) where nothing else is said."""

    ids: tuple[str, ...]
    code: Integers
    """(series,): the product of each."""
    is_new: Flags
    is_known: Flags
    """Whether others may be foretold by it."""
    units: Floats
    """Of all its series, faded as evidence is."""
    days: Integers
    """Most days of history of any series."""
    launched: tuple[date, ...]
    """As the catalogue says, or else the first of those days."""
    dated: Flags
    """Whether the catalogue says."""

    @property
    def new(self) -> Integers:
        """Places of the new ones."""
        return np.flatnonzero(self.is_new)


def forecast_launches(
    shop: Shop, days: int, *, embed: Embed | None = None, use: Flags | None = None
) -> LaunchForecast | None:
    """Forecasts of the new products' series over `days` days from the morning on.

    None where no product is new, or where fewer than ten have a history to learn from. `embed` makes vectors of the
    products' texts; without it texts are not compared. `use` (facts,) says which facts may count; None: all.
    """
    products = _products(shop)
    if not products.is_new.any() or int(products.is_known.sum()) < LEAST_PRODUCTS:
        return None
    count, state = len(products.ids), shop.state
    told = products.is_known[products.code]
    shares = series_shares(state.series, shop.rate.mean, state.evidence.units, pl.Series(told))
    shares = shares / _yearly(shop)
    carried = group_sums(products.code, shares, count)
    levels = group_sums(products.code, shop.rate.mean, count) / carried
    facts = product_facts(shop.catalogue, shop.prices, state.series, shop.as_of, embed)
    rows = facts.rows(products.ids)
    known_at = np.flatnonzero(products.is_known)
    sums = _sums(shop, products, shares)
    known = known_products(
        facts, (rows[known_at], levels[known_at], products.units[known_at]), sums.chosen(_ids(products, known_at))
    )
    spread = shop.model.calibration.spread
    model = learn_launches(facts, known, dispersion=spread.dispersion, use=use)
    found = _found(model, sums, products, rows)
    own = np.flatnonzero(products.is_new[products.code])
    place = np.cumsum(products.is_new)[products.code[own]] - 1
    common = found.variance + spread.common_variance
    drift = max(spread.drift - spread.common_variance, 0.0)
    shape = _shape(shop, told, levels[products.code] * shares)
    prior = found.level[place] * shares[own]
    units, exposure = state.evidence.units[own], state.evidence.exposure[own]
    return LaunchForecast(
        rows=own,
        rate=(shape + units) / (shape / prior + exposure),
        rate_variance=common[place] + drift + spread.factor / (shape + units),
        common_variance=common[place],
        curve=_by_day(found, products, shop.as_of, days)[place],
        analogues=analogue_rows(
            model,
            replace(found, variance=common + drift * _unevenness(place, shares[own])),
            sums,
            as_of=shop.as_of,
            carried=carried[products.new],
            history_days=products.days[products.new],
        ),
    )


def _yearly(shop: Shop) -> Floats:
    """Mean multiplier of the season over a year for each series, (series,): levels of coats and sandals compare when
    they are those of an average day."""
    effects = shop.model.effects
    angles = (2.0 * np.pi * np.arange(1, 366) / 365.25)[:, None] * np.arange(1, HARMONICS + 1)
    basis = np.concatenate([np.cos(angles), np.sin(angles)], axis=1)
    mean: Floats = np.exp(basis @ effects.season.T).mean(axis=0)
    return mean[codes_of(shop.state.series["category"], effects.categories)]


def _products(shop: Shop) -> _Products:
    code, count = group_codes(shop.state.series, "product_id")
    ids = shop.state.series["product_id"].unique().sort().to_list()
    days = np.zeros(count, dtype=np.int64)
    np.maximum.at(days, code, shop.state.history_days)
    units = group_sums(code, shop.state.evidence.units, count)
    said = dict(shop.catalogue.select("product_id", "launched_on").unique("product_id").iter_rows())
    first = [shop.as_of - timedelta(days=int(number)) for number in days]
    return _Products(
        ids=tuple(ids),
        code=code,
        is_new=days < NEW_BELOW_DAYS,
        is_known=(days >= NEW_BELOW_DAYS) & (units > 0.0),
        units=units,
        days=days,
        launched=tuple(said.get(product) or begun for product, begun in zip(ids, first, strict=True)),
        dated=np.array([said.get(product) is not None for product in ids], dtype=np.bool_),
    )


def _ids(products: _Products, places: Integers) -> list[str]:
    return [products.ids[place] for place in places]


def _sums(shop: Shop, products: _Products, shares: Floats) -> LaunchSums:
    """Weeks since launch of the new products that have sold, and of those launched in the history, newest first."""
    begun = np.array([(day - shop.since).days for day in products.launched])
    # What first sold near the beginning of the history, and has no date in the catalogue, may have sold before it.
    in_history = products.is_known & (begun > np.where(products.dated, 0, NEW_BELOW_DAYS))
    wanted = np.flatnonzero(in_history | (products.is_new & (products.units > 0.0)))
    wanted = wanted[np.argsort(-begun[wanted], kind="stable")]
    size = np.bincount(products.code, minlength=len(products.ids))
    kept = wanted[np.cumsum(size[wanted]) <= _MOST_SERIES]
    piece = np.cumsum(size[kept]) // _SERIES_AT_A_TIME
    series = shop.state.series.select("sku_id", "location_id").with_columns(
        share=pl.Series(shares), rate=pl.Series(shop.rate.mean)
    )
    skus = shop.catalogue.select("product_id", "sku_id").unique().sort("sku_id")
    launched = dict(zip(products.ids, products.launched, strict=True))
    dispersion = shop.model.calibration.spread.dispersion
    parts = []
    for number in np.unique(piece):
        ids = _ids(products, kept[piece == number])
        panel = shop.panel(skus.filter(pl.col("product_id").is_in(ids))["sku_id"].to_list())
        known = panel.series.join(series, on=["sku_id", "location_id"], how="left", maintain_order="left")
        multipliers = shop.model.effects.multipliers(panel.series, shop.drivers, panel.start, panel.days)
        first = [launched[product] for product in panel.series["product_id"].to_list()]
        share, rate = known["share"].fill_null(0.0).to_numpy(), known["rate"].fill_null(0.0).to_numpy()
        parts.append(launch_sums(panel, multipliers, share, first, rate, dispersion=dispersion))
    return joined_sums(parts)


def _found(model: LaunchModel, sums: LaunchSums, products: _Products, rows: Integers) -> Found:
    """What is foretold of the new products, corrected by what they sold."""
    new = products.new
    foretold = model.foretold(rows[new])
    launches = sums.chosen(_ids(products, np.flatnonzero(products.is_known)))
    known_at = {int(row): place for place, row in enumerate(model.known.rows)}
    columns = [known_at[int(row)] for row in model.facts.rows(launches.product_ids)]
    wide = launch_curve(launches)
    curves = curves_like(launches, wide, foretold.weights[:, columns])
    curves = curves / curves[:, :FIRST_WEEKS].mean(axis=1, keepdims=True)
    prior = foretold.level
    units, expected = np.zeros(len(new)), np.zeros(len(new))
    place = {product: index for index, product in enumerate(sums.product_ids)}
    for index, product in enumerate(_ids(products, new)):
        if product in place:
            units[index] = sums.units[place[product]].sum() / sums.dispersion
            expected[index] = (sums.expected[place[product]] * curves[index]).sum() / sums.dispersion
    shape = 1.0 / model.variance
    return Found(
        rows=rows[new],
        level=(shape + units) / (shape / prior + expected),
        variance=1.0 / (shape + units),
        curves=curves,
        weights=foretold.weights,
        to_category=foretold.to_category,
    )


def _unevenness(product: Integers, shares: Floats) -> Floats:
    """What is left in each product's sum of a variance that its series have each for itself, (products,)."""
    count = int(product.max()) + 1
    left: Floats = group_sums(product, shares**2, count) / group_sums(product, shares, count) ** 2
    return left


def _shape(shop: Shop, told: Flags, expected_rate: Floats) -> float:
    """How close the rates of series are to their share of their product's."""
    evidence = shop.state.evidence
    return prior_shape(expected_rate[told], evidence.units[told], evidence.exposure[told])


def _by_day(found: Found, products: _Products, as_of: date, days: int) -> Floats:
    """Factor of the curve on each day, (new products, days)."""
    factors = np.zeros((len(found.rows), days))
    for index, product in enumerate(products.new):
        week = week_of(products.launched[product], as_of, days)
        factors[index] = np.where(week < 0, 0.0, found.curves[index][np.maximum(week, 0)])
    return factors
