"""A forecast records what it was made of, and is made again from that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from copilot.errors import NoDataError
from copilot.planning.forecast import PanelReader, forecast_demand
from copilot.planning.model_choice import BoostedChoice
from copilot.planning.record import ForecastRun, read_run, write_run
from copilot.planning.record_keeping import keep_forecasts
from copilot.planning.record_parameters import parameters_digest, parameters_model, parameters_text
from copilot.planning.record_reproduction import reproduce
from copilot.planning.segments import SEGMENTS
from copilot.settings import PlanningSettings, Settings
from copilot.workspace import Workspace
from ingestion.lake import Lake
from ingestion.warehouse import Warehouse
from tests.copilot.planning.shop import day, small_retailer
from tests.copilot.planning.trees import trees

MORNING = day(20)
PLANNING = PlanningSettings()


@pytest.fixture
def shop(tmp_path: Path) -> tuple[Lake, Warehouse]:
    return small_retailer(tmp_path / "lake", days=20)


def kept(lake: Lake, warehouse: Warehouse, boosted: BoostedChoice | None = None) -> ForecastRun:
    """Forecast and record the morning."""
    versions = warehouse.versions()
    reader = PanelReader(warehouse, MORNING, PLANNING)
    found = forecast_demand(warehouse, MORNING, PLANNING, reader=reader, boosted=boosted)
    return keep_forecasts(lake, found, reader, PLANNING, versions=versions, boosted=boosted)


def test_a_run_says_what_it_was_made_of(shop: tuple[Lake, Warehouse]) -> None:
    lake, warehouse = shop
    choice = BoostedChoice(model=trees(MORNING), segments=frozenset(SEGMENTS[:2]))
    run = kept(lake, warehouse, choice)
    assert read_run(lake, as_of=MORNING) == read_run(lake) == run
    assert run.versions["sales"] == lake.version("sales")
    assert sum(run.models.values()) == 4
    assert run.boosted_as_of == MORNING
    assert run.boosted_segments == tuple(sorted(SEGMENTS[:2]))
    assert run.features == choice.model.correction.names
    assert run.drift is None
    assert read_run(lake, as_of=day(19)) is None


def test_without_a_run_there_is_no_record(tmp_path: Path) -> None:
    assert read_run(Lake(tmp_path)) is None


def test_parameters_are_read_back_bit_for_bit(shop: tuple[Lake, Warehouse]) -> None:
    model = PanelReader(shop[1], MORNING, PLANNING).fitted
    text = parameters_text(model)
    again = parameters_model(text)
    assert parameters_text(again) == text
    assert again.calibration == model.calibration
    assert (again.effects.weekday == model.effects.weekday).all()
    assert again.effects.event.shape == model.effects.event.shape


def home(lake: Lake) -> Workspace:
    return Workspace(Settings(home=Path(lake.url).parent))


def test_a_forecast_is_made_again_though_sales_came_in_since(shop: tuple[Lake, Warehouse]) -> None:
    lake, warehouse = shop
    run = kept(lake, warehouse)
    lake.replace_all("sales", lake.read("sales").with_columns(pl.col("units") * 3))
    found = reproduce(home(lake), run)
    assert found.equal
    assert found.differences == ()
    assert found.changed_rows == 0


def test_what_differs_is_said_with_what_may_be_behind_it(shop: tuple[Lake, Warehouse]) -> None:
    lake, warehouse = shop
    run = kept(lake, warehouse, BoostedChoice(model=trees(MORNING), segments=frozenset(SEGMENTS)))
    found = reproduce(home(lake), replace(run, code_version="0.0.1"))
    assert not found.equal
    assert found.differences == ("units", "code", "trees")
    assert found.changed_rows == run.rows
    assert found.largest_change_units > 0.1
    lake.replace_all("sales", lake.read("sales").filter(pl.col("location_id") != "B"))
    other = replace(kept(lake, warehouse), parameters_digest=parameters_digest(""))
    fewer = reproduce(home(lake), other)
    assert "parameters" in fewer.differences


def test_tables_read_by_url_are_said_to_have_no_version(shop: tuple[Lake, Warehouse]) -> None:
    lake, warehouse = shop
    run = kept(lake, warehouse)
    lake.replace_all("sales", lake.read("sales").with_columns(pl.col("units") * 3))
    found = reproduce(home(lake), replace(run, versions={}))
    assert found.differences[-1] == "tables_unversioned"
    assert "tables_unversioned" not in reproduce(home(lake), run).differences


def test_a_version_that_is_gone_is_named(shop: tuple[Lake, Warehouse]) -> None:
    lake, warehouse = shop
    run = kept(lake, warehouse)
    lake.replace_all("sales", lake.read("sales").head(10))
    lake.forget_history("sales")
    with pytest.raises(NoDataError, match=r"sales v0 can be read no more"):
        reproduce(home(lake), run)


def test_a_second_run_of_a_morning_takes_the_place_of_the_first(shop: tuple[Lake, Warehouse]) -> None:
    lake, warehouse = shop
    run = kept(lake, warehouse)
    write_run(lake, replace(run, drift=("old",)))
    again = read_run(lake)
    assert again is not None
    assert again.drift == ("old",)
    assert lake.rows("forecast_runs") == 1
