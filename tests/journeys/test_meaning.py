"""Posts found by their meaning alone: those that are about the question, and none for questions on anything else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot.evidence import Quote
from copilot.lookups.context import Context
from copilot.lookups.posts import search_posts
from copilot.settings import Language, load_settings
from copilot.workspace import Workspace
from tests.conftest import DEMO_AS_OF

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """The demo, copied: who reads the index owns it."""
    home = tmp_path_factory.mktemp("meaning") / "demo"
    shutil.copytree(demo_home, home)
    with Context(Workspace(load_settings(home)), DEMO_AS_OF) as context:
        yield context


def _by_meaning_alone(context: Context, question: str, language: Language) -> list[Quote]:
    quotes = search_posts(context, question, language=language, limit=200).quotes
    return [quote for quote in quotes if quote.scores is not None and quote.scores.bm25 is None]


@pytest.mark.parametrize(("question", "language"), [("elegant attire", "en"), ("étoffe rêche", "fr")])
def test_posts_that_share_no_word_are_found(demo: Context, question: str, language: Language) -> None:
    assert _by_meaning_alone(demo, question, language)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("mortgage interest rates", "en"),
        ("how to cook rice", "en"),
        # No word of these has a translation, and French is near to all French for an encoder that knows English.
        ("cuisson du riz", "fr"),
        ("recette de gâteau au chocolat", "fr"),
        ("taux d'intérêt immobilier", "fr"),
    ],
)
def test_nothing_is_found_for_questions_on_anything_else(demo: Context, question: str, language: Language) -> None:
    found = search_posts(demo, question, language=language, limit=200)
    assert found.quotes == ()
    assert found.notes == ("below_author_floor",)
