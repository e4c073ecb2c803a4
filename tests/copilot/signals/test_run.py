from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from copilot.settings import SignalSettings
from copilot.signals.kept import RUNS, SIGNALS
from copilot.signals.mentions import COUNTED, MENTIONS
from copilot.signals.records import SIGNAL_RUNS_SCHEMA, SIGNALS_SCHEMA
from copilot.signals.run import SignalReport, history_of, read_signals, update_signals, weekly_histories
from ingestion.errors import TableMissingError
from ingestion.lake import Lake
from ingestion.retail.contracts import PRODUCTS, SKUS
from ingestion.warehouse import Warehouse
from tests.copilot.signals.material import AS_OF, background, posts

_SETTINGS = SignalSettings()
_STEADY = {"linen": 12.0, "suede": 12.0, "a blazer": 9.0, "leopard": 6.0, "Nothing to say": 60.0}
_TABLES = [MENTIONS, COUNTED, SIGNALS, RUNS]


def _rise(days: int) -> list[dict[str, object]]:
    """Forty authors in the last days, five of them twice."""
    return [
        {
            "post_id": f"rise-{n}",
            "text": "I saw leopard print",
            "author": f"fan-{n % 40}",
            "day": AS_OF - timedelta(days=n % days + 1),
        }
        for n in range(45)
    ]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    undated: dict[str, object] = {"post_id": "undated", "text": "leopard", "day": None}
    lake.append("posts", posts(*background(_STEADY, weeks=20), *_rise(5), undated))
    return lake


def _update(lake: Lake, as_of: date = AS_OF) -> SignalReport:
    return update_signals(lake, Warehouse(lake), as_of, _SETTINGS)


def test_rise_becomes_a_signal_with_what_it_rests_on(lake: Lake) -> None:
    report = _update(lake)
    signal = report.signals[0]

    assert [(s.term_id, s.market) for s in report.signals] == [("leopard", ""), ("leopard", "FR")]
    assert signal.stage == "emerging"
    assert 40 <= signal.authors <= 55
    assert signal.posts == signal.authors + 5
    assert 3.0 < signal.expected_authors < 10.0
    assert signal.ratio == pytest.approx(signal.authors / signal.expected_authors)
    assert signal.p_value <= signal.q_value < 0.05
    assert signal.first_seen_on == AS_OF - timedelta(days=5)
    assert signal.top_author_share == pytest.approx(2 / signal.posts)
    assert report.undated_posts == 1
    assert report.baseline_weeks == 12
    assert report.series_tested > 4


def test_signals_are_kept_and_read_back(lake: Lake) -> None:
    report = _update(lake)

    assert lake.read(SIGNALS).schema == SIGNALS_SCHEMA
    assert lake.read(RUNS).schema == SIGNAL_RUNS_SCHEMA
    assert read_signals(lake, AS_OF) == list(report.signals)
    assert read_signals(lake, AS_OF + timedelta(days=3)) == list(report.signals)


def test_same_morning_again_changes_nothing(lake: Lake) -> None:
    first = _update(lake)
    versions = lake.versions(_TABLES)

    assert _update(lake).signals == first.signals
    assert lake.versions(_TABLES) == versions


def test_signals_day_by_day_equal_those_of_a_recount(tmp_path: Path) -> None:
    whole = posts(*background(_STEADY, weeks=20), *_rise(5))
    day = pl.col("published_at").dt.date()
    recounted, daily = Lake(tmp_path / "whole"), Lake(tmp_path / "daily")
    recounted.append("posts", whole)
    daily.append("posts", whole.filter(day < AS_OF - timedelta(days=2)))
    for ago in (2, 1, 0):
        morning = AS_OF - timedelta(days=ago)
        daily.append("posts", whole.filter(day == morning))
        _update(daily, morning)

    assert _update(daily).signals == _update(recounted).signals != ()
    columns = ["post_id", "term_id"]
    assert daily.read(MENTIONS).sort(columns).equals(recounted.read(MENTIONS).sort(columns))


def test_morning_with_fewer_posts_is_replaced(lake: Lake) -> None:
    _update(lake)
    lake.erase("posts", "post_id LIKE 'rise-%'")

    assert _update(lake).signals == ()
    assert read_signals(lake, AS_OF) == []
    assert lake.read(RUNS)["signals"].to_list() == [0]


def test_morning_does_not_know_the_days_after_it(lake: Lake) -> None:
    before = AS_OF - timedelta(days=7)

    assert _update(lake, before).signals == ()
    _update(lake)
    assert read_signals(lake, before) == []
    assert len(read_signals(lake, AS_OF)) == 2
    with pytest.raises(TableMissingError):
        read_signals(lake, before - timedelta(days=1))


def test_links_name_the_products_of_the_range(lake: Lake) -> None:
    product = {"product_id": "P1", "name": "Zadie", "category": "skirt", "attributes": "leopard print"}
    sku = {"sku_id": "S1", "product_id": "P1", "colour": "brown", "size": "38"}
    lake.append("products", pl.DataFrame([product], schema=PRODUCTS.schema))
    lake.append("skus", pl.DataFrame([sku], schema=SKUS.schema))

    links = _update(lake).links

    assert [(link.term_id, link.product_id) for link in links] == [("leopard", "P1")]


def test_too_few_weeks_test_nothing_and_say_so(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.append("posts", posts(*background(_STEADY, weeks=3), *_rise(5)))

    report = _update(lake)

    assert report.signals == ()
    assert report.series_tested == 0
    assert report.baseline_weeks == 1


def test_without_posts_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TableMissingError, match="posts"):
        _update(Lake(tmp_path / "lake"))


def test_history_shows_the_rise_above_what_was_expected(lake: Lake) -> None:
    signal = _update(lake).signals[0]

    history = history_of(weekly_histories(lake, AS_OF, weeks=12), "leopard")
    last, before = history.row(-1, named=True), history.row(-2, named=True)

    assert history["week_ending"].to_list()[-2:] == [AS_OF - timedelta(days=8), AS_OF - timedelta(days=1)]
    assert last["authors"] == signal.authors
    assert last["expected"] == pytest.approx(signal.expected_authors)
    assert last["authors"] > last["upper"] > last["expected"]
    assert before["authors"] <= before["upper"]
    assert history["expected"].null_count() < history.height


def test_history_begins_with_the_posts_and_expects_nothing_without_a_baseline(lake: Lake) -> None:
    _update(lake)

    history = history_of(weekly_histories(lake, AS_OF), "leopard")

    assert history.height == 20
    assert history["expected"].is_null()[:4].all()


def test_history_of_a_term_never_said_is_empty(lake: Lake) -> None:
    _update(lake)

    assert history_of(weekly_histories(lake, AS_OF), "quiet_luxury").is_empty()
