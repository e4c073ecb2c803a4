"""What a forecast rests on, as a planner is told: rows that add up, in both languages, by command, chat and API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from copilot.agent.offline.writing.forecasts import reasons
from copilot.agent.offline.writing.pieces import Page
from copilot.agent.tools import make_tools
from copilot.cli import cli
from copilot.errors import NoDataError
from copilot.grounding.check import check_text
from copilot.lookups.context import Context
from copilot.lookups.forecast_reasons import forecast_reasons
from copilot.lookups.scope import EVERYTHING, Period, Scope
from copilot.planning.forecast import PanelReader, forecast_demand, write_forecasts
from copilot.planning.record import read_run, write_run
from copilot.planning.record_keeping import keep_forecasts
from copilot.settings import PlanningSettings, Settings
from copilot.workspace import Workspace
from tests.copilot.lookups.figures import cells, totals
from tests.copilot.planning.shop import day, small_retailer, table

MORNING = day(60)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Forecasts of a morning with a holiday before it, kept with their record."""
    home = tmp_path_factory.mktemp("reasons")
    lake, warehouse = small_retailer(home / "lake", days=60)
    holidays = [{"date": day(n), "country": "FR", "event": "Fête"} for n in (20, 40, 62)]
    lake.append("calendar", table("calendar", holidays))
    busy = pl.col("date").is_in([day(20), day(40)])
    lake.replace_all("sales", lake.read("sales").with_columns(pl.col("units") * (1 + busy)))
    planning, versions = PlanningSettings(), warehouse.versions()
    reader = PanelReader(warehouse, MORNING, planning)
    keep_forecasts(
        lake, forecast_demand(warehouse, MORNING, planning, reader=reader), reader, planning, versions=versions
    )
    return Workspace(Settings(home=home))


@pytest.fixture
def context(shop: Workspace) -> Iterator[Context]:
    with Context(shop, MORNING) as opened:
        yield opened


def units(context: Context, scope: Scope, period: Period | None = None) -> dict[str, float]:
    found = forecast_reasons(context, scope, period=period)
    return {row.labels["part_id"]: cells(row)["part_units"] for row in found.rows}


@pytest.mark.parametrize("scope", [EVERYTHING, Scope(sku_ids=("S1",), location_ids=("A",))], ids=["all", "series"])
def test_rows_add_up_to_the_forecast(context: Context, scope: Scope) -> None:
    found = forecast_reasons(context, scope)
    parts = [cells(row)["part_units"] for row in found.rows]
    assert sum(parts) == pytest.approx(totals(found)["mean_demand_units"], rel=1e-9)
    assert [row.labels["part_id"] for row in found.rows][:2] == ["own_sales", "resembling"]
    assert totals(found)["p10_units"] < totals(found)["mean_demand_units"] < totals(found)["p90_units"]
    assert found.rows[0].labels["model"] == "gamma-poisson"
    assert found.notes == ()


def test_a_holiday_counts_in_the_days_that_it_falls_in(context: Context) -> None:
    week = Period(since=day(60), before=day(67))
    assert units(context, EVERYTHING, week)["event:Fête"] > 1
    assert "event:Fête" not in units(context, EVERYTHING, Period(since=day(67), before=day(74)))


def test_sales_that_came_in_since_change_nothing(shop: Workspace, context: Context) -> None:
    before = units(context, EVERYTHING)
    last = shop.lake.version("sales")
    shop.lake.replace_all("sales", shop.lake.read("sales").with_columns(pl.col("units") * 5))
    assert units(context, EVERYTHING) == pytest.approx(before)
    shop.lake.replace_all("sales", shop.lake.read("sales", version=last))


def test_another_model_gives_its_level_and_a_changed_table_is_said(tmp_path: Path) -> None:
    lake, warehouse = small_retailer(tmp_path / "lake", days=40)
    found = forecast_demand(warehouse, day(40), PlanningSettings())
    of_analogues = pl.when(pl.col("sku_id") == "S1").then(pl.lit("analogues")).otherwise("model")
    write_forecasts(lake, found.with_columns(model=of_analogues), day(40))
    sources = [{"as_of": day(40), "product_id": "P", "analogue_id": "Q", "weight": 0.6}]
    lake.append("launch_analogues", pl.DataFrame(sources))
    with Context(Workspace(Settings(home=tmp_path)), day(40)) as context:
        told = forecast_reasons(context, EVERYTHING)
        parts = {row.labels["part_id"]: cells(row)["part_units"] for row in told.rows if "part_id" in row.labels}
        assert parts["analogues"] > 30
        assert sum(parts.values()) == pytest.approx(totals(told)["mean_demand_units"])
        assert [(row.labels["product_id"], cells(row)["weight_share"]) for row in told.rows[len(parts) :]] == [
            ("Q", 0.6)
        ]
        lake.replace_all("sales", lake.read("sales").with_columns(pl.col("units") * 2))
        assert "tables_changed" in forecast_reasons(context, Scope(sku_ids=("S4",))).notes


def test_nothing_forecast_says_so(shop: Workspace, context: Context) -> None:
    assert forecast_reasons(context, Scope(location_ids=("W",))).notes == ("no_forecast",)
    assert forecast_reasons(context, EVERYTHING, period=Period(since=day(1), before=day(2))).notes == ("period_past",)
    with pytest.raises(NoDataError, match="reassort forecast"):
        forecast_reasons(context.at(day(50)), EVERYTHING)


@pytest.mark.parametrize(("language", "said"), [("en", "It rests on:"), ("fr", "Elle repose sur :")])
def test_the_text_holds_to_its_evidence(context: Context, language: str, said: str) -> None:
    found = forecast_reasons(context, EVERYTHING, language=language)  # type: ignore[arg-type]  # one of two literals
    text = reasons(Page(evidence=found, language=language))  # type: ignore[arg-type]
    assert said in text
    assert check_text(text.replace(f"[{found.id}]", "[1]"), {1: found}, language) == []  # type: ignore[arg-type]


def test_the_tool_answers_as_the_lookup(context: Context) -> None:
    tool = next(one for one in make_tools(context, "en", {}) if one.name == "forecast_reasons")
    told = json.loads(tool.invoke({"sku_ids": ["S1"], "until": "2026-08-06"}))
    assert "2026-08-06" in json.dumps(told)
    assert "event:Fête" in json.dumps(told, ensure_ascii=False)


def test_the_command_explains_a_series(shop: Workspace) -> None:
    asked = ["forecast", "--home", str(shop.home), "--as-of", MORNING.isoformat(), "--explain", "--sku", "S1"]
    shown = CliRunner().invoke(cli, [*asked, "--location", "A", "--lang", "fr"])
    assert shown.exit_code == 0, shown.output
    assert "ses propres ventes passées" in shown.stdout
    assert "forecast_runs v" in shown.stdout
    told = json.loads(CliRunner().invoke(cli, [*asked, "--days", "7", "--json"]).stdout)
    assert {row["labels"]["part_id"] for row in told["rows"]} > {"own_sales", "weekday"}


def test_the_command_makes_a_forecast_again(shop: Workspace) -> None:
    asked = ["forecast", "--home", str(shop.home), "--as-of", MORNING.isoformat(), "--reproduce"]
    shown = CliRunner().invoke(cli, asked)
    assert "equal to those kept" in shown.stdout
    assert "sales v1" in shown.stderr
    assert json.loads(CliRunner().invoke(cli, [*asked, "--json"]).stdout)["equal"] is True
    other = CliRunner().invoke(cli, ["forecast", "--home", str(shop.home), "--as-of", "2026-07-01", "--reproduce"])
    assert isinstance(other.exception, NoDataError)
    assert not shop.models_path.exists()


def test_status_says_which_models_forecast_and_when_trees_are_due(shop: Workspace) -> None:
    run = read_run(shop.lake)
    assert run is not None
    assert "gamma-poisson 4 series." in CliRunner().invoke(cli, ["status", "--home", str(shop.home)]).stdout
    write_run(shop.lake, replace(run, boosted_as_of=day(7), drift=("old", "biased")))
    told = CliRunner().invoke(cli, ["status", "--home", str(shop.home)]).stdout
    assert "trees of 2026-06-08" in told
    assert "is due (old, biased)" in told
    told = CliRunner().invoke(cli, ["status", "--home", str(shop.home), "--json"]).stdout
    assert json.loads(told)["forecast"]["due"] == ["old", "biased"]
    write_run(shop.lake, run)
