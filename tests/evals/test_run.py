"""A whole run on the small demo, its reports, its gate, and an outage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from copilot.cli import cli
from copilot.settings import LlmSettings, load_settings
from copilot.workspace import Workspace
from evals.cases import Case, load_cases
from evals.errors import FactError
from evals.report import as_markdown, as_table
from evals.run import run_suite
from tests.copilot.lookups.retailer import AS_OF, write_retailer
from tests.fakes.openai_server import Failure, Text, fake_openai, in_turn

CASES = (
    Case(id="stock", language="en", turns=("Stock of Odette in Lyon?",), tool="stock",
         facts=({"on_hand": {"product": "Odette", "city": "Lyon"}},)),
    Case(id="wrong", language="en", turns=("Stock of Odette in Lyon?",), tool="sales"),
)  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return write_retailer(tmp_path_factory.mktemp("shop"))


@pytest.mark.slow
def test_the_planner_suite_meets_its_gates_on_the_small_demo(demo_home: Path) -> None:
    result = CliRunner().invoke(cli, ["eval", "--home", str(demo_home), "--json"], catch_exceptions=False)
    report = json.loads(result.stdout)
    failed = {case["id"]: case["scores"] for case in report["cases"] if report["missed"]}
    assert (result.exit_code, report["missed"], report["errors"]) == (0, [], 0), failed
    assert report["data_versions"]["stock"] >= 0
    assert report["prompt_hashes"]["planner.fr"]
    assert max(case["seconds"] for case in report["cases"]) < 20


def test_scores_are_averaged_and_failures_reported(shop: Workspace) -> None:
    run = run_suite(shop, "planner", CASES, as_of=AS_OF)
    assert run.means["tool_called"] == 0.5
    assert run.means["facts_present"] == 1.0
    assert [gate.metric for gate in run.missed] == ["tool_called"]
    assert "wrong: tool_called 0.00: called recognise_names, stock" in as_table(run)
    assert "| tool_called | 0.500 | gate 0.97, NOT MET |" in as_markdown(run)


def test_the_same_run_has_the_same_record(shop: Workspace) -> None:
    first, second = (run_suite(shop, "planner", CASES[:1], as_of=AS_OF) for _ in range(2))
    assert (first.cases_hash, first.data_versions, first.prompt_hashes, first.means) == (
        second.cases_hash, second.data_versions, second.prompt_hashes, second.means,
    )  # fmt: skip


def test_an_outage_is_an_error_and_not_a_failure(shop: Workspace) -> None:
    with fake_openai(in_turn(Failure(status=401))) as fake:
        run = run_suite(served(shop, fake.url), "planner", CASES[:1], as_of=AS_OF)
    assert "refused the key" in run.errors[0].error
    assert run.means["tool_called"] is None
    assert run.missed == ()
    assert "stock: not tried" in as_table(run)


def test_a_model_that_makes_figures_up_is_measured(shop: Workspace) -> None:
    with fake_openai(in_turn(Text(content="Lyon has 99 pieces of it."))) as fake:
        run = run_suite(served(shop, fake.url), "planner", CASES[:1], as_of=AS_OF)
    assert run.model == "planner-1"
    assert run.means["grounded"] == 0.0
    assert run.means["facts_present"] == 0.0


def test_another_workspace_than_the_suites_is_refused(shop: Workspace) -> None:
    strange = Case(id="a", language="en", turns=("x",), facts=({"on_hand": {"product": "Zebulon"}},))
    with pytest.raises(FactError, match="demo retailer"):
        run_suite(shop, "planner", [strange], as_of=AS_OF)


def test_the_command_ends_with_4_below_its_gate(shop: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evals.cases.load_cases", lambda suite: CASES)
    result = CliRunner().invoke(cli, ["eval", "--home", str(shop.home), "--as-of", AS_OF.isoformat()])
    assert result.exit_code == 4
    assert "Below the gate: tool_called" in result.stderr


def test_the_command_writes_markdown_and_asks_another_model(
    shop: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evals.cases.load_cases", lambda suite: CASES[:1])
    monkeypatch.setenv("REASSORT_LLM__MODEL", "gpt-5")
    report = tmp_path / "report.md"
    where = ["--home", str(shop.home), "--as-of", AS_OF.isoformat()]
    options = ["eval", *where, "--model", "offline", "--markdown", str(report)]
    result = CliRunner().invoke(cli, options)
    assert result.exit_code == 0, result.output
    assert "`offline`" in report.read_text(encoding="utf-8")


def test_the_suite_is_loaded_from_its_files() -> None:
    assert {case.id for case in load_cases("planner")} >= {"stock_fr_sku_store", "limit_en_shares"}


def served(shop: Workspace, url: str) -> Workspace:
    settings = load_settings(shop.home)
    llm = LlmSettings(model="planner-1", base_url=url, timeout_s=5)
    return Workspace(settings.model_copy(update={"llm": llm}))
