"""What the range lacks and new phrases, in a brief of the small retailer."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.briefs.citing import Citations
from copilot.briefs.range_gaps import gap_items, phrase_items
from copilot.grounding import check_text
from copilot.lookups.context import Context
from copilot.settings import Language, Settings
from copilot.workspace import Workspace
from tests.copilot.lookups.new_phrases import write_phrases
from tests.copilot.lookups.retailer import AS_OF, write_retailer
from tests.copilot.lookups.voices import write_voices
from vectorstore.settings import IndexSettings


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The retailer with posts and new phrases."""
    home: Path = write_retailer(tmp_path_factory.mktemp("lacking")).home
    found = Workspace(Settings(home=home, index=IndexSettings(encoder="hash")))
    write_voices(found)
    write_phrases(found)
    return found


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Rising, and nothing in the range is like it: 7 authors in 7 days, 0.20 expected [1]."),
        ("fr", "Cela monte, et rien dans la gamme n'y ressemble : 7 auteurs en 7 jours, 0,20 attendus [1]."),
    ],
)
def test_gaps_and_phrases_are_said_and_held(workspace: Workspace, language: Language, said: str) -> None:
    citations = Citations()
    with Context(workspace, AS_OF) as context:
        (gap,) = gap_items(context, language, citations)
        (phrase,) = phrase_items(context, language, citations)

    sentences = [*gap.sentences, *phrase.sentences]
    assert said in [sentence.replace("\u00a0", " ") for sentence in sentences]
    assert phrase.charts
    assert phrase.quotes
    assert [check_text(sentence, citations.evidence, language) for sentence in sentences] == [[]] * len(sentences)


def test_no_phrases_where_they_were_never_looked_for(tmp_path: Path) -> None:
    with Context(write_retailer(tmp_path), AS_OF) as context:
        assert phrase_items(context, "en", Citations()) == ()
