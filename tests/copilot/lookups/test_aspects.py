"""What customers say by aspect: shares, changes, the floor, and what is quoted."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from copilot.errors import NoDataError
from copilot.lookups.aspects import aspects_of_products, aspects_of_term
from copilot.lookups.context import Context
from copilot.lookups.scope import Scope
from copilot.settings import AspectSettings, Settings, SignalSettings
from copilot.signals.records import MENTIONS_SCHEMA
from copilot.workspace import Workspace
from ingestion.records import POSTS_SCHEMA
from tests.copilot.lookups.figures import cells, totals
from tests.copilot.lookups.retailer import AS_OF, write_retailer

DRESS = Scope(product_ids=("alba-dress",))
TIGHT, PRAISE = "The Alba dress is far too tight", "Great fabric, and the price is great too"
WORDS = SignalSettings(aspects=AspectSettings(model="words", posts_read=80))


def _posts(texts: Sequence[str], day: date, *, first: int, market: str = "FR", language: str = "en") -> pl.DataFrame:
    """One author each."""
    rows: list[dict[str, object]] = [
        {
            "post_id": f"00000000-0000-4000-8000-{number:012d}",
            "source": "reviews-web",
            "kind": "review",
            "author": f"author_{number:016x}",
            "thread": "",
            "title": "",
            "text": text,
            "published_at": datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
            "language": language,
            "market": market,
            "rating": None,
            "product_id": "alba-dress",
            "content_hash": str(number),
            "duplicate_of": "",
            "spam": False,
            "personal_data": [],
        }
        for number, text in enumerate(texts, start=first)
    ]
    return pl.DataFrame(rows, schema=POSTS_SCHEMA)


def _workspace(home: Workspace, posts: pl.DataFrame) -> Workspace:
    workspace = Workspace(Settings(home=home.home, signals=WORDS))
    workspace.lake.append("posts", posts)
    said = posts.with_columns(term_id=pl.lit("camel_coat"), date=pl.col("published_at").dt.date())
    workspace.lake.append("mentions", said.select(MENTIONS_SCHEMA.names()))
    return workspace


@pytest.fixture(scope="module")
def voiced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """20 of 30 say `too tight` now, 6 of 40 before; Italy has 2 of them now."""
    now, before = AS_OF - timedelta(days=3), AS_OF - timedelta(days=30)
    posts = [
        _posts([TIGHT] * 18 + [PRAISE] * 10, now, first=0),
        _posts([TIGHT] * 2, now, first=100, market="IT"),
        _posts([TIGHT] * 6 + [PRAISE] * 34, before, first=200),
        _posts([TIGHT] * 9, AS_OF, first=300),
        _posts(["Тесно"] * 6, now, first=400, language="ru"),
    ]
    workspace = _workspace(write_retailer(tmp_path_factory.mktemp("aspects")), pl.concat(posts))
    with Context(workspace, AS_OF) as opened:
        yield opened


def test_shares_before_and_after_and_what_changed(voiced: Context) -> None:
    found = aspects_of_products(voiced, DRESS)
    assert totals(found) == {"authors": 30, "authors_before": 40}
    fit, *others = found.rows
    assert fit.labels == {"aspect": "size and fit", "aspect_id": "fit"}
    shown = cells(fit)
    assert shown["authors"] == 20
    assert shown["negative_share"] == pytest.approx(2 / 3)
    assert shown["negative_share_before"] == pytest.approx(0.15)
    assert shown["negative_change"] == pytest.approx(2 / 3 - 0.15)
    assert 0 < shown["negative_change_low"] < shown["negative_change"] < shown["negative_change_high"]
    assert fit.reasons == ("more_complaints",)
    assert {row.labels["aspect_id"]: row.reasons for row in others} == {
        "fabric": ("less_praise",),
        "price": ("less_praise",),
    }
    assert found.notes == ("languages_not_read",)


def test_what_is_asked_for_comes_first_and_is_quoted(voiced: Context) -> None:
    found = aspects_of_products(voiced, DRESS, aspects=["price"], limit=3, language="fr")
    assert [row.labels["aspect"] for row in found.rows] == ["prix", "taille et coupe", "matière"]
    assert {quote.text for quote in found.quotes} == {PRAISE}
    assert len({quote.author for quote in found.quotes}) == 3


def test_aspect_that_too_few_speak_of_is_said_to_be_so(voiced: Context) -> None:
    found = aspects_of_products(voiced, DRESS, aspects=["delivery", "fit"])
    assert "too_few_speak_of:delivery and service" in found.notes
    assert {quote.text for quote in found.quotes} == {TIGHT}
    assert aspects_of_products(voiced, DRESS, aspects=["delivery"]).quotes == ()


def test_chart_shows_complaints_with_enough_authors_behind_them(voiced: Context) -> None:
    (chart,) = aspects_of_products(voiced, DRESS).charts
    after, before = chart.series
    assert dict(zip(after.x, after.y, strict=True)) == {"size and fit": 66.7, "fabric": 0, "price": 0}
    assert before.y[0] == 15.0
    assert (after.role, before.role) == ("observed", "expected")


def test_term_is_read_by_its_mentions(voiced: Context) -> None:
    found = aspects_of_term(voiced, "camel_coat", language="fr")
    assert found.rows[0].labels["term"] == "manteau camel"
    assert cells(found.rows[0])["negative_share"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("market", ["IT", "FR"])
def test_market_that_would_tell_of_a_few_is_not_shown(voiced: Context, market: str) -> None:
    found = aspects_of_products(voiced, DRESS, market=market)
    assert (found.rows, found.totals, found.quotes, found.charts) == ((), (), (), ())
    assert found.notes == ("below_author_floor",)


def test_nobody_and_a_few_look_the_same(voiced: Context) -> None:
    none = aspects_of_products(voiced.at(date(2027, 6, 1)), DRESS)
    assert (none.rows, none.totals, none.notes) == ((), (), ("below_author_floor",))


def test_more_authors_than_may_be_read_are_sampled(tmp_path_factory: pytest.TempPathFactory) -> None:
    posts = [
        _posts([TIGHT] * 80, AS_OF - timedelta(days=3), first=0),
        _posts([PRAISE] * 20, AS_OF - timedelta(days=30), first=100),
    ]
    workspace = _workspace(write_retailer(tmp_path_factory.mktemp("many")), pl.concat(posts))
    with Context(workspace, AS_OF) as many:
        found = aspects_of_products(many, DRESS)
        assert found == aspects_of_products(many, DRESS)
    assert totals(found) == {"authors": 60, "authors_before": 20}
    assert "aspects_sampled" in found.notes


def test_every_share_has_enough_authors_behind_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    chance = random.Random(4)
    said = [TIGHT, PRAISE, "The seam ripped", "Lovely colour", "Seen at lunch"]
    posts = [
        _posts(
            chance.choices(said, weights=[4, 6, 1, 2, 3], k=chance.randint(3, 14)),
            AS_OF - timedelta(days=chance.randint(1, 69)),
            first=100 * number,
            market=chance.choice(["FR", "FR", "IT"]),
        )
        for number in range(24)
    ]
    workspace = _workspace(write_retailer(tmp_path_factory.mktemp("crowd")), pl.concat(posts))
    shares = 0
    with Context(workspace, AS_OF) as crowd:
        for days, market in itertools.product(range(0, 40, 5), ["", "FR", "IT"]):
            found = aspects_of_products(crowd.at(AS_OF - timedelta(days=days)), DRESS, market=market)
            sides = totals(found)
            for row in found.rows:
                shown = cells(row)
                assert shown["authors"] >= 5
                for name in ("negative_share", "positive_share"):
                    for suffix, side in (("", "authors"), ("_before", "authors_before")):
                        behind = shown.get(name + suffix, 1.0) * sides.get(side, 5)
                        shares += name + suffix in shown
                        assert behind >= 5 - 1e-9, (days, market, row)
                    if f"{name.split('_')[0]}_change" in shown:
                        assert {name, f"{name}_before"} <= set(shown)
    assert shares > 20


def test_posts_that_were_never_brought_in(context: Context) -> None:
    with pytest.raises(NoDataError, match="reassort ingest"):
        aspects_of_products(context, DRESS)
    with pytest.raises(NoDataError, match="reassort signals"):
        aspects_of_term(context, "camel_coat")
