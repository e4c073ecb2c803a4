"""Forecasts of series that agree with those of upper levels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from copilot.planning.demand_model import fit_model
from copilot.planning.forecast import PanelReader, forecast_demand
from copilot.planning.hierarchy.agreement import agreed_means, agreeing
from copilot.planning.hierarchy.levels import Level
from copilot.planning.hierarchy.upper import Piece, recovered, upper_means, upper_panel
from copilot.planning.records import FORECASTS_SCHEMA, QUANTILE_COLUMNS
from copilot.planning.series import DemandPanel
from copilot.settings import PlanningSettings
from tests.copilot.planning.shop import MONDAY, day, no_drivers, panel_of, small_retailer

_CHAIN = Level(by="all", at="chain")
_COUNTRY = Level(by="all", at="country")


def _steady(series: int, days: int) -> DemandPanel:
    return panel_of(np.random.default_rng(0).poisson(4.0, (series, days)).astype(np.float64))


def test_demand_that_stock_hid_is_put_in_before_series_are_summed() -> None:
    panel = _steady(30, 60)
    hidden = replace(panel, availability=panel.availability.copy(), units=panel.units.copy())
    hidden.availability[:, 50:] = 0.0
    hidden.units[:, 50:] = 0.0
    drivers = no_drivers(MONDAY, 60)
    demand = recovered(hidden, drivers, fit_model(hidden, drivers)).demand
    assert demand[:, :50] == pytest.approx(panel.units[:, :50])
    assert demand[:, 50:].mean() == pytest.approx(4.0, rel=0.1)


def test_a_day_that_sold_out_counts_for_more_than_it_sold() -> None:
    panel = _steady(30, 60)
    sold_out = replace(panel, censored=panel.censored.copy())
    sold_out.censored[:, 55] = True
    drivers = no_drivers(MONDAY, 60)
    demand = recovered(sold_out, drivers, fit_model(sold_out, drivers)).demand
    assert demand[:, 55].sum() > 1.1 * panel.units[:, 55].sum()
    assert demand[:, 54] == pytest.approx(panel.units[:, 54])


def test_an_upper_panel_sums_the_pieces_and_is_forecast_as_a_series() -> None:
    panel = _steady(20, 60)
    pieces = [Piece(series=panel.series[rows], demand=panel.units[rows]) for rows in (slice(0, 5), slice(5, 20))]
    upper = upper_panel(pieces, _CHAIN, MONDAY)
    assert upper.units == pytest.approx(panel.units.sum(axis=0, keepdims=True))
    assert upper_means(upper, no_drivers(MONDAY, 74), 14).mean() == pytest.approx(80.0, rel=0.05)


def test_a_total_and_its_series_meet_half_way_in_proportion() -> None:
    series = panel_of(np.ones((3, 2))).series
    piece = Piece(series=series, demand=np.ones((3, 2)))
    base = np.array([[1.0], [1.0], [2.0]])
    found = agreed_means(base, series, [piece], [_CHAIN], [np.array([[8.0]])])
    assert found[:, 0] == pytest.approx([1.5, 1.5, 3.0])


def test_a_series_in_a_node_without_a_past_is_left_as_it_is() -> None:
    series = panel_of(np.ones((3, 2))).series
    piece = Piece(series=series[:2], demand=np.ones((2, 2)))
    elsewhere = series.with_columns(country=pl.Series(["FR", "FR", "IT"]))
    found = agreed_means(np.ones((3, 1)), elsewhere, [piece], [_COUNTRY], [np.array([[4.0]])])
    assert found[:, 0] == pytest.approx([1.5, 1.5, 1.0])


def test_forecasts_agree_with_the_chain_where_settings_ask(tmp_path: Path) -> None:
    _, warehouse = small_retailer(tmp_path)
    plain, agreed = (
        forecast_demand(warehouse, day(60), PlanningSettings(agree_with=levels))
        for levels in ((), ("chain", "country"))
    )
    assert agreed.schema == FORECASTS_SCHEMA
    assert agreed.drop("mean_units", "daily_units", *QUANTILE_COLUMNS).equals(
        plain.drop("mean_units", "daily_units", *QUANTILE_COLUMNS)
    )
    longest = agreed.filter(pl.col("daily_units").is_not_null())
    assert longest["daily_units"].list.sum().to_list() == pytest.approx(longest["mean_units"].to_list())
    assert (np.diff(agreed.select(QUANTILE_COLUMNS).to_numpy(), axis=1) >= 0).all()
    assert agreed["mean_units"].to_list() == pytest.approx(plain["mean_units"].to_list(), rel=0.2)
    assert not agreed["mean_units"].equals(plain["mean_units"])


def test_without_a_level_nothing_is_read_again(tmp_path: Path) -> None:
    _, warehouse = small_retailer(tmp_path)
    reader = PanelReader(warehouse, day(60), PlanningSettings())
    found = forecast_demand(warehouse, day(60), PlanningSettings(), reader=reader)
    panels = (pytest.fail("panels were read") for _ in range(1))
    same = agreeing(
        found,
        [],
        panels=panels,
        drivers=reader.drivers,
        model=reader.fitted,
        catalogue=reader.catalogue,
        locations=reader.locations,
    )
    assert same is found
