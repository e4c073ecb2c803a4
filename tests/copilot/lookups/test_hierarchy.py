"""Expected demand at every level."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import polars as pl
import pytest
from click.testing import CliRunner

from copilot.agent.offline.writing.pieces import Page
from copilot.agent.offline.writing.plans import forecast as forecast_text
from copilot.agent.tools import make_tools
from copilot.cli import cli
from copilot.errors import NoDataError
from copilot.lookups.context import Context
from copilot.lookups.forecast import demand_forecast
from copilot.lookups.hierarchy import demand_by_level
from copilot.lookups.scope import EVERYTHING, Period, Scope
from copilot.planning.hierarchy.level_spread import write_spreads
from copilot.planning.hierarchy.levels import LEVELS, Level
from copilot.planning.records import FORECASTS_SCHEMA
from tests.copilot.lookups.figures import cells, totals
from tests.copilot.lookups.retailer import AS_OF, write_retailer

_RATES = {("ALB-ECR-38", "lyon"): 2.0, ("ALB-ECR-40", "marais"): 1.0, ("ODE-CAM-38", "milan"): 0.5,
          ("ALS-TAN-38", "lyon"): 0.25}  # fmt: skip
"""Mean demand a day of each series."""


@pytest.fixture(scope="module")
def forecast_context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """The retailer with forecasts of four series over 28 days, and what the category has in common."""
    workspace = write_retailer(tmp_path_factory.mktemp("levels"))
    shared = {"as_of": AS_OF, "horizon_days": 28, "history_days": 100, "in_stock_share": 0.9, "model": "m",
              "thin_history": False, "dispersion": 1.2, "rate_variance": 0.05, "common_variance": 0.01}  # fmt: skip
    rows = [
        {**dict.fromkeys(FORECASTS_SCHEMA), **shared, "sku_id": sku, "location_id": place, "mean_units": 28 * rate,
         "daily_units": [rate] * 28}
        for (sku, place), rate in _RATES.items()
    ]  # fmt: skip
    workspace.lake.append("forecasts", pl.DataFrame(rows, schema=FORECASTS_SCHEMA))
    spreads = {"by": ["category"], "at": ["country"], "common_variance": [0.2], "sums": [9], "coverage": [0.8]}
    write_spreads(workspace.lake, pl.DataFrame(spreads), AS_OF - timedelta(days=3))
    with Context(workspace, AS_OF) as opened:
        yield opened


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_rows_of_every_level_add_up_to_the_totals(forecast_context: Context, level: Level) -> None:
    found = demand_by_level(forecast_context, level=level)
    assert sum(cells(row)["mean_demand_units"] for row in found.rows) == pytest.approx(28 * 3.75)
    assert totals(found)["mean_demand_units"] == pytest.approx(28 * 3.75)


def test_categories_by_country_largest_first_with_their_names(forecast_context: Context) -> None:
    found = demand_by_level(forecast_context, level=Level(by="category", at="country"))
    rows = [(row.labels["category"], row.labels["country"], cells(row)["mean_demand_units"]) for row in found.rows]
    assert rows == [("dress", "FR", 84.0), ("coat", "IT", 14.0), ("sandals", "FR", 7.0)]
    assert found.sources.keys() >= {"forecasts", "sales"}


def test_a_scope_and_a_period_limit_what_is_summed(forecast_context: Context) -> None:
    week = Period(since=AS_OF + timedelta(days=7), before=AS_OF + timedelta(days=14))
    scope = Scope(countries=("FR",))
    found = demand_by_level(forecast_context, scope, level=Level(by="all", at="city"), period=week)
    assert totals(found)["mean_demand_units"] == pytest.approx(7 * 3.25)
    assert totals(found)["mean_demand_units"] == pytest.approx(
        totals(demand_forecast(forecast_context, scope, period=week))["mean_demand_units"]
    )


def test_a_level_is_as_unsure_as_past_mornings_say_and_where_none_did_that_is_noted(forecast_context: Context) -> None:
    learnt = demand_by_level(forecast_context, level=Level(by="category", at="country"))
    assert "level_not_calibrated" not in learnt.notes
    other = demand_by_level(forecast_context, level=Level(by="category", at="chain"))
    assert "level_not_calibrated" in other.notes
    assert cells(learnt.rows[0])["p90_units"] > cells(other.rows[0])["p90_units"] + 10


def test_what_is_cut_is_noted_and_counted(forecast_context: Context) -> None:
    found = demand_by_level(forecast_context, level=Level(by="product", at="location"), limit=1)
    assert (len(found.rows), found.row_count) == (1, 4)
    assert "cut" in found.notes


def test_nothing_in_scope_is_noted_and_no_forecast_raises(forecast_context: Context, context: Context) -> None:
    level = Level(by="all", at="chain")
    assert demand_by_level(forecast_context, Scope(sku_ids=("TEE-BUR-M",)), level=level).notes == ("no_forecast",)
    with pytest.raises(NoDataError):
        demand_by_level(context, EVERYTHING, level=level)


def test_the_forecast_by_category_and_in_all_is_as_unsure_as_its_level(forecast_context: Context) -> None:
    spread = {"by": ["category", "all"], "at": ["country", "chain"], "common_variance": [0.2, 0.3], "sums": [9, 9],
              "coverage": [0.8, 0.8]}  # fmt: skip
    found = demand_forecast(forecast_context, EVERYTHING, group="category")
    assert [row.labels["category"] for row in found.rows] == ["dress", "coat", "sandals"]
    before = totals(found)
    write_spreads(forecast_context.workspace.lake, pl.DataFrame(spread), AS_OF - timedelta(days=2))
    after = totals(demand_forecast(forecast_context, EVERYTHING, group="category"))
    assert after["p90_units"] > before["p90_units"] + 5
    assert after["mean_demand_units"] == before["mean_demand_units"]


def test_the_tool_and_the_text_tell_a_forecast_by_category(forecast_context: Context) -> None:
    tool = next(one for one in make_tools(forecast_context, "fr", {}) if one.name == "forecast")
    told = json.loads(tool.invoke({"group": "category"}))
    assert [row["category"] for row in told["rows"]] == ["dress", "coat", "sandals"]
    found = demand_forecast(forecast_context, EVERYTHING, group="category")
    assert "**dress**" in forecast_text(Page(evidence=found, language="en"))


def test_the_command_sums_by_level(forecast_context: Context) -> None:
    home = str(forecast_context.workspace.home)
    asked = ["forecast", "--home", home, "--as-of", AS_OF.isoformat(), "--by", "category", "--at", "region"]
    shown = CliRunner().invoke(cli, asked)
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.splitlines()[1].split()[:3] == ["dress", "FR", "84"]
    told = json.loads(CliRunner().invoke(cli, [*asked, "--json"]).stdout)
    assert [row["labels"]["category"] for row in told["rows"]] == ["dress", "coat", "sandals"]
