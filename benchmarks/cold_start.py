"""Products held out whole: the first eight weeks of launches, forecast before anything of them was sold.

On each of several mornings all that was known before it is learnt from, and the launches of the four weeks after it are
forecast, for every SKU x location that will carry them. Compared by product and week is what was wanted (the demo,
where it is known) or sold (the real shop), with:

- the category's mean curve: mean units of a location by week since launch over past launches of the category (all past
  launches where it has none), demand recovered as for ours, times the locations that carry the product;
- the prior that series without history had before: by category, kind of location, size and location;
- ours by what products are (attributes), by their texts, and by both.

Everything that was chosen by hand was chosen on the demo's seeds 1 and 2, and on the half of the real shop's products
whose hash is even; the figures are those of other seeds and of the other half. Errors are those of products by week,
and, named so, of their first eight weeks in all and of SKU x location over the eight weeks.
"""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.cold_start_shops import STEP_DAYS, WEEKS, LaunchShop, demo_shop, retail_shop
from benchmarks.figures import Figure, Targets, absent, real_data
from copilot.planning.arrays import Floats, Integers, group_codes, group_row_sums, group_sums
from copilot.planning.calibration import coverage, heterogeneity
from copilot.planning.demand_model import daily_means, joined, rates_of, state_of
from copilot.planning.forecast import PanelReader, shop_of
from copilot.planning.launches.cold_start import Shop, forecast_launches
from copilot.planning.launches.curves import launch_sums
from copilot.planning.launches.facts import FACTS, Embed
from copilot.planning.launches.texts import ProductTexts
from copilot.planning.negative_binomial import quantile
from copilot.settings import PlanningSettings
from vectorstore.encoder import PACKAGED_MODEL, load_encoder
from vectorstore.settings import IndexSettings

FOLDER = "sales_online_retail"
DEMO_SEEDS = (3, 4, 5)
_DAYS = 7 * WEEKS
_AHEAD = _DAYS + STEP_DAYS
WAYS: Mapping[str, frozenset[str]] = {
    "attributes": frozenset(FACTS) - {"text"},
    "text": frozenset({"text"}),
    "both": frozenset(FACTS),
}
_OF_BOTH: Targets = {
    "wape": ("share", "lower", None),
    "wape_median": ("share", "lower", None),
    "wape_category": ("share", "lower", None),
    "wape_prior": ("share", "lower", None),
    "wape_attributes": ("share", "lower", None),
    "wape_text": ("share", "lower", None),
    "wape_against_category": ("ratio", "lower", 0.85),
    "wape_median_against_category": ("ratio", "lower", 0.85),
    "wape_total_against_category": ("ratio", "lower", 0.85),
    "wape_against_prior": ("ratio", "lower", 1.0),
    "wape_series_against_prior": ("ratio", "lower", 1.0),
    "bias": ("share", "lower", None),
    "coverage": ("share", "higher", None),
    "coverage_error": ("share", "lower", 0.05),
    "coverage_series": ("share", "higher", None),
}
TARGETS: Targets = {
    f"cold_start.{shop}_{name}": value for shop in ("demo", "retail") for name, value in _OF_BOTH.items()
}
"""Name -> unit, direction, target. `wape` is ours by attributes and text."""


def run(quick: bool) -> Iterator[Figure]:
    """Errors and coverage on both shops; `quick` takes one seed of the demo."""
    seeds = DEMO_SEEDS[:1] if quick else DEMO_SEEDS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        embed = ProductTexts(folder, partial(load_encoder, IndexSettings(), folder), name=PACKAGED_MODEL)
        shops = (demo_shop(folder, seed) for seed in seeds)
        yield from _figures("demo", _foreseen(shops, embed), f"seeds {seeds}")
        data = real_data(FOLDER)
        if data is None:
            for figure, (unit, better, target) in TARGETS.items():
                if figure.startswith("cold_start.retail"):
                    yield absent(figure, unit=unit, better=better, target=target, folder=FOLDER)
            return
        retail = retail_shop(folder, pl.read_parquet(data / "online_retail.parquet"), embed)
        found = [each.reported() for each in _foreseen([retail], embed)]
        yield from _figures("retail", found, "half of the products, by a hash of their codes")


def _foreseen(shops: Iterable[LaunchShop], embed: Embed) -> list[Foreseen]:
    mornings = (morning_of(shop, day) for shop in shops for day in shop.mornings)
    return [foresee(morning, embed) for morning in mornings if morning is not None]


def _figures(shop: str, found: Sequence[Foreseen], which: str) -> Iterator[Figure]:
    products = sum(len(each.product_ids) for each in found)
    units = sum(float(each.seen.sum()) for each in found)
    detail = f"{products} launches, {units:,.0f} units in their first {WEEKS} weeks; {which}"
    for name, value in scores(found).items():
        unit, better, target = _OF_BOTH[name]
        yield Figure(
            name=f"cold_start.{shop}_{name}", value=value, unit=unit, target=target, better=better, detail=detail
        )


def scores(found: Sequence[Foreseen]) -> dict[str, float]:
    """Value of each figure over all of these mornings."""
    units = sum(float(each.seen.sum()) for each in found)

    def wape(error: Callable[[Foreseen], Floats]) -> float:
        return sum(float(np.abs(error(each)).sum()) for each in found) / units

    weekly = {name: wape(lambda each, name=name: each.means[name] - each.seen) for name in found[0].means}  # type: ignore[misc]  # a default binds the name
    total = {
        name: wape(lambda each, name=name: each.means[name].sum(axis=1) - each.seen.sum(axis=1))  # type: ignore[misc]  # as above
        for name in ("both", "category")
    }
    series = {
        name: wape(lambda each, name=name: each.means_series[name] - each.seen_series)  # type: ignore[misc]  # as above
        for name in ("both", "prior")
    }
    median = wape(lambda each: each.medians["both"] - each.seen)
    seen, mean, k = (
        np.concatenate(parts)
        for parts in zip(
            *((f.seen.sum(axis=1), f.means["both"].sum(axis=1), f.spread["both"][0]) for f in found), strict=True
        )
    )
    of_series = (
        np.concatenate(parts)
        for parts in zip(*((f.seen_series, f.means_series["both"], f.spread["both"][1]) for f in found), strict=True)
    )
    covered = coverage(seen, mean, k)
    return {
        "wape": weekly["both"],
        "wape_median": median,
        "wape_category": weekly["category"],
        "wape_prior": weekly["prior"],
        "wape_attributes": weekly["attributes"],
        "wape_text": weekly["text"],
        "wape_against_category": weekly["both"] / weekly["category"],
        "wape_median_against_category": median / weekly["category"],
        "wape_total_against_category": total["both"] / total["category"],
        "wape_against_prior": weekly["both"] / weekly["prior"],
        "wape_series_against_prior": series["both"] / series["prior"],
        "bias": sum(float((each.means["both"] - each.seen).sum()) for each in found) / units,
        "coverage": covered,
        "coverage_error": abs(covered - 0.8),
        "coverage_series": coverage(*of_series),
    }


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """Launches of one morning and what was forecast of them; `products` of them, on `series` in all."""

    product_ids: tuple[str, ...]
    seen: Floats
    """(products, weeks)."""
    seen_series: Floats
    """(series,): over all weeks."""
    means: Mapping[str, Floats]
    """Rule or way -> (products, weeks)."""
    means_series: Mapping[str, Floats]
    """Those that forecast series -> (series,)."""
    medians: Mapping[str, Floats]
    """Way -> (products, weeks)."""
    spread: Mapping[str, tuple[Floats, Floats]]
    """Way -> heterogeneity of the sum over all weeks by product, (products,), and by series, (series,)."""
    product_of: Integers
    """(series,)."""

    def reported(self) -> Foreseen:
        """The products that nothing was chosen on."""
        own = np.array([zlib.crc32(product.encode()) % 2 == 1 for product in self.product_ids], dtype=np.bool_)
        series = own[self.product_of]
        return Foreseen(
            product_ids=tuple(product for product, kept in zip(self.product_ids, own, strict=True) if kept),
            seen=self.seen[own],
            seen_series=self.seen_series[series],
            means={name: values[own] for name, values in self.means.items()},
            means_series={name: values[series] for name, values in self.means_series.items()},
            medians={name: values[own] for name, values in self.medians.items()},
            spread={name: (of[own], of_series[series]) for name, (of, of_series) in self.spread.items()},
            product_of=self.product_of[series],
        )


@dataclass(frozen=True, kw_only=True)
class Morning:
    """What is known of the shop on a morning, and the series of the launches to come."""

    shop: Shop
    rows: Integers
    """(series,): where they are among all."""
    offset: Integers
    """(series,): days to the launch."""
    seen: Floats
    """(series, weeks)."""
    category: Floats
    """(products, weeks): the category's mean curve."""

    @property
    def series(self) -> pl.DataFrame:
        """(series,)."""
        return self.shop.state.series[self.rows]

    def weekly(self, rates: Floats, curve: Floats | float) -> Floats:
        """Means by week since launch, (series, weeks), of series that sell at those rates."""
        model, drivers = self.shop.model, self.shop.drivers
        daily = daily_means(self.series, rates, model, drivers, self.shop.as_of, _AHEAD) * curve
        at = self.offset[:, None] + np.arange(_DAYS)[None, :]
        weeks: Floats = np.take_along_axis(daily, at, axis=1).reshape(len(daily), WEEKS, 7).sum(axis=2)
        return weeks


def morning_of(shop: LaunchShop, morning: date) -> Morning | None:
    """The morning, or None where nothing is launched in the four weeks from it on."""
    coming = shop.launches.filter(pl.col("launched_on").is_between(morning, morning + timedelta(days=STEP_DAYS - 1)))
    if coming.is_empty():
        return None
    reader = PanelReader(shop.warehouse, morning, PlanningSettings(horizon_days=_AHEAD))
    whole = joined([state_of(panel, reader.drivers, reader.fitted) for panel in reader.panels()])
    rate = rates_of(whole, reader.fitted)
    rows = np.flatnonzero(whole.series["product_id"].is_in(coming["product_id"].to_list()).to_numpy())
    series = whole.series[rows]
    launched = dict(coming.iter_rows())
    return Morning(
        shop=shop_of(reader, whole, rate),
        rows=rows,
        offset=np.array([(launched[product] - morning).days for product in series["product_id"].to_list()]),
        seen=_seen(shop, series, launched),
        category=_category_curves(reader, whole.series, rate.mean, series, morning),
    )


def foresee(morning: Morning, embed: Embed, ways: Sequence[str] = tuple(WAYS)) -> Foreseen:
    """Forecasts of the launches of the morning. Raises ValueError where too few products have a history."""
    series = morning.series
    product, products = group_codes(series, "product_id")
    spread = morning.shop.model.calibration.spread
    by_series = {"prior": morning.weekly(morning.shop.rate.mean[morning.rows], 1.0)}
    spreads, medians = {}, {}
    for way in ways:
        use = np.array([fact in WAYS[way] for fact in FACTS])
        found = forecast_launches(morning.shop, _AHEAD, embed=embed if "text" in WAYS[way] else None, use=use)
        if found is None:
            raise ValueError(f"{morning.shop.as_of}: too few products to learn from")
        own = np.searchsorted(found.rows, morning.rows)
        by_series[way] = morning.weekly(found.rate[own], found.curve[own])
        variance, common = found.rate_variance[own], found.common_variance[own]
        spreads[way] = _of_sums(by_series[way].sum(axis=1), variance, common, spread.dispersion, product)
        mean = group_row_sums(product, by_series[way], products)
        medians[way] = quantile(0.5, mean=mean, heterogeneity=np.broadcast_to(spreads[way][0][:, None], mean.shape))
    means = {name: group_row_sums(product, values, products) for name, values in by_series.items()}
    return Foreseen(
        product_ids=tuple(series["product_id"].unique().sort().to_list()),
        seen=group_row_sums(product, morning.seen, products),
        seen_series=morning.seen.sum(axis=1),
        means={**means, "category": morning.category},
        means_series={name: values.sum(axis=1) for name, values in by_series.items()},
        medians=medians,
        spread=spreads,
        product_of=product,
    )


def _of_sums(
    mean: Floats, variance: Floats, common: Floats, dispersion: float, product: Integers
) -> tuple[Floats, Floats]:
    """Heterogeneity of the sum of each product, and of each series, as `planning.fan` has it."""
    products = int(product.max()) + 1
    total = group_sums(product, mean, products)
    excess = group_sums(product, (dispersion - 1.0) * mean + (variance - common) * mean**2, products)
    excess += group_sums(product, np.sqrt(common) * mean, products) ** 2
    return excess / np.maximum(total, 1e-9) ** 2, heterogeneity(mean, dispersion, variance)


def _seen(shop: LaunchShop, series: pl.DataFrame, launched: Mapping[str, date]) -> Floats:
    """What was wanted of each series by week since launch, (series, weeks)."""
    rows = series.select("sku_id", "location_id").with_row_index("row")
    begun = pl.DataFrame({"product_id": list(launched), "launched_on": list(launched.values())})
    cells = shop.demand.join(begun, on="product_id").join(rows, on=["sku_id", "location_id"])
    week = cells.select((pl.col("date") - pl.col("launched_on")).dt.total_days() // 7).to_series().to_numpy()
    seen = np.zeros((series.height, WEEKS))
    np.add.at(seen, (cells["row"].to_numpy(), week), cells["units"].to_numpy())
    return seen


def _category_curves(
    reader: PanelReader, every: pl.DataFrame, rates: Floats, series: pl.DataFrame, morning: date
) -> Floats:
    """The category's mean curve for each product of `series`, (products, weeks)."""
    past = reader.catalogue.filter(pl.col("launched_on").is_between(reader.since, morning, closed="none"))
    panel = reader.panel(past["sku_id"].sort().to_list())
    launched = dict(past.select("product_id", "launched_on").iter_rows())
    known = panel.series.join(
        every.select("sku_id", "location_id").with_columns(rate=pl.Series(rates)),
        on=["sku_id", "location_id"], how="left", maintain_order="left",
    )  # fmt: skip
    ones = np.ones(panel.units.shape, dtype=np.float32)
    first = [launched[each] for each in panel.series["product_id"].to_list()]
    sums = launch_sums(panel, ones, np.ones(len(first)), first, known["rate"].fill_null(0.0).to_numpy())
    facts = panel.series.group_by("product_id").agg(
        pl.col("category").first(), places=pl.col("location_id").n_unique(), count=pl.len()
    )
    facts = facts.sort("product_id")
    full = 7.0 * (facts["count"] / facts["places"]).to_numpy()[:, None]
    expected = sums.expected[:, :WEEKS]
    told = expected > 0.0
    weekly = np.where(told, sums.units[:, :WEEKS] * full / np.maximum(expected, 1e-9), 0.0)
    new = series.group_by("product_id").agg(pl.col("category").first(), places=pl.col("location_id").n_unique())
    curves = []
    for _, category, places in new.sort("product_id").iter_rows():
        mates = (facts["category"] == category).to_numpy()
        all_weeks = (told & mates[:, None]).any(axis=0).all()
        used = told & (mates[:, None] if all_weeks else True)
        curves.append(places * (weekly * used).sum(axis=0) / np.maximum(used.sum(axis=0), 1))
    return np.array(curves)
