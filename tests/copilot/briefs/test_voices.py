"""What people say of a trend, in a sentence of the brief."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from copilot.briefs.citing import Citations
from copilot.briefs.trends import find_trends, trend_items
from copilot.briefs.voices import said_of
from copilot.evidence import Evidence, Figure, Row, make_evidence
from copilot.grounding import check_text
from copilot.lookups.context import Context
from copilot.settings import AspectSettings, Language, Settings, SignalSettings
from copilot.workspace import Workspace
from tests.copilot.lookups.retailer import AS_OF, write_retailer
from tests.copilot.lookups.voices import write_voices
from vectorstore.settings import IndexSettings


def _row(aspect: str, *reasons: str, **shares: float) -> Row:
    figures = tuple(Figure(name=name, value=value, unit="share") for name, value in shares.items())
    return Row(labels={"aspect": f"the {aspect}", "aspect_id": aspect}, figures=figures, reasons=reasons)


def _evidence(*rows: Row) -> Evidence:
    return make_evidence("posts", as_of=AS_OF, sources={"posts": 1}, rows=rows)


_FIT = _row("fit", negative_share=0.3, positive_share=0.1)
_FABRIC = _row("fabric", "more_complaints", negative_share=0.2, negative_share_before=0.05)
_COLOUR = _row("colour", positive_share=0.25)
_PRICE = _row("price")
_OTHER = _row("other", negative_share=0.9)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            "What they say: 20% complain of the fabric (5% before), more complaints than chance would bring and "
            "30% complain of the fit [1].",
        ),
        (
            "fr",
            "Ce qu'ils en disent : the fabric (20 % s'en plaignent, 5 % avant), plus de plaintes que le hasard "
            "n'en donnerait et the fit (30 % s'en plaignent) [1].",
        ),
    ],
)
def test_what_changed_comes_first_and_then_what_most_complain_of(language: Language, told: str) -> None:
    evidence = _evidence(_OTHER, _FIT, _FABRIC, _COLOUR, _PRICE)

    (sentence,) = said_of(evidence, language, 1)

    assert sentence.replace("\u202f", " ").replace("\u00a0", " ") == told
    assert check_text(sentence, {1: evidence}, language) == []


def test_praise_is_told_where_too_few_complain() -> None:
    assert list(said_of(_evidence(_COLOUR), "en", 2)) == ["What they say: 25% praise the colour [2]."]


@pytest.mark.parametrize("rows", [(), (_PRICE, _OTHER)])
def test_nothing_is_said_where_too_few_judge_any_aspect(rows: tuple[Row, ...]) -> None:
    assert list(said_of(_evidence(*rows), "en", 1)) == []


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_retailer(tmp_path_factory.mktemp("said")).home
    write_voices(Workspace(Settings(home=folder, index=IndexSettings(encoder="hash"))))
    return folder


def _opened(home: Path, in_briefs: int) -> Iterator[Context]:
    aspects = AspectSettings(model="words", in_briefs=in_briefs)
    settings = Settings(home=home, index=IndexSettings(encoder="hash"), signals=SignalSettings(aspects=aspects))
    with Context(Workspace(settings), AS_OF) as context:
        yield context


@pytest.mark.parametrize("in_briefs", [0, 1])
def test_as_many_trends_are_read_as_the_settings_say(home: Path, in_briefs: int) -> None:
    for context in _opened(home, in_briefs):
        trends = find_trends(context, "en")

        assert len(trends) > 1
        assert [trend.said is not None for trend in trends] == [place < in_briefs for place in range(len(trends))]


def test_the_sentence_cites_its_own_evidence(home: Path) -> None:
    for context in _opened(home, 0):
        citations = Citations()
        trend = replace(find_trends(context, "en")[0], said=_evidence(_COLOUR))

        (item,) = trend_items([trend], "en", citations)

    assert "What they say: 25% praise the colour [2]." in item.sentences
    assert item.citations == (1, 2)
    assert citations.evidence[2] == trend.said
