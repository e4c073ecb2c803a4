"""The command line as a person meets it: help, exit codes, errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from copilot.cli import cli
from copilot.settings import load_settings
from copilot.workspace import Workspace
from ingestion.retail.contracts import LOCATIONS, PRODUCTS, SALES, SKUS
from tests.docs.reference import PAGES


def _reassort(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-m", "copilot", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False)


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    """A workspace with one sale."""
    workspace = Workspace(load_settings(tmp_path / "shop"))
    row = {
        "sale_line_id": ["1"],
        "date": [date(2026, 10, 31)],
        "location_id": ["lyon"],
        "sku_id": ["a"],
        "units": [2],
        "revenue": [80.0],
        "currency": ["EUR"],
    }
    workspace.lake.append("sales", pl.DataFrame(row, schema=SALES.schema))
    return workspace


def _last_words(*arguments: str, said: str) -> str:
    """What the expression `said` is when the command line ends."""
    code = (
        f"import atexit, gc, sys; from copilot.cli import main; atexit.register(lambda: print({said}));"
        "sys.argv[0] = 'reassort'; main()"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()[-1]


def test_asking_loads_later_what_only_some_questions_need() -> None:
    modules = ["langgraph", "scipy.special", "scipy.stats", "ibis", "pandas.core", "openvino"]
    loaded = _last_words("ask", "--help", said=f"[name for name in {modules} if name in sys.modules]")
    assert loaded == "['langgraph']"


def test_modules_are_kept_out_of_garbage_collection_and_what_a_command_makes_is_not() -> None:
    assert _last_words("status", "--help", said="gc.isenabled() and gc.get_freeze_count() > 10_000") == "True"


def test_help_lists_every_command_and_each_has_help() -> None:
    page = PAGES["commands.md"]()
    for name in ("demo", "import", "ingest", "run", "ask", "serve", "eval", "status", "doctor"):
        assert f"## reassort {name}\n" in page
    assert "Error" not in page


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(["status", "--home", "none"], 1, "does not exist", id="no workspace"),
        pytest.param(["import", "cats", "x.csv"], 2, "'cats' is not one of", id="no such table"),
        pytest.param(["nonsense"], 2, "No such command", id="no such command"),
        pytest.param(["plan", "--home", "."], 3, "reassort import sales", id="nothing to plan from"),
    ],
)
def test_exit_codes_say_what_went_wrong(arguments: list[str], code: int, said: str, tmp_path: Path) -> None:
    done = _reassort(*arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_status_counts_rows_and_says_how_far_data_reach(shop: Workspace) -> None:
    done = CliRunner().invoke(cli, ["status", "--home", str(shop.home), "--json"])
    table = json.loads(done.output)["tables"][0]
    assert (table["table"], table["rows"], table["last_date"]) == ("sales", 1, "2026-10-31")


def test_what_goes_into_a_pipe_is_neither_cut_nor_taken_for_markup(tmp_path: Path) -> None:
    home = tmp_path / "shop [bold]"
    source = f"a-source-of-posts-{'x' * 40}"
    home.mkdir()
    (home / "reassort.toml").write_text(f'[posts.sources.{source}]\nkind = "file"\npath = "x.csv"\n')
    said = CliRunner().invoke(cli, ["status", "--home", str(home)]).stdout
    assert f"Workspace {home} " in said
    assert f"\n{source}  file " in said


def test_settings_that_do_not_fit_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "reassort.toml").write_text("[planning]\nservice_level = 7\n", encoding="utf-8")
    done = _reassort("status", "--home", ".", cwd=tmp_path)
    assert done.returncode == 1
    assert "planning.service_level" in done.stderr
    assert "reassort.toml" in done.stderr


def test_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "reassort.toml").write_text('[llm]\nmodel = "from-file"\n', encoding="utf-8")
    assert load_settings(tmp_path).llm.model == "from-file"
    monkeypatch.setenv("REASSORT_LLM__MODEL", "from-environment")
    assert load_settings(tmp_path).llm.model == "from-environment"


def test_init_keeps_the_key_out_of_the_workspace(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["init", "--home", str(tmp_path / "shop")])
    assert done.exit_code == 0, done.output
    assert not [path for path in (tmp_path / "shop").rglob("*") if "key" in path.name]
    assert load_settings(tmp_path / "shop").llm.model == "offline"


def test_import_then_import_again_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "ventes.csv"
    file.write_text(
        "date;magasin;sku;quantite;montant;devise\n31/10/2025;lyon;a;2;80,50;EUR\n31/02/2025;lyon;a;1;9;EUR\n"
    )
    arguments = ["import", "sales", str(file), "--home", str(tmp_path / "shop"), "--json"]
    first = json.loads(CliRunner().invoke(cli, arguments).stdout)
    again = json.loads(CliRunner().invoke(cli, arguments).stdout)
    assert (first["rows_read"], first["kept"], first["rejected"]) == (2, 1, 1)
    assert (first["inserted"], again["inserted"], again["unchanged"]) == (1, 0, 1)
    assert again["version"] == first["version"]


def test_a_column_that_the_file_lacks_can_be_set(tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text("date,store,sku,quantity,amount\n2025-10-31,lyon,a,2,80.50\n", encoding="utf-8")
    arguments = ["import", "sales", str(file), "--home", str(tmp_path / "shop"), "--json"]
    done = CliRunner().invoke(cli, [*arguments, "--set", "currency=EUR"])
    assert json.loads(done.stdout)["kept"] == 1, done.output
    assert Workspace(load_settings(tmp_path / "shop")).lake.read("sales")["currency"].to_list() == ["EUR"]
    wrong = CliRunner().invoke(cli, [*arguments, "--set", "colour=red"])
    assert wrong.exit_code == 2
    assert "is not COLUMN=VALUE" in wrong.output


def test_a_morning_without_posts_has_forecasts_and_says_what_it_lacks(shop: Workspace) -> None:
    rows = (
        (PRODUCTS, {"product_id": "p", "name": "Alba", "category": "dress"}),
        (SKUS, {"sku_id": "a", "product_id": "p"}),
        (LOCATIONS, {"location_id": "lyon", "name": "Lyon", "kind": "store", "country": "FR"}),
    )
    for contract, row in rows:
        shop.lake.append(contract.name, pl.DataFrame([row], schema=contract.schema))
    done = CliRunner().invoke(cli, ["run", "daily", "--home", str(shop.home)])
    assert done.exit_code == 0, done.output
    assert "2026-11-01: no posts, so no signals, " in done.stderr
    assert "no stock levels, so no plan" in done.stderr
    asked = CliRunner().invoke(cli, ["signals", "--home", str(shop.home)])
    assert str(asked.exception) == 'No data in table "posts" yet. Bring some in with `reassort ingest FILE`.'
