"""Risk of running out against simulated demand."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from copilot.errors import NoDataError
from copilot.planning.records import FORECASTS_SCHEMA
from copilot.planning.run_out import run_out_risk
from tests.copilot.planning.shop import day, stock_rows, table

AS_OF = day(0)


def forecasts(
    *, daily: float = 2.0, days: int = 28, dispersion: float = 1.0, rate_variance: float = 0.2
) -> pl.DataFrame:
    row = {
        "as_of": AS_OF,
        "sku_id": "S",
        "location_id": "A",
        "horizon_days": days,
        "mean_units": daily * days,
        "dispersion": dispersion,
        "rate_variance": rate_variance,
        "common_variance": 0.0,
        "daily_units": [daily] * days,
    }
    return pl.DataFrame([{column: row.get(column) for column in FORECASTS_SCHEMA}], schema=FORECASTS_SCHEMA)


def risk(on_hand: int, before: date, *, inbound: dict[int, int] | None = None, **model: float) -> dict[str, object]:
    orders = [
        {
            "inbound_id": str(i),
            "sku_id": "S",
            "location_id": "A",
            "units": n,
            "ordered_on": day(-9),
            "expected_on": day(i),
        }
        for i, n in (inbound or {}).items()
    ]
    found = run_out_risk(
        forecasts=forecasts(**model),  # type: ignore[arg-type]  # days is never given here
        stock=stock_rows([(day(-1), "S", "A", on_hand)]),
        inbound=table("inbound", orders),
        as_of=AS_OF,
        before=before,
    )
    return found.row(0, named=True)


def test_chance_day_and_cover_are_those_of_simulated_demand() -> None:
    chance = np.random.default_rng(1)
    rates = chance.gamma(1.0 / 0.2, 2.0 * 0.2, 40_000)
    demand = chance.poisson(np.repeat(rates[:, None], 28, axis=1)).cumsum(axis=1)
    out = demand > 15
    first = np.where(out.any(axis=1), out.argmax(axis=1), 99)
    found = risk(15, day(10))
    assert found["run_out_probability"] == pytest.approx(float((first < 10).mean()), abs=0.01)
    assert found["expected_run_out_on"] == day(round(float(first[first < 10].mean())))
    assert found["days_of_cover"] == int(np.median(first))
    assert found["mean_demand_units"] == pytest.approx(20.0)


def test_inbound_before_the_date_counts_and_later_does_not() -> None:
    alone = risk(15, day(10))
    soon, later, overdue = (risk(15, day(10), inbound={on: 40}) for on in (3, 10, -2))
    assert float(str(soon["run_out_probability"])) < 0.1 < float(str(alone["run_out_probability"]))
    assert later["run_out_probability"] == alone["run_out_probability"]
    assert (soon["inbound_units"], later["inbound_units"], overdue["inbound_units"]) == (40, 0, 40)


def test_running_out_before_the_delivery_is_seen_through_it() -> None:
    assert float(str(risk(2, day(10), inbound={6: 100})["run_out_probability"])) > 0.9


def test_more_stock_is_never_more_at_risk() -> None:
    chances = [float(str(risk(units, day(12))["run_out_probability"])) for units in range(0, 60, 4)]
    assert chances == sorted(chances, reverse=True)


def test_cover_beyond_what_forecasts_reach_is_not_a_number() -> None:
    assert risk(500, day(10))["days_of_cover"] is None
    assert risk(0, day(10))["days_of_cover"] == 0


def test_no_demand_never_runs_out() -> None:
    found = risk(1, day(10), daily=0.0)
    assert (found["run_out_probability"], found["expected_run_out_on"]) == (0.0, None)


@pytest.mark.parametrize("before", [day(0), day(29)])
def test_dates_out_of_reach_are_no_data(before: date) -> None:
    with pytest.raises(NoDataError, match="reach from 1 to 28 days"):
        risk(5, before)


def test_no_stock_level_is_no_data() -> None:
    with pytest.raises(NoDataError, match="stock level"):
        run_out_risk(
            forecasts=forecasts(), stock=stock_rows([]), inbound=table("inbound", []), as_of=AS_OF, before=day(5)
        )
