"""`reassort privacy` as it is typed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from copilot.cli import cli
from copilot.forgetting.files import FileErasure
from tests.copilot.forgetting.small import ANNE, MORNING, open_small, write_small
from tests.fakes.copying import copy_home
from tests.fakes.serving import served


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small(tmp_path_factory.mktemp("privacy-command") / "home").home


@pytest.fixture
def home(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy_home(made, tmp_path / "home")
    monkeypatch.setenv("REASSORT_PSEUDONYM__KEY", "5a" * 32)
    monkeypatch.setenv("REASSORT_INDEX__ENCODER", "hash")
    return tmp_path / "home"


def _run(home: Path, *arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(cli, ["privacy", *arguments, "--home", str(home)], input=given)


def test_the_handle_comes_from_stdin_and_is_not_repeated(home: Path) -> None:
    asked = _run(home, "forget", "--yes", given=f"{ANNE}\n")
    assert asked.exit_code == 0, asked.output
    assert "Posts removed: 2. Posts of others rewritten: 1." in asked.stdout
    assert "Places that still hold a trace: 0." in asked.stdout
    assert ANNE not in asked.output
    again = json.loads(_run(home, "export", "--json", given=ANNE).stdout)
    assert (again["posts"], again["suppressed"]) == ([], True)


def test_export_prints_the_posts(home: Path) -> None:
    assert "Corduroy is back" in _run(home, "export", "--author", ANNE, "--source", "shop").stdout
    found = json.loads(_run(home, "export", "--author", ANNE, "--json").stdout)
    assert {post["source"] for post in found["posts"]} == {"forum", "shop"}


def test_what_remains_is_named_and_fails(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copilot.forgetting.forget.erase_from_files", lambda workspace, traces: _nothing())
    asked = _run(home, "forget", "--author", ANNE, "--yes")
    assert asked.exit_code == 1
    assert "remains: logs/run.jsonl: pseudonym, post id, text" in asked.stdout


def _nothing() -> FileErasure:
    return FileErasure(files=0, removed=0, rewritten=0)


def test_without_a_yes_nothing_goes(home: Path) -> None:
    asked = _run(home, "forget", "--author", ANNE, given="n\n")
    assert asked.exit_code == 1
    assert open_small(home).lake.rows("posts") == 5


@pytest.mark.parametrize("command", ["forget", "export"])
def test_no_handle_is_wrong_usage(home: Path, command: str) -> None:
    assert _run(home, command, given="\n").exit_code == 2


def test_sweep_counts_and_removes(home: Path) -> None:
    (home / "reassort.toml").write_text("[privacy]\nretention_days = 365\n")
    counted = _run(home, "sweep", "--as-of", "2026-06-01", "--dry-run")
    assert "Posts that would go: 1." in counted.stdout
    assert "which stay: 1." in counted.stdout
    swept = json.loads(_run(home, "sweep", "--as-of", "2026-06-01", "--json").stdout)
    assert (swept["posts_removed"], swept["complete"]) == (1, True)


def test_register_says_why_how_long_and_where(home: Path) -> None:
    (home / "reassort.toml").write_text(
        '[privacy.sources.shop]\nretention_days = 30\nlegal_basis = "Contract"\n[llm]\nmodel = "x"\n'
        'base_url = "https://user:secret@models.example/v1"\n'
    )
    text = _run(home, "register").stdout
    assert "shop: 1 posts, kept 30 days." in text
    assert "Contract" in text
    assert "Words of posts are sent to another machine." in text
    assert "REASSORT_PSEUDONYM__KEY" in text
    page = _run(home, "register", "--markdown").stdout
    assert "| shop |" in page
    found = json.loads(_run(home, "register", "--json").stdout)
    assert found["model"] == "x at models.example"
    assert not [word for word in ("5a5a", "secret") if word in text + page]


def test_a_running_service_is_asked_instead(home: Path) -> None:
    workspace = open_small(home)
    with served(workspace, MORNING):
        swept = _run(home, "sweep", "--as-of", "2026-06-01", "--dry-run")
        asked = _run(home, "forget", "--author", ANNE, "--yes")
        found = json.loads(_run(home, "export", "--author", ANNE, "--json").stdout)
    assert "Asked it instead" in asked.stderr
    assert (swept.exit_code, asked.exit_code) == (0, 0), asked.output
    assert "Posts removed: 2." in asked.stdout
    assert (found["posts"], found["suppressed"]) == ([], True)


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["privacy", "--help"], ["privacy", "register"], ["privacy", "export", "--author", ANNE]],
    ids=["all commands", "privacy", "register", "export without threads"],
)
def test_neither_agent_nor_erasure_is_loaded_where_nothing_is_erased(home: Path, arguments: list[str]) -> None:
    code = (
        "import sys; from click.testing import CliRunner; from copilot.cli import cli;"
        "done = CliRunner().invoke(cli, sys.argv[1:], catch_exceptions=False);"
        "loaded = [name for name in ('langgraph', 'fastapi', 'copilot.forgetting.forget') if name in sys.modules];"
        "print(done.exit_code, *loaded)"
    )
    (home / "state.db").unlink()
    environment = {**os.environ, "REASSORT_HOME": str(home)}
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    assert done.stdout.strip() == "0"
