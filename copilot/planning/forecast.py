"""Forecasts of demand for every SKU x location, from the warehouse to the lake.

Series are read and forecast a piece at a time, so that memory stays bounded however many there are. The first piece,
SKUs drawn evenly by a hash, teaches what series share; all pieces together give each series its prior.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import polars as pl

from copilot.errors import NoDataError
from copilot.planning.arrays import Floats, Integers
from copilot.planning.calibration import heterogeneity
from copilot.planning.demand_model import (
    DemandModel,
    SeriesState,
    daily_means,
    fit_model,
    joined,
    rates_of,
    state_of,
)
from copilot.planning.drivers import Drivers, build_drivers
from copilot.planning.features import Seen, group_ratios
from copilot.planning.gamma_poisson import Rate
from copilot.planning.hierarchy.agreement import agreeing
from copilot.planning.hierarchy.levels import Level
from copilot.planning.history import History, history_of, joined_histories
from copilot.planning.launches.cold_start import Shop, forecast_launches
from copilot.planning.launches.facts import Embed
from copilot.planning.launches.records import MODEL_NAME as ANALOGUES
from copilot.planning.launches.records import LaunchForecast
from copilot.planning.model_choice import BoostedChoice, Demand, base_demand, corrected_demand
from copilot.planning.negative_binomial import quantile
from copilot.planning.records import FORECASTS_SCHEMA, QUANTILE_COLUMNS, QUANTILES, THIN_HISTORY_DAYS
from copilot.planning.series import DemandPanel, build_panel
from copilot.settings import PlanningSettings
from ingestion.errors import TableMissingError
from ingestion.lake import Lake
from ingestion.progress import Progress, silent
from ingestion.warehouse import Warehouse

FORECASTS_TABLE = "forecasts"
HORIZONS_DAYS = (7, 14, 28)
HISTORY_DAYS = 730
SERIES_AT_A_TIME = 16_000


def forecast_demand(
    warehouse: Warehouse,
    as_of: date,
    settings: PlanningSettings,
    progress: Progress = silent,
    *,
    reader: PanelReader | None = None,
    boosted: BoostedChoice | None = None,
    embed: Embed | None = None,
    keep_analogues: Callable[[pl.DataFrame], object] | None = None,
) -> pl.DataFrame:
    """Forecasts as of the morning of `as_of`, in `FORECASTS_SCHEMA`: 7, 14, 28 days, protection period, farthest
    horizon.

    A series is a SKU x location that sold, was stocked or has an order open; a warehouse only where it sells. One
    without history of its own is forecast from those it resembles and marked `thin_history`; those of a new product
    from the product's analogues, which `keep_analogues` is given (`launches.records.ANALOGUES_SCHEMA`). `embed` makes
    vectors of product texts, asked for only where a product is new. `reader` is one of that morning that others read
    from too; `boosted` corrects the segments that it names. Raises `NoDataError` without a sale before `as_of`, and
    `TableMissingError` without products, SKUs or locations.
    """
    reader = reader or PanelReader(warehouse, as_of, settings)
    fitted = reader.fitted
    states, histories = [], []
    for done, panel in enumerate(reader.panels(), start=1):
        states.append(state_of(panel, reader.drivers, fitted))
        if boosted is not None:
            histories.append(history_of(panel, reader.drivers, fitted))
        progress("forecast", done, 2 * len(reader.pieces))
    whole = joined(states)
    rate = rates_of(whole, fitted)
    seen = _seen(reader, whole, rate, histories) if boosted is not None else None
    launches = forecast_launches(shop_of(reader, whole, rate), reader.farthest, embed=embed)
    if launches is not None and keep_analogues is not None:
        keep_analogues(launches.analogues)
    frames = []
    for number, rows in enumerate(_slices(states), start=1):
        part = _part_of(whole, rate, rows)
        demand = _demand(reader, fitted, part)
        if boosted is not None and seen is not None:
            own = seen.rows(np.arange(rows.start, rows.stop))
            demand = corrected_demand(demand, own, boosted, reader.drivers)
        if launches is not None:
            demand = _launched(demand, launches.within(rows.start, rows.stop), part.series, reader)
        frames.append(_frame(reader, part, demand))
        progress("forecast", len(reader.pieces) + number, 2 * len(reader.pieces))
    return agreeing(
        pl.concat(frames).sort("sku_id", "location_id", "horizon_days"),
        [Level(by="all", at=place) for place in settings.agree_with],
        panels=reader.panels(),
        drivers=reader.drivers,
        model=fitted,
        catalogue=reader.catalogue,
        locations=reader.locations,
    )


def write_forecasts(lake: Lake, forecasts: pl.DataFrame, as_of: date, *, note: str = "") -> int:
    """Put the forecasts in place of those of the same `as_of`; return the table's version."""
    return lake.replace_day(FORECASTS_TABLE, forecasts, as_of=as_of, note=note)


def read_forecasts(lake: Lake, *, as_of: date) -> pl.DataFrame:
    """Forecasts made for `as_of`. Raises `NoDataError` where there are none."""
    try:
        found = lake.scan(FORECASTS_TABLE).filter(pl.col("as_of") == as_of).collect()
    except TableMissingError:
        found = FORECASTS_SCHEMA.to_frame()
    if found.is_empty():
        raise NoDataError(f"No forecasts as of {as_of}. Make them with `reassort forecast --as-of {as_of}`.")
    return found.select(FORECASTS_SCHEMA.names())


def protection_days(locations: pl.DataFrame, settings: PlanningSettings) -> pl.DataFrame:
    """location_id, lead_time_days, review_period_days and protection_days, their sum, of each location."""
    lead = pl.col("lead_time_days").fill_null(settings.default_lead_time_days)
    review = pl.col("review_period_days").fill_null(settings.default_review_period_days)
    return locations.select(
        "location_id", lead_time_days=lead, review_period_days=review, protection_days=lead + review
    )


class PanelReader:
    """Panels of the warehouse's series, piece by piece, with drivers that reach over history and horizon."""

    def __init__(self, warehouse: Warehouse, as_of: date, settings: PlanningSettings) -> None:
        self.as_of = as_of
        self.catalogue = warehouse.catalogue()
        self.locations = warehouse.locations()
        self.protection = protection_days(self.locations, settings)
        self.farthest = max(*HORIZONS_DAYS, settings.horizon_days, *self.protection["protection_days"].to_list())
        self.horizons = sorted({*HORIZONS_DAYS, settings.horizon_days})
        self.pieces = _pieces(self.catalogue, self.locations.height)
        self._warehouse = warehouse
        self._carried = warehouse.open_inbound(as_of)
        self.since = self._first_day()
        self.prices = warehouse.read("prices")
        self.drivers: Drivers = build_drivers(
            since=self.since,
            before=as_of + timedelta(days=self.farthest),
            calendar=warehouse.calendar(self.since, as_of + timedelta(days=self.farthest)),
            promotions=warehouse.promotions(self.since, as_of + timedelta(days=self.farthest)),
            prices=self.prices,
        )

    @cached_property
    def sample(self) -> DemandPanel:
        """The first piece: what series share is learnt from it."""
        return self.panel(self.pieces[0])

    @cached_property
    def fitted(self) -> DemandModel:
        """What series share, learnt from the sample."""
        return fit_model(self.sample, self.drivers)

    def panels(self) -> Iterator[DemandPanel]:
        """Panel of each piece in turn."""
        yield self.sample
        for skus in self.pieces[1:]:
            yield self.panel(skus)

    def panel(self, skus: list[str]) -> DemandPanel:
        """Panel of the series of these SKUs."""
        return build_panel(
            sales=self._warehouse.daily_sales(since=self.since, before=self.as_of, sku_ids=skus),
            stock=self._warehouse.stock_history(since=self.since, before=self.as_of, sku_ids=skus),
            catalogue=self.catalogue.filter(pl.col("sku_id").is_in(skus)),
            locations=self.locations,
            since=self.since,
            before=self.as_of,
            carried=self._carried.filter(pl.col("sku_id").is_in(skus)),
        )

    def _first_day(self) -> date:
        """First day with a sale, at most `HISTORY_DAYS` back. Raises `NoDataError` without any."""
        earliest = self.as_of - timedelta(days=HISTORY_DAYS)
        for skus in self.pieces:
            sales = self._warehouse.daily_sales(since=earliest, before=self.as_of, sku_ids=skus)
            first = sales["date"].min()
            if isinstance(first, date):
                return first
        raise NoDataError(
            f"No sales before {self.as_of}, so nothing to forecast from. Bring some in: `reassort import sales FILE`."
        )


def _pieces(catalogue: pl.DataFrame, locations: int) -> list[list[str]]:
    """SKUs of each piece, in an order that has nothing to do with what they are; SKUs of a product stay together."""
    order = sorted(catalogue.select("product_id", "sku_id").rows(), key=lambda row: (zlib.crc32(row[0].encode()), row))
    if not order:
        raise NoDataError("No SKUs in the catalogue. Bring some in: `reassort import skus FILE`.")
    at_a_time = max(1, SERIES_AT_A_TIME // max(locations, 1))
    return [[sku for _, sku in order[i : i + at_a_time]] for i in range(0, len(order), at_a_time)]


def _slices(states: list[SeriesState]) -> Iterator[slice]:
    """Where each of the joined states lies in the whole."""
    first = 0
    for state in states:
        yield slice(first, first + state.series.height)
        first += state.series.height


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Some series with what is known of each; arrays are (series,)."""

    series: pl.DataFrame
    rate: Rate
    history_days: Integers
    in_stock_share: Floats


def _part_of(state: SeriesState, rate: Rate, rows: slice) -> _Part:
    return _Part(
        series=state.series[rows],
        rate=Rate(mean=rate.mean[rows], variation=rate.variation[rows]),
        history_days=state.history_days[rows],
        in_stock_share=state.in_stock_share[rows],
    )


def _seen(reader: PanelReader, whole: SeriesState, rate: Rate, histories: list[History]) -> Seen:
    """What the boosted model sees of all series; groups reach over the pieces."""
    history = joined_histories(histories)
    return Seen(
        morning=reader.as_of,
        series=whole.series,
        history=history,
        rate=rate,
        ratios=group_ratios(whole.series, history, rate.mean),
    )


def _demand(reader: PanelReader, model: DemandModel, part: _Part) -> Demand:
    """Demand of each day up to the farthest, as the base model has it."""
    means = daily_means(part.series, part.rate.mean, model, reader.drivers, reader.as_of, reader.farthest)
    return base_demand(means, part.rate.variation, model.calibration.spread)


def shop_of(reader: PanelReader, state: SeriesState, rate: Rate) -> Shop:
    """What launches are learnt from, on the reader's morning."""
    return Shop(
        as_of=reader.as_of,
        since=reader.since,
        catalogue=reader.catalogue,
        prices=reader.prices,
        state=state,
        rate=rate,
        model=reader.fitted,
        drivers=reader.drivers,
        panel=reader.panel,
    )


def _launched(demand: Demand, launches: LaunchForecast, series: pl.DataFrame, reader: PanelReader) -> Demand:
    """The same with the series of new products as their analogues have them."""
    own = launches.rows
    if not len(own):
        return demand
    means = demand.means.copy()
    rates = daily_means(series[own], launches.rate, reader.fitted, reader.drivers, reader.as_of, reader.farthest)
    means[own] = rates * launches.curve
    is_new = np.zeros(len(means), dtype=np.bool_)
    is_new[own] = True
    variance, common = demand.rate_variance.copy(), demand.common_variance.copy()
    variance[own], common[own] = launches.rate_variance, launches.common_variance
    far, dispersion = demand.far_rate_variance.copy(), demand.dispersion.copy()
    far[own], dispersion[own] = launches.rate_variance, reader.fitted.calibration.spread.dispersion
    return replace(
        demand,
        means=means,
        dispersion=dispersion,
        rate_variance=variance,
        common_variance=common,
        far_rate_variance=far,
        models=pl.select(pl.when(pl.Series(is_new)).then(pl.lit(ANALOGUES)).otherwise(demand.models)).to_series(),
    )


def _frame(reader: PanelReader, part: _Part, demand: Demand) -> pl.DataFrame:
    """Rows of all horizons of some series."""
    means = demand.means
    summed = np.cumsum(means, axis=1)
    places = part.series.select("location_id").join(
        reader.protection, on="location_id", how="left", maintain_order="left"
    )
    protection = places["protection_days"].to_numpy()
    every = np.arange(part.series.height)
    frames = [_rows(reader, part, demand, every, np.full(len(every), days), summed) for days in reader.horizons]
    own = np.flatnonzero(~np.isin(protection, reader.horizons) & (protection > 0))
    frames.append(_rows(reader, part, demand, own, protection[own], summed))
    longest = np.maximum(protection, reader.horizons[-1])
    daily = part.series.select("sku_id", "location_id", horizon_days=pl.Series(longest, dtype=pl.Int64)).with_columns(
        daily_units=pl.Series([row[:days] for row, days in zip(means, longest, strict=True)], dtype=pl.List(pl.Float64))
    )
    joined_rows = pl.concat(frames).join(daily, on=["sku_id", "location_id", "horizon_days"], how="left")
    return joined_rows.select(FORECASTS_SCHEMA.names()).cast(FORECASTS_SCHEMA)


def _rows(
    reader: PanelReader, part: _Part, demand: Demand, chosen: Integers, days: Integers, summed: Floats
) -> pl.DataFrame:
    """One row for each of the chosen series: demand over its number of days."""
    mean = summed[chosen, days - 1]
    dispersion, rate_variance = demand.dispersion[chosen], demand.rate_variances(chosen, days)
    k = heterogeneity(mean, dispersion, rate_variance)
    levels = quantile(np.array(QUANTILES)[:, None], mean=mean, heterogeneity=k)
    return (
        part.series[chosen]
        .select("sku_id", "location_id")
        .with_columns(
            as_of=pl.lit(reader.as_of),
            horizon_days=pl.Series(days, dtype=pl.Int64),
            mean_units=pl.Series(mean, dtype=pl.Float64),
            **{column: pl.Series(row, dtype=pl.Float64) for column, row in zip(QUANTILE_COLUMNS, levels, strict=True)},
            history_days=pl.Series(part.history_days[chosen], dtype=pl.Int64),
            in_stock_share=pl.Series(part.in_stock_share[chosen], dtype=pl.Float64),
            model=demand.models.gather(chosen),
            thin_history=pl.Series(part.history_days[chosen] < THIN_HISTORY_DAYS, dtype=pl.Boolean),
            dispersion=pl.Series(dispersion, dtype=pl.Float64),
            rate_variance=pl.Series(rate_variance, dtype=pl.Float64),
            common_variance=pl.Series(demand.common_variance[chosen], dtype=pl.Float64),
        )
    )
