"""New phrases, what the range lacks, and products like something."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from copilot.errors import NoDataError
from copilot.lookups.context import Context
from copilot.lookups.like import products_like
from copilot.lookups.phrases import explain_phrase, new_phrases, phrase_named, phrases_of
from copilot.lookups.range_gaps import range_gaps
from copilot.settings import Settings
from copilot.workspace import Workspace
from tests.copilot.lookups.figures import cells, totals
from tests.copilot.lookups.new_phrases import write_phrases
from tests.copilot.lookups.retailer import AS_OF, write_retailer
from tests.copilot.lookups.voices import write_voices
from vectorstore.settings import IndexSettings


@pytest.fixture(scope="module")
def phrased(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """The retailer with posts and new phrases."""
    home = write_retailer(tmp_path_factory.mktemp("phrased")).home
    workspace = Workspace(Settings(home=home, index=IndexSettings(encoder="hash")))
    write_voices(workspace)
    write_phrases(workspace)
    opened = Context(workspace, AS_OF)
    yield opened
    opened.close()


def test_phrases_are_shown_that_enough_authors_say(phrased: Context) -> None:
    found = new_phrases(phrased)

    assert [row.labels["term"] for row in found.rows] == ["market skirt"]
    assert cells(found.rows[0]) == {"authors": 9, "expected_authors": 0.4}
    assert found.rows[0].labels["forms"] == "#marketskirt"
    assert totals(found)["phrases"] == 1
    assert found.notes == ()


def test_phrases_of_an_earlier_morning_are_noted(phrased: Context) -> None:
    assert "stale_phrases" in new_phrases(phrased.at(AS_OF + timedelta(days=1))).notes


def test_phrases_that_were_never_looked_for(context: Context) -> None:
    with pytest.raises(NoDataError, match="reassort signals"):
        new_phrases(context)


def test_phrase_is_explained_by_weeks_products_and_posts(phrased: Context) -> None:
    (phrase,) = phrases_of(phrased)[1]

    found = explain_phrase(phrased, phrase)

    assert found.rows[0].labels["phrase_id"] == "en:marketskirt"
    assert {"new_phrase", "range_gap"} <= set(found.notes)
    assert [quote.text for quote in found.quotes] == ["Camel coats: seen at the market hall, and again today (101)"]
    observed, expected = found.charts[0].series
    assert (list(observed.y), len(expected.y)) == ([7.0], 3)


@pytest.mark.parametrize(
    ("said", "phrase"),
    [
        ("Why is Market Skirt rising?", "market skirt"),
        ("#marketskirt ?", "market skirt"),
        ("market coat", None),
        ("rare boots", None),
    ],
)
def test_phrase_in_a_question(phrased: Context, said: str, phrase: str | None) -> None:
    found = phrase_named(phrased, said)

    assert (found.phrase if found else None) == phrase


def test_range_lacks_what_no_product_is_like(phrased: Context) -> None:
    found = range_gaps(phrased)

    assert [row.labels["term"] for row in found.rows] == ["market skirt"]
    assert cells(found.rows[0])["authors"] == 7
    assert totals(found) == {"range_gaps": 1, "terms_checked": 2}


def test_a_rising_term_is_lacking_once_its_products_are_gone(phrased: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    carried = phrased.product_links.like_term("camel_coat")
    monkeypatch.setattr(type(phrased.product_links), "like_term", lambda self, term_id: carried[1:])

    found = range_gaps(phrased)

    assert carried[0].product_id == "odette"
    assert "camel coat" in [row.labels["term"] for row in found.rows]


def test_products_like_words_have_a_score_and_reasons(phrased: Context) -> None:
    found = products_like(phrased, "a linen dress")

    asked, first, *_ = found.rows
    assert asked.labels == {"term": "a linen dress"}
    assert "product_id" in first.labels
    assert cells(first)["link_score"] >= 0.4
    assert first.reasons
    assert "range_gap" not in found.notes


def test_words_that_no_product_is_like_are_said_with_the_nearest(phrased: Context) -> None:
    found = products_like(phrased, "robe en zibeline", language="fr")

    assert "range_gap" in found.notes
    assert all(cells(row)["link_score"] < 0.4 for row in found.rows[1:])
    assert found.row_count == 1
