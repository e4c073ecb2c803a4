"""Lift of a rising term on the retailer's sales."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from copilot.errors import NoDataError, UnknownNameError
from copilot.lookups.context import Context
from copilot.lookups.lift import lift_of_term
from copilot.settings import Settings
from copilot.workspace import Workspace
from tests.copilot.lookups.retailer import AS_OF, write_retailer
from tests.copilot.lookups.voices import write_voices
from vectorstore.settings import IndexSettings


@pytest.fixture(scope="module")
def voiced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """The retailer with posts."""
    home = write_retailer(tmp_path_factory.mktemp("lifted")).home
    workspace = Workspace(Settings(home=home, index=IndexSettings(encoder="hash")))
    write_voices(workspace)
    opened = Context(workspace, AS_OF)
    yield opened
    opened.close()


def test_few_products_are_not_enough_evidence(voiced: Context) -> None:
    lift = lift_of_term(voiced, "camel_coat")

    assert (lift.verdict, lift.share, lift.low) == ("not_enough_evidence", None, None)
    assert lift.controls < 6
    assert lift.days <= 28


def test_term_that_does_not_rise_has_no_lift(voiced: Context) -> None:
    with pytest.raises(NoDataError, match="does not rise"):
        lift_of_term(voiced, "butter_yellow")


def test_unknown_term_raises(voiced: Context) -> None:
    with pytest.raises(UnknownNameError):
        lift_of_term(voiced, "zorglub")
