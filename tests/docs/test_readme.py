"""The README's commands work."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from copilot.cli import cli
from tests.conftest import ROOT

BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
COMMANDS = [
    shlex.split(line, comments=True)
    for block in BLOCKS
    for line in block.splitlines()
    if line.removeprefix(".venv/bin/").startswith("reassort ")
]
SESSION = [command for command in COMMANDS if "reassort-demo" in command and command[1] != "demo"]
"""What follows the demo, which the fixture builds."""


def test_readme_shows_a_session_and_the_two_make_targets() -> None:
    assert len(SESSION) >= 3
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", "\n".join(BLOCKS), re.MULTILINE):
        assert f"\n{target}:" in makefile


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_takes_the_options_shown(command: list[str]) -> None:
    options = [word for word in command[1:] if word.startswith("--")]
    words = command[1:3] if command[1] == "run" else command[1:2]
    shown = CliRunner().invoke(cli, [*words, "--help"])
    assert shown.exit_code == 0
    assert all(option in shown.output for option in options)


@pytest.mark.parametrize("command", SESSION, ids=" ".join)
def test_the_session_runs_on_the_demo(command: list[str], demo_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "demo"
    shutil.copytree(demo_home, home)
    arguments = [str(home) if word == "reassort-demo" else word for word in command[1:]]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
    assert done.stdout.strip()
