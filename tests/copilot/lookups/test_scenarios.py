"""What-ifs as a planner asks them: by lookup, command, tool and the offline model, in both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator

import polars as pl
import pytest
from click.testing import CliRunner

from copilot.agent.names import Names
from copilot.agent.offline.changes import change_in
from copilot.agent.offline.reading import Reading
from copilot.agent.offline.writing.forecasts import scenario as written
from copilot.agent.offline.writing.pieces import Page
from copilot.agent.tools import make_tools
from copilot.cli import cli
from copilot.grounding.check import check_text
from copilot.lookups.context import Context
from copilot.lookups.lift import LIFTS, LIFTS_SCHEMA
from copilot.lookups.scenarios import Change, scenario
from copilot.lookups.scope import EVERYTHING, Period, Scope
from copilot.planning.forecast import PanelReader, forecast_demand
from copilot.planning.record_keeping import keep_forecasts
from copilot.settings import Language, PlanningSettings, Settings
from copilot.workspace import Workspace
from tests.copilot.lookups.figures import cells, totals
from tests.copilot.planning.shop import day, small_retailer, table

MORNING = day(60)
WEEK = Period(since=day(60), before=day(67))
FORECAST = ["forecast", "--as-of", MORNING.isoformat()]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Forecasts after a reduction of 30 % and two holidays."""
    home = tmp_path_factory.mktemp("what-if")
    lake, warehouse = small_retailer(home / "lake", days=60)
    holidays = [{"date": day(n), "country": "FR", "event": "Black Friday week-end"} for n in (20, 40)]
    lake.append("calendar", table("calendar", holidays))
    promotion = {"promotion_id": "p", "product_id": "P", "country": "FR", "discount_share": 0.3,
                 "starts_on": day(25), "ends_on": day(34)}  # fmt: skip
    lake.append("promotions", table("promotions", [promotion]))
    busy = pl.col("date").is_in([day(n) for n in (20, 40, *range(25, 35))])
    lake.replace_all("sales", lake.read("sales").with_columns(pl.col("units") * (1 + busy)))
    lift = {"as_of": MORNING, "term_id": "linen", "verdict": "not_enough_evidence", "days": 3, "products": 0,
            "controls": 0}  # fmt: skip
    lake.append(LIFTS, pl.DataFrame([lift], schema=LIFTS_SCHEMA))
    planning, versions = PlanningSettings(), warehouse.versions()
    reader = PanelReader(warehouse, MORNING, planning)
    made = forecast_demand(warehouse, MORNING, planning, reader=reader)
    keep_forecasts(lake, made, reader, planning, versions=versions)
    return Workspace(Settings(home=home))


@pytest.fixture(scope="module")
def context(shop: Workspace) -> Iterator[Context]:
    with Context(shop, MORNING) as opened:
        yield opened


def test_a_promotion_is_told_with_its_difference_and_keeps_nothing(context: Context) -> None:
    before = context.workspace.lake.versions(context.workspace.lake.tables())
    found = scenario(context, EVERYTHING, Change(promotion=0.3), period=WEEK)
    told = totals(found)
    assert told["scenario_units"] - told["base_units"] == pytest.approx(told["difference_units"])
    assert told["p10_difference_units"] < told["difference_units"] < told["p90_difference_units"]
    parts = {row.labels["part_id"]: cells(row)["part_units"] for row in found.rows}
    assert parts == {"reduction": pytest.approx(told["difference_units"])}
    assert [len(series.x) for series in found.charts[0].series] == [7, 7, 7]
    assert sum(found.charts[0].series[1].y) == pytest.approx(told["scenario_units"])
    assert context.workspace.lake.versions(context.workspace.lake.tables()) == before


def test_a_new_price_is_a_share_off_the_present_one(context: Context) -> None:
    """The list price is 50."""
    by_price = scenario(context, EVERYTHING, Change(price=40.0), period=WEEK)
    by_share = scenario(context, EVERYTHING, Change(price_change=-0.2), period=WEEK)
    assert totals(by_price)["difference_units"] == pytest.approx(totals(by_share)["difference_units"])


@pytest.mark.parametrize("said", ["Black Friday week-end", "what if it is Black Friday next week?", "BLACK FRIDAY"])
def test_an_event_is_found_by_its_name_in_a_question(context: Context, said: str) -> None:
    found = scenario(context, EVERYTHING, Change(event=said), period=WEEK)
    assert found.rows[0].labels["part_id"] == "event:Black Friday week-end"
    assert totals(found)["difference_units"] > 5


REFUSED = {
    "too deep": (Change(promotion=0.7), "deeper_than_seen:dress"),
    "dearer": (Change(price=60.0), "price_rise_unseen"),
    "no event": (Change(event="and what of next week?"), "unknown_event"),
    "weather": (Change(weather="rain"), "weather_not_in_model:rain"),
    "snow": (Change(weather="snow"), "weather_unclear:snow"),
    "nothing": (Change(), "no_change_named"),
    "a trend not measured": (Change(term_id="linen"), "trend_not_measured:linen"),
}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_says_why_in_words(context: Context, case: str, language: Language) -> None:
    change, note = REFUSED[case]
    found = scenario(context, EVERYTHING, change, period=WEEK, language=language)
    assert found.notes[0] in (note, "trend_not_measured:lin")
    assert "difference_units" not in totals(found)
    text = written(Page(evidence=found, language=language))
    assert note.partition(":")[0] not in text
    assert check_text(text.replace(f"[{found.id}]", "[1]"), {1: found}, language) == []


@pytest.mark.parametrize(("language", "said"), [("en", "instead of"), ("fr", "au lieu de")])
@pytest.mark.parametrize("change", [Change(promotion=0.2), Change(event="Black Friday")], ids=["promotion", "event"])
def test_the_text_holds_to_its_evidence(context: Context, change: Change, language: Language, said: str) -> None:
    found = scenario(context, EVERYTHING, change, period=WEEK, language=language)
    text = written(Page(evidence=found, language=language))
    assert said in text
    assert check_text(text.replace(f"[{found.id}]", "[1]"), {1: found}, language) == []


def test_nothing_in_scope_says_so(context: Context) -> None:
    assert scenario(context, Scope(location_ids=("W",)), Change(promotion=0.1)).notes == ("no_forecast",)


def test_the_tool_answers_as_the_lookup(context: Context) -> None:
    tool = next(one for one in make_tools(context, "en", {}) if one.name == "scenario")
    told = tool.invoke({"promotion_share": 0.3, "until": "2026-08-06"})
    assert "difference_units" in told
    assert "Arguments do not fit" in tool.invoke({"promotion_share": 3})


QUESTIONS: dict[str, dict[str, object]] = {
    "What if we cut the price of Odette by 20 % next week?": {"price_change_share": -0.2},
    "Et si on baissait le prix de Odette de 20 % la semaine prochaine ?": {"price_change_share": -0.2},
    "What if we run 30% off on knitwear?": {"promotion_share": 0.3},
    "Et si on faisait 15 pour cent de remise ?": {"promotion_share": 0.15},
    "Et si on vendait à moitié prix ?": {"price_change_share": -0.5},
    "What if we raise prices by 10 %?": {"price_change_share": 0.1},
    "What if the price of Odette goes to 199?": {"price": 199.0},
    "Et si le prix passe à 49,90 ?": {"price": 49.9},
    "What if it rains next week?": {"weather": "rains"},
    "Et s'il fait froid ?": {"weather": "froid"},
    "What if it is 5 degrees colder next week?": {"weather": "5 degrees colder"},
    "Et s'il faisait 4 degrés de moins ?": {"weather": "4 degres moins"},
    "What if there is no rain?": {"weather": "no rain"},
    "What if Odette has +5C next week?": {"weather": "+5c"},
    "What if it is Black Friday?": {"event": "What if it is Black Friday?"},
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_says_what_changes(question: str) -> None:
    assert change_in(Reading(question=question, intent="scenario", names=Names())) == QUESTIONS[question]


@pytest.mark.parametrize(("question", "how"), [("what if it doubles?", "doubles"), ("et si elle retombe ?", "dies")])
def test_a_trend_doubles_or_dies(question: str, how: str) -> None:
    reading = Reading(question=question, intent="scenario", names=Names(term_ids=("linen",)))
    assert change_in(reading) == {"term": "linen", "term_change": how}


def run(shop: Workspace, *said: str, more: tuple[str, ...] = ()) -> tuple[int, str]:
    options = [option for one in said for option in ("--scenario", one)]
    found = CliRunner().invoke(cli, [*FORECAST, "--home", str(shop.home), *options, *more])
    return found.exit_code, found.output


def test_the_command_compares(shop: Workspace) -> None:
    code, told = run(shop, "promotion=-30% from=2026-07-31 to=2026-08-06", more=("--product", "P", "--lang", "fr"))
    assert code == 0, told
    assert "Avec le changement du 31 juillet au 6 août" in told
    code, told = run(shop, "event=Black Friday week-end", "price=40", more=("--json", "--days", "3"))
    assert code == 0, told
    assert {row["labels"].get("part_id") for row in json.loads(told)["rows"]} == {"reduction"}


@pytest.mark.parametrize(
    "said",
    ["discount=3", "promotion=much", "promotion=300%", "price=cheap", "trend=linen:explodes", "event=x from=2026-13-01",
     "promotion=10% from=2026-08-06 to=2026-08-01"],
)  # fmt: skip
def test_what_is_no_change_is_wrong_usage(shop: Workspace, said: str) -> None:
    assert run(shop, said)[0] == 2


@pytest.mark.parametrize(
    ("question", "change"),
    [
        ("What if Odette costs 199 €?", {"price": 199.0}),
        ("et si le manteau coûtait 249,50 euros ?", {"price": 249.5}),
        ("et s'il pleut sur les manteaux ?", {"weather": "pleut"}),
        ("what if coats sell as usual on Armistice Day?", {"event": "what if coats sell as usual on Armistice Day?"}),
    ],
)
def test_a_garment_that_is_named_is_no_trend_unless_the_question_says_so(
    question: str, change: dict[str, object]
) -> None:
    names = Names(term_ids=("coat",), categories=("coat",))
    assert change_in(Reading(question=question, intent="scenario", names=names)) == change


def test_a_question_that_goes_on_takes_the_change_over() -> None:
    reading = Reading(
        question="and in Italy?", intent="scenario", names=Names(term_ids=("coat",)), before="what if we run 20% off?"
    )
    assert change_in(reading)["promotion_share"] == 0.2
