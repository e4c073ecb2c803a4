"""A brief composed from the demo, and what it says when something is missing or wrong."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from copilot.briefs.compose import check_brief, compose_brief
from copilot.briefs.records import Brief
from copilot.errors import UngroundedError
from copilot.lookups.context import Context
from copilot.settings import Language, load_settings
from copilot.workspace import Workspace
from tests.conftest import DEMO_AS_OF

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def brief(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Brief:
    """The demo's brief in English, composed once."""
    with Context(_copy(demo_home, tmp_path_factory.mktemp("composed")), DEMO_AS_OF) as context:
        composed = compose_brief(context, "en")
        assert composed.sources["restock_lines"] == context.workspace.lake.version("restock_lines")
    return composed


@pytest.fixture(scope="module")
def planless(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """The demo without stock and without a plan, to be read alone."""
    workspace = _copy(demo_home, tmp_path_factory.mktemp("planless"))
    for table in ("stock", "restock_lines"):
        shutil.rmtree(workspace.home / "lake" / table)
    with Context(workspace, DEMO_AS_OF) as context:
        yield context


def _copy(demo_home: Path, folder: Path) -> Workspace:
    home = folder / "demo"
    shutil.copytree(demo_home, home, ignore=shutil.ignore_patterns("models"))
    (home / "models").symlink_to(demo_home / "models")
    return Workspace(load_settings(home))


def test_every_item_cites_evidence_that_the_brief_carries(brief: Brief) -> None:
    items = [item for section in brief.sections for item in section.items]
    assert len(items) > 5
    assert {number for item in items for number in item.citations} <= brief.evidence.keys()


def test_what_rises_is_told_with_who_and_what_it_does_to_sales(brief: Brief) -> None:
    rising = next(section for section in brief.sections if section.name == "rising")
    told = [said for item in rising.items if "since it began" in (said := " ".join(item.sentences))]
    assert told
    assert all("Linked products" in said or "Effect on sales" in said for said in told)
    assert "lifts" in brief.sources


def test_what_to_restock_first_comes_with_its_forecast_how_sure_it_is_and_what_it_rests_on(brief: Brief) -> None:
    to_do = next(section for section in brief.sections if section.name == "to_do")
    told = [item for item in to_do.items if "Expected demand from" in " ".join(item.sentences)]
    assert told == list(to_do.items[:3])
    for item in told:
        (forecast,) = [evidence for number in item.citations if (evidence := brief.evidence[number]).kind == "forecast"]
        totals = {figure.name: figure.value for figure in forecast.totals}
        assert totals["p10_units"] < totals["mean_demand_units"] < totals["p90_units"]
        assert "in 80% of cases" in item.sentences[-1]
        assert "of history" in item.sentences[-1]
        assert forecast.charts[0] in item.charts


def test_a_figure_that_the_evidence_does_not_hold_is_refused(brief: Brief) -> None:
    check_brief(brief)
    wrong = replace(brief, summary=(*brief.summary, "To restock: 987,654 pieces [1]."))
    with pytest.raises(UngroundedError, match="987,654"):
        check_brief(wrong)


@pytest.mark.parametrize(
    ("language", "said", "never"),
    [
        pytest.param("en", "There is no restock plan", "Nothing to restock", id="en"),
        pytest.param("fr", "Il n'y a pas de plan de réassort", "Rien à réassortir", id="fr"),
    ],
)
def test_without_a_plan_it_says_so_rather_than_nothing_to_do(
    planless: Context, language: Language, said: str, never: str
) -> None:
    brief = compose_brief(planless, language)
    unknown = brief.sections[-1]
    assert any(said in item.title for item in unknown.items)
    assert all(never not in section.empty for section in brief.sections if section.name != "unknown")
