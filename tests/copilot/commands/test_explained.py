"""One term explained on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from copilot.commands.explained import show_term
from copilot.lookups.context import Context
from copilot.settings import Settings
from copilot.workspace import Workspace
from tests.copilot.lookups.retailer import AS_OF, write_retailer
from tests.copilot.lookups.voices import write_voices
from vectorstore.settings import IndexSettings


@pytest.fixture(scope="module")
def voiced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    home = write_retailer(tmp_path_factory.mktemp("explained")).home
    workspace = Workspace(Settings(home=home, index=IndexSettings(encoder="hash")))
    write_voices(workspace)
    with Context(workspace, AS_OF) as opened:
        yield opened


def test_what_is_said_of_it_follows_the_proof(voiced: Context, capsys: pytest.CaptureFixture[str]) -> None:
    show_term(voiced, "linen", market="", language="fr", as_json=False)
    proof, _, said = capsys.readouterr().out.partition("\nsignal-")
    assert "lin" in proof
    assert "Trop peu de gens en ont parlé" in said


def test_json_holds_both(voiced: Context, capsys: pytest.CaptureFixture[str]) -> None:
    show_term(voiced, "linen", market="", language="en", as_json=True)
    printed = json.loads(capsys.readouterr().out)
    assert printed["kind"] == "signal"
    assert printed["aspects"]["kind"] == "posts"
    assert printed["aspects"]["notes"] == ["below_author_floor"]
