from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from copilot.signals.lexicon import Lexicon, load_lexicon
from copilot.signals.mentions import COUNTED, MENTIONS, find_mentions, update_mentions
from copilot.signals.records import MENTIONS_SCHEMA
from ingestion.errors import TableMissingError
from ingestion.lake import Lake
from tests.copilot.signals.material import posts

_KEY = ["post_id", "term_id"]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    lake.append(
        "posts",
        posts(
            {"post_id": "a", "text": "A linen dress"},
            {"post_id": "b", "title": "Camel coat", "text": "Warm."},
            {"post_id": "c", "text": "Nothing to see"},
        ),
    )
    return lake


def _recount(lake: Lake) -> pl.DataFrame:
    return find_mentions(lake.read("posts")).sort(_KEY)


def _kept(lake: Lake) -> pl.DataFrame:
    return lake.read(MENTIONS).sort(_KEY)


def test_mentions_leave_out_spam_and_duplicates_and_keep_undated_posts() -> None:
    found = find_mentions(
        posts(
            {"post_id": "a", "text": "linen", "day": date(2026, 10, 1), "product_id": "P1", "market": "IT"},
            {"post_id": "b", "text": "linen", "spam": True},
            {"post_id": "c", "text": "linen", "duplicate_of": "a"},
            {"post_id": "d", "text": "linen and suede", "day": None},
            {"post_id": "e", "text": "nothing"},
        )
    )

    assert found.schema == MENTIONS_SCHEMA
    assert found.sort(_KEY).select("post_id", "term_id", "date").rows() == [
        ("a", "linen", date(2026, 10, 1)),
        ("d", "linen", None),
        ("d", "suede", None),
    ]
    assert found.row(0, named=True)["product_id"] == "P1"
    assert found.row(0, named=True)["market"] == "IT"


def test_update_counts_each_post_once(lake: Lake) -> None:
    first = update_mentions(lake)
    versions = lake.versions([MENTIONS, COUNTED])
    second = update_mentions(lake)

    assert (first.counted, first.mentions, first.removed) == (3, 3, 0)
    assert (second.counted, second.mentions, second.removed) == (0, 0, 0)
    assert lake.versions([MENTIONS, COUNTED]) == versions


def test_update_adds_only_new_posts_and_equals_a_recount(lake: Lake) -> None:
    update_mentions(lake)
    lake.append("posts", posts({"post_id": "d", "text": "Suede boots"}))

    report = update_mentions(lake)

    assert report.counted == 1
    assert _kept(lake).equals(_recount(lake))


@pytest.mark.parametrize(
    "changed",
    [
        {"post_id": "a", "text": "A wool dress"},
        {"post_id": "a", "text": "A linen dress", "spam": True},
        {"post_id": "a", "text": "A linen dress", "duplicate_of": "b"},
        {"post_id": "a", "text": "A linen dress", "market": "DE"},
        {"post_id": "a", "text": "A linen dress", "author": "author_other"},
    ],
    ids=["text", "spam", "duplicate", "market", "author"],
)
def test_changed_post_is_counted_again(lake: Lake, changed: dict[str, object]) -> None:
    update_mentions(lake)
    lake.merge("posts", posts(changed), key=("post_id",))

    report = update_mentions(lake)

    assert (report.counted, report.removed) == (1, 1)
    assert _kept(lake).equals(_recount(lake))


def test_mentions_of_erased_posts_go(lake: Lake) -> None:
    update_mentions(lake)
    lake.erase("posts", "post_id = 'a'")

    assert update_mentions(lake).removed == 1
    assert _kept(lake).equals(_recount(lake))
    assert lake.read(COUNTED)["post_id"].sort().to_list() == ["b", "c"]


def test_another_lexicon_counts_every_post_again(lake: Lake) -> None:
    update_mentions(lake)
    smaller = Lexicon([load_lexicon().terms["linen"]])

    report = update_mentions(lake, smaller)

    assert report.counted == 3
    assert _kept(lake)["term_id"].to_list() == ["linen"]


def test_update_that_was_cut_short_is_completed(lake: Lake) -> None:
    update_mentions(lake)
    expected = _kept(lake)
    lake.erase(COUNTED, "post_id = 'b'")

    update_mentions(lake)

    assert _kept(lake).equals(expected)


def test_update_without_posts_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(TableMissingError, match="posts"):
        update_mentions(Lake(tmp_path / "lake"))
