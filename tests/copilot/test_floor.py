"""The floor of authors: nothing that fewer are behind reaches a person, by whatever way it is asked for."""

from __future__ import annotations

import ast
import itertools
import random
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from copilot.evidence import Evidence, Figure, Row, make_evidence
from copilot.floor import BELOW_FLOOR, Floor
from copilot.lookups.complaints import complaints_by_product
from copilot.lookups.context import Context
from copilot.lookups.explain import explain_term
from copilot.lookups.posts import search_posts
from copilot.lookups.scope import EVERYTHING, Period, Scope
from copilot.lookups.trends import rising_terms
from copilot.signals.mentions import find_mentions
from copilot.signals.records import SIGNAL_RUNS_SCHEMA, SIGNALS_SCHEMA
from ingestion.post_index import index_posts, post_schema
from ingestion.records import POSTS_SCHEMA
from tests.copilot.lookups.retailer import AS_OF, write_retailer
from vectorstore.encoder import HashEncoder
from vectorstore.open import open_store

FLOOR = Floor(min_authors=5)
TERMS = {"linen": "linen trousers", "suede": "suede jacket", "corduroy": "corduroy skirt", "balletcore": "balletcore"}
MARKETS = ("FR", "IT", "GB", "")
PRODUCTS = ("", "alba-dress", "odette")
_ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("authors", "others", "shown"),
    [(5, 0, True), (4, 0, False), (0, 0, False), (9, 1, False), (9, 4, False), (9, 5, True)],
    ids=["the floor", "under it", "nobody", "one other", "few others", "enough others"],
)
def test_parts_and_their_rest(authors: int, others: int, shown: bool) -> None:
    assert FLOOR.shows_part(authors=authors, others=others) is shown


def test_hidden_and_empty_look_the_same() -> None:
    few = _evidence(authors=3, rows=[_row(authors=3)])
    none = _evidence(authors=0, rows=[])
    hidden, empty = FLOOR.released(few, authors=3), FLOOR.released(none, authors=0)
    assert asdict(hidden) == asdict(empty)
    assert hidden.notes == (BELOW_FLOOR,)


def test_rows_under_the_floor_go_and_rows_of_the_retailer_stay() -> None:
    stock = Row(labels={"product": "Alba"}, figures=(Figure(name="on_hand_units", value=2, unit="units"),))
    found = FLOOR.released(_evidence(authors=9, rows=[_row(authors=9), _row(authors=4), stock]), authors=9)
    assert [row.figures[0].value for row in found.rows] == [9, 2]
    assert (found.row_count, found.notes) == (2, (BELOW_FLOOR,))
    below = FLOOR.released(_evidence(authors=2, rows=[_row(authors=2), stock]), authors=2)
    assert (below.rows, below.totals) == ((stock,), ())


def test_growth_over_a_week_with_too_few_is_hidden() -> None:
    frame = pl.DataFrame(
        [_signal("linen", "", authors=12, growth=2.0), _signal("suede", "", authors=12, growth=1.0)],
        schema=SIGNALS_SCHEMA,
    )
    shown = FLOOR.signals(frame, pl.DataFrame(schema={"term_id": pl.String, "all_authors": pl.Int64}))
    assert shown["growth"].to_list() == [None, 1.0]


@pytest.fixture(scope="module", params=[3, 5])
def crowd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """A retailer of whom few people write, at random: some terms, markets and products stay under the floor."""
    seed = int(request.param)
    workspace = write_retailer(tmp_path_factory.mktemp(f"crowd-{seed}"))
    posts = _posts(random.Random(seed))
    workspace.lake.append("posts", posts)
    workspace.lake.append("mentions", find_mentions(posts))
    workspace.lake.append("signal_runs", _run())
    workspace.lake.append("signals", _signals(posts))
    encoder = HashEncoder()
    store = open_store(workspace.settings.index, path=workspace.index_path, schema=post_schema(encoder))
    index_posts(posts, store, encoder)
    store.close()
    with Context(workspace, AS_OF) as context:
        yield context


@pytest.fixture(scope="module")
def explained(crowd: Context) -> dict[tuple[str, str], Evidence]:
    """Every term explained in every market."""
    return {(term, market): explain_term(crowd, term, market=market) for term in TERMS for market in MARKETS}


def test_whatever_is_asked_nothing_under_the_floor_is_shown(
    crowd: Context, explained: dict[tuple[str, str], Evidence], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copilot.indexing.load_encoder", lambda settings, path: HashEncoder())
    answers = [*explained.values(), *_answers(crowd)]
    shown = [found for found in answers if found.quotes or found.totals or found.charts]
    hidden = [found for found in answers if BELOW_FLOOR in found.notes]
    assert shown
    assert hidden
    for found in answers:
        figures = [*found.totals, *(figure for row in found.rows for figure in row.figures)]
        counts = [figure for figure in figures if figure.name in ("authors", "posts", "rated_posts")]
        assert all(figure.value >= 5 for figure in counts), found
        assert not [figure for figure in figures if figure.name == "top_author_share"]
        for chart in found.charts:
            observed = [value for series in chart.series if series.role == "observed" for value in series.y]
            assert min(observed, default=5) >= 5


def test_counts_of_all_markets_and_of_one_differ_by_nobody_or_by_enough(
    explained: dict[tuple[str, str], Evidence],
) -> None:
    compared = 0
    for term in TERMS:
        everywhere = _authors(explained[term, ""])
        for market in MARKETS[:3]:
            here = _authors(explained[term, market])
            if everywhere is not None and here is not None:
                compared += 1
                assert everywhere - here == 0 or everywhere - here >= 5, (term, market)
    assert compared


def test_complaints_of_countries_differ_by_nobody_or_by_enough(crowd: Context) -> None:
    """Whatever countries are asked of, neither complaints nor all posts on a product tell of fewer than the floor."""
    said = crowd.workspace.lake.read("posts").filter(pl.col("product_id") != "")
    told: dict[str, list[tuple[str, ...]]] = {}
    choices = [(), *(c for size in (1, 2, 3) for c in itertools.combinations(MARKETS[:3], size))]
    for countries in choices:
        for row in complaints_by_product(crowd, ("runs_small",), Scope(countries=countries)).rows:
            told.setdefault(row.labels["product"], []).append(countries)
    names = dict(crowd.products.select("name", "product_id").iter_rows())
    compared = 0
    for product, shown in told.items():
        of_product = said.filter(pl.col("product_id") == names[product])
        for one, other in itertools.permutations(shown, 2):
            here, there = (
                of_product.filter(pl.col("market").is_in(c) if c else pl.lit(value=True)) for c in (one, other)
            )
            rest = here.join(there, on="post_id", how="anti")
            compared += 1
            assert rest.is_empty() or rest["author"].n_unique() >= 5, (product, one, other)
    assert compared


def test_two_periods_differ_by_nobody_or_by_enough(crowd: Context) -> None:
    """However a product's periods are chosen, no difference of two of them is of fewer authors than the floor."""
    days = [AS_OF - timedelta(days=days) for days in range(16)]
    product = Scope(product_ids=(PRODUCTS[1],))
    posts = crowd.workspace.lake.read("posts").filter(pl.col("product_id") == PRODUCTS[1])
    told = {}
    for since, before in itertools.combinations(sorted(days), 2):
        found = search_posts(crowd, "", scope=product, period=Period(since=since, before=before))
        counted = _authors(found)
        if counted is not None:
            day = pl.col("published_at").dt.date()
            inside = posts.filter(day >= found.dates["since"], day <= found.dates["last_day"])
            assert inside["author"].n_unique() == counted
            assert since <= found.dates["since"] <= found.dates["last_day"] < before
            told[found.dates["since"], found.dates["last_day"]] = inside
    assert len(told) > 3
    for one, other in itertools.permutations(told.values(), 2):
        rest = one.join(other, on="post_id", how="anti")
        assert rest.is_empty() or rest["author"].n_unique() >= 5


def test_spans_hold_enough_authors_and_the_last_takes_in_what_is_left() -> None:
    start = date(2026, 3, 1)
    wrote = {0: "abcde", 1: "ab", 3: "cdeab", 4: "a", 9: "bcdef", 10: "a"}
    rows = [{"day": start + timedelta(days=day), "author": author} for day, who in wrote.items() for author in who]
    posts = pl.DataFrame([*rows, {"day": None, "author": "z"}])

    def told(first: int, behind: int) -> tuple[int, int]:
        found = FLOOR.whole_spans(posts, start + timedelta(days=first), start + timedelta(days=behind))
        return (found[0] - start).days, (found[1] - start).days

    assert told(0, 20) == (0, 20)
    assert told(0, 1) == (0, 1)
    assert told(0, 3) == (0, 1), "days 1 to 3 are one span"
    assert told(2, 12) == (4, 12), "and 4 to the end is another"
    assert told(2, 10) == (4, 4)
    assert told(1, 12) == (1, 12)
    assert told(1, 10) == (1, 4)
    assert told(2, 3)[1] <= told(2, 3)[0]


def test_every_lookup_of_posts_passes_the_floor() -> None:
    """Evidence of signals and posts is made in modules that release it through the floor, and nowhere else."""
    makers = []
    for path in sorted((_ROOT / "copilot").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        made = [
            call
            for call in calls
            if isinstance(call.func, ast.Name)
            and call.func.id == "make_evidence"
            and isinstance(call.args[0], ast.Constant)
            and call.args[0].value in ("signal", "posts")
        ]
        if made:
            makers.append(path.name)
            released = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "released"]
            assert released, path.name
    assert makers == [
        "aspects.py",
        "complaints.py",
        "explain.py",
        "phrases.py",
        "posts.py",
        "range_gaps.py",
        "trends.py",
    ]


def _answers(context: Context) -> Iterator[Evidence]:
    last_week = Period(since=AS_OF - timedelta(days=7), before=AS_OF)
    for market in MARKETS:
        yield rising_terms(context, market=market, limit=50)
        countries = (market,) if market else ()
        yield complaints_by_product(context, ("runs_small",), Scope(countries=countries))
    for words in TERMS.values():
        for market in MARKETS:
            for product in PRODUCTS:
                scope = Scope(product_ids=(product,)) if product else EVERYTHING
                for period in (None, last_week):
                    yield search_posts(context, words, scope=scope, market=market, period=period)


def _authors(found: Evidence) -> float | None:
    return next((figure.value for figure in found.totals if figure.name == "authors"), None)


def _posts(chance: random.Random) -> pl.DataFrame:
    rows: list[dict[str, object]] = []
    for number in range(140):
        term = chance.choices(list(TERMS.values()), weights=[12, 5, 3, 1])[0]
        market = chance.choices(MARKETS, weights=[10, 4, 1, 4])[0]
        product = chance.choices(PRODUCTS, weights=[4, 4, 1])[0]
        day = AS_OF - timedelta(days=chance.randint(1, 14))
        rows.append(
            {
                "post_id": f"00000000-0000-4000-8000-{number:012d}",
                "source": "social",
                "kind": "review" if product else "social",
                "author": f"author_{chance.randint(0, 60):016x}",
                "thread": "",
                "title": "",
                "text": f"Seen {term} again, runs small, number {number}",
                "published_at": datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
                "language": "en",
                "market": market,
                "rating": float(chance.randint(1, 5)) if product else None,
                "product_id": product,
                "content_hash": str(number),
                "duplicate_of": "",
                "spam": False,
                "personal_data": [],
            }
        )
    return pl.DataFrame(rows, schema=POSTS_SCHEMA)


def _signals(posts: pl.DataFrame) -> pl.DataFrame:
    """Every term and market as a signal, whoever is behind it."""
    week = find_mentions(posts).filter(pl.col("date") >= AS_OF - timedelta(days=7))
    rows: list[dict[str, object]] = []
    for term in TERMS:
        for market in ("", *MARKETS[:3]):
            said = week.filter(pl.col("term_id") == term, (pl.col("market") == market) | pl.lit(market == ""))
            if said.height:
                rows.append(_signal(term, market, authors=said["author"].n_unique(), growth=1.5))
    return pl.DataFrame(rows, schema=SIGNALS_SCHEMA)


def _signal(term: str, market: str, *, authors: int, growth: float) -> dict[str, object]:
    return {
        "as_of": AS_OF, "term_id": term, "market": market, "stage": "rising", "severity": 5, "authors": authors,
        "expected_authors": 1.0, "ratio": float(authors), "growth": growth, "p_value": 0.001, "q_value": 0.01,
        "first_seen_on": AS_OF - timedelta(days=6), "posts": authors, "top_author_share": 0.5,
    }  # fmt: skip


def _run() -> pl.DataFrame:
    row = {"as_of": AS_OF, "lexicon": "x", "posts": 140, "undated_posts": 0, "series_tested": 4, "baseline_weeks": 5,
           "signals": 4}  # fmt: skip
    return pl.DataFrame([row], schema=SIGNAL_RUNS_SCHEMA)


def _row(*, authors: int) -> Row:
    return Row(labels={"term": "linen"}, figures=(Figure(name="authors", value=authors, unit="authors"),))


def _evidence(*, authors: int, rows: list[Row]) -> Evidence:
    totals = [Figure(name="authors", value=authors, unit="authors")]
    return make_evidence("signal", as_of=date(2026, 1, 1), sources={"posts": 1}, rows=rows, totals=totals)
