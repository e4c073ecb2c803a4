"""One term explained on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from copilot.commands.explained import show_term
from copilot.lookups.context import Context
from copilot.settings import Settings
from copilot.workspace import Workspace
from tests.copilot.lookups.new_phrases import write_phrases
from tests.copilot.lookups.retailer import AS_OF, write_retailer
from tests.copilot.lookups.voices import write_voices
from vectorstore.settings import IndexSettings


@pytest.fixture(scope="module")
def voiced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    home = write_retailer(tmp_path_factory.mktemp("explained")).home
    workspace = Workspace(Settings(home=home, index=IndexSettings(encoder="hash")))
    write_voices(workspace)
    write_phrases(workspace)
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


@pytest.mark.parametrize("called", ["market skirt", "#marketskirt", "Market Skirt"])
def test_a_new_phrase_is_explained_by_any_of_its_spellings(
    voiced: Context, capsys: pytest.CaptureFixture[str], called: str
) -> None:
    show_term(voiced, called, market="", language="en", as_json=False)
    shown = capsys.readouterr()
    assert "market skirt" in shown.out
    assert "9 authors" in shown.out
    assert "new_phrases v" in shown.out
    assert shown.err == ""


def test_a_new_phrase_as_json_is_what_the_api_gives(voiced: Context, capsys: pytest.CaptureFixture[str]) -> None:
    show_term(voiced, "market skirt", market="FR", language="fr", as_json=True)
    shown = capsys.readouterr()
    printed = json.loads(shown.out)
    assert printed["rows"][0]["labels"]["phrase_id"] == "en:marketskirt"
    assert "new_phrase" in printed["notes"]
    assert "--market is left out" in shown.err


def test_a_phrase_that_too_few_say_is_not_shown(voiced: Context, capsys: pytest.CaptureFixture[str]) -> None:
    show_term(voiced, "rare boots", market="", language="en", as_json=True)
    assert "rareboot" not in capsys.readouterr().out
