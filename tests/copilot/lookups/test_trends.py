"""Rising terms, one term explained, and what customers write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from copilot.errors import NoDataError, UnknownNameError
from copilot.lookups.context import Context
from copilot.lookups.explain import explain_term
from copilot.lookups.posts import Only, search_posts
from copilot.lookups.scope import Period, Scope
from copilot.lookups.trends import rising_terms
from copilot.settings import Settings
from copilot.workspace import Workspace
from tests.copilot.lookups.figures import cells, totals
from tests.copilot.lookups.retailer import AS_OF, write_retailer
from tests.copilot.lookups.voices import CAMEL_AUTHORS, REVIEWERS, write_voices
from vectorstore.settings import IndexSettings

DRESS = Scope(product_ids=("alba-dress",))


@pytest.fixture(scope="module")
def voiced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """The retailer with posts."""
    home = write_retailer(tmp_path_factory.mktemp("voices")).home
    workspace = Workspace(Settings(home=home, index=IndexSettings(encoder="hash")))
    write_voices(workspace)
    opened = Context(workspace, AS_OF)
    yield opened
    opened.close()


def test_rising_terms_leave_out_fading_ones_and_too_few_authors(voiced: Context) -> None:
    found = rising_terms(voiced, language="fr")
    assert [row.labels["term"] for row in found.rows] == ["manteau camel"]
    assert cells(found.rows[0])["severity"] == 6
    assert list(found.charts[0].series[0].y) == [7]
    assert found.notes == ()


def test_no_market_rises_is_noted(voiced: Context) -> None:
    assert rising_terms(voiced, market="IT").notes == ("in_market:IT", "nothing_rises")


def test_older_signals_are_noted(voiced: Context) -> None:
    assert "stale_signals" in rising_terms(voiced.at(date(2026, 11, 3))).notes


def test_signals_that_were_never_looked_for(context: Context) -> None:
    with pytest.raises(NoDataError, match="reassort signals"):
        rising_terms(context)


def test_products_of_a_term_in_a_market_are_counted_there(voiced: Context) -> None:
    (whole,), (there,) = (
        [row for row in explain_term(voiced, "camel_coat", market=market).rows if "product" in row.labels]
        for market in ("", "GB")
    )
    assert (cells(whole)["on_hand_units"], cells(there)["on_hand_units"]) == (60, 3)
    assert there.labels["country"] == "GB"


def test_term_is_explained_by_products_and_quotes(voiced: Context) -> None:
    found = explain_term(voiced, "camel_coat", limit=3)
    signal, *others = found.rows
    products = [row for row in others if "product" in row.labels]
    assert signal.labels["stage"] == "emerging"
    assert [row.labels["product_id"] for row in products] == ["odette"]
    assert products[0].figures[0].name == "link_score"
    assert totals(found)["authors"] == CAMEL_AUTHORS
    assert len(found.quotes) == 3
    assert all(quote.published_on is not None and quote.published_on < AS_OF for quote in found.quotes)


def test_term_that_few_write_of_is_not_quoted(voiced: Context) -> None:
    found = explain_term(voiced, "butter_yellow")
    assert {"not_rising", "below_author_floor"} <= set(found.notes)
    assert (found.quotes, found.totals) == ((), ())


def test_unknown_term_raises(voiced: Context) -> None:
    with pytest.raises(UnknownNameError):
        explain_term(voiced, "zorglub")


def test_posts_about_something_without_spam_or_tomorrow(voiced: Context) -> None:
    found = search_posts(voiced, "camel coats", limit=20)
    assert len({quote.author for quote in found.quotes}) == len(found.quotes) == CAMEL_AUTHORS
    assert all("buy now" not in quote.text and "tomorrow" not in quote.text for quote in found.quotes)


def test_ratings_and_complaints_of_a_product(voiced: Context) -> None:
    found = search_posts(voiced, "runs small", scope=DRESS)
    assert totals(found) == {
        "posts": REVIEWERS,
        "authors": REVIEWERS,
        "rated_posts": REVIEWERS,
        "average_stars": pytest.approx(16 / 6),
    }
    # Four authors say that it runs small, and give two stars: fewer than the floor of five.
    assert found.rows == ()


def test_complaints_above_the_floor(voiced: Context) -> None:
    found = search_posts(_with_floor(voiced, 4), "runs small", scope=DRESS)
    assert totals(found)["low_rating_share"] == pytest.approx(4 / 6)
    assert [row.labels["term_id"] for row in found.rows] == ["runs_small"]
    assert cells(found.rows[0])["complaint_share"] == pytest.approx(4 / 6)


@pytest.mark.parametrize("scope", [Scope(product_ids=("odette",)), Scope(countries=("IT",))])
def test_nothing_found_says_the_same_as_too_few(voiced: Context, scope: Scope) -> None:
    found = search_posts(voiced, "camel coats", scope=scope)
    assert (found.quotes, found.totals, found.notes) == ((), (), ("below_author_floor",))


def test_period_limits_the_posts(voiced: Context) -> None:
    before = Period(since=date(2026, 1, 1), before=date(2026, 10, 1))
    assert search_posts(voiced, "camel coats", period=before).notes == ("below_author_floor",)


@pytest.mark.parametrize(
    ("query", "only", "quoted"),
    [
        ("camel coats", Only(sources=["social"]), 5),
        ("camel coats", Only(sources=["reviews-web"]), 0),
        ("camel coats", Only(languages=["en", "it"]), 5),
        ("camel coats", Only(languages=["fr"]), 0),
        ("Alba dress", Only(most_stars=2.0), 1),
        ("Alba dress", Only(most_stars=1.0), 0),
        ("Alba dress", Only(sentiments=["negative"]), 1),
        ("Alba dress", Only(sentiments=["neutral"]), 0),
    ],
)
def test_quotes_are_of_the_sources_languages_and_stars_asked_for(
    voiced: Context, query: str, only: Only, quoted: int
) -> None:
    found = search_posts(_with_floor(voiced, 4), query, only=only)
    assert len(found.quotes) == quoted
    assert found.notes == (() if quoted else ("below_author_floor",))


def test_figures_of_a_product_are_not_divided_by_stars(voiced: Context) -> None:
    whole = search_posts(voiced, "runs small", scope=DRESS)
    found = search_posts(voiced, "runs small", scope=DRESS, only=Only(most_stars=2.0))
    assert (found.totals, found.rows) == (whole.totals, whole.rows)


def test_posts_of_few_authors_are_withheld(voiced: Context) -> None:
    found = search_posts(_with_floor(voiced, 50), "camel coats")
    assert (found.quotes, found.notes) == ((), ("below_author_floor",))


def _with_floor(voiced: Context, min_authors: int) -> Context:
    settings = voiced.workspace.settings
    privacy = settings.privacy.model_copy(update={"min_authors": min_authors})
    return Context(Workspace(settings.model_copy(update={"privacy": privacy})), AS_OF, index=voiced.index)


def test_each_quote_says_why_it_was_found(voiced: Context) -> None:
    found = search_posts(voiced, "camel coats")
    best = found.quotes[0]
    assert {term.lower() for term in best.matched} >= {"camel coats"}
    assert best.scores is not None
    assert best.scores.bm25 is not None
    assert 0.0 <= best.scores.fused <= 1.0
    assert search_posts(voiced, "camel coats") == found


def test_a_french_question_finds_english_posts(voiced: Context) -> None:
    found = search_posts(voiced, "manteaux camel", language="fr", limit=20)
    assert len(found.quotes) == CAMEL_AUTHORS


def test_terms_that_fade_are_told_when_asked_for(voiced: Context) -> None:
    found = rising_terms(voiced, direction="fading")
    assert [row.labels["term_id"] for row in found.rows] == ["suede"]
    assert rising_terms(voiced, direction="fading", market="FR").notes == ("in_market:FR", "nothing_fades")
