"""What a person is told where something outside the program is wrong: one line, no traceback, nothing of the data."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from copilot.cli import main
from copilot.settings import load_settings

SALES = "date,store,sku,quantity,amount,currency\n2025-10-31,lyon,a,2,80.50,EUR\n"
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `reassort` in an empty folder; its exit code and what it says on stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REASSORT_INDEX__ENCODER", "hash")

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["reassort", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        return code if isinstance(code, int) else 0, capsys.readouterr().err

    return run


def test_a_file_that_cannot_be_written_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text(SALES)
    code, said = run("import", "sales", "sales.csv", "--save-map", "none/map.yaml")
    assert code == 1
    assert said.endswith(
        "none/map.yaml: No such file or directory. Check the path, and who may use it, then run it again.\n"
    )


def test_a_file_of_which_no_row_fits_is_a_failure(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text(SALES.replace("2025-10-31", "2025-02-31"))
    assert run("import", "sales", "sales.csv", "--home", "shop")[0] == 1
    (tmp_path / "sales.csv").write_text(SALES)
    assert run("import", "sales", "sales.csv", "--home", "shop")[0] == 0
    (tmp_path / "posts.csv").write_text("text,author\n ,jane\n")
    assert run("ingest", "posts.csv", "--home", "shop")[0] == 1


@pytest.mark.parametrize("in_a_prompt", [False, True])
def test_ctrl_c_is_one_line_and_an_exit_code_of_its_own(
    run: Run, monkeypatch: pytest.MonkeyPatch, in_a_prompt: bool
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    run("init", "--home", "shop")
    monkeypatch.setattr(
        "click.termui.visible_prompt_func" if in_a_prompt else "copilot.commands.status.workspace_status", stop
    )
    code, said = run(*(("privacy", "forget", "--author", "jane") if in_a_prompt else ("status",)), "--home", "shop")
    assert code == 130
    assert said.strip() == "Stopped. Nothing is left half-written: running it again is safe."


def test_settings_that_the_disk_had_no_room_for_are_not_left_empty(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *_: object, **__: object) -> None:
        path.touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        code, said = run("init", "--home", "shop")
    assert code == 1
    assert said == "Error: No space left on device. Make room on the disk, then run it again.\n"
    assert list((tmp_path / "shop").iterdir()) == []


def test_a_workspace_below_a_file_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, said = run("init", "--home", "file/home")
    assert code == 1
    assert "file/home: Not a directory" in said


def test_an_error_that_nobody_foresaw_says_where_it_is_and_keeps_the_data_to_itself(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("words of a post")

    monkeypatch.setattr("copilot.commands.status.workspace_status", fail)
    code, said = run("status", "--home", ".")
    assert code == 1
    assert said.startswith("Error: ValueError in copilot/commands/status.py, line ")
    assert "words of a post" not in said
    monkeypatch.setenv("REASSORT_TRACE", "1")
    with pytest.raises(ValueError, match="words of a post"):
        run("status", "--home", ".")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param('language = "fr" # café'.encode("cp1252"), "reassort.toml: not UTF-8", id="another encoding"),
        pytest.param(b"[llm\n", "not valid TOML", id="no TOML"),
        pytest.param(b"planning = 3\n", "planning: ", id="a number for a table"),
    ],
)
def test_a_settings_file_that_cannot_be_used_is_named(run: Run, tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "reassort.toml").write_bytes(content)
    code, told = run("status", "--home", ".")
    assert code == 1
    assert said in told
    assert "reassort.toml" in told


def test_a_settings_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "reassort.toml").write_text('language = "fr"\n', encoding="utf-8-sig")
    assert load_settings(tmp_path).language == "fr"


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("REASSORT_PSEUDONYM_KEY", "Did you mean REASSORT_PSEUDONYM__KEY?"),
        ("reassort_llm_api_key", "Did you mean REASSORT_LLM__API_KEY?"),
        ("REASSORT_XYZ", "docs/configuration.md lists all."),
    ],
)
def test_a_variable_that_is_no_setting_is_named_with_what_it_may_mean(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, remedy: str
) -> None:
    monkeypatch.setenv(name, "value")
    code, said = run("init", "--home", "shop")
    assert code == 1
    assert f"{name} is set and is no setting. {remedy}" in said
    assert "value" not in said
    assert not (tmp_path / "shop").exists()


@pytest.mark.parametrize("name", ["REASSORT_PORT", "REASSORT_PORT_8000_TCP_ADDR", "REASSORT_SERVICE_HOST"])
def test_variables_that_kubernetes_sets_are_let_be(run: Run, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "tcp://10.0.0.1:8000")
    assert run("init", "--home", "shop")[0] == 0
