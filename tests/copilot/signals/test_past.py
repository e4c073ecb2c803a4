"""Rises of the past: found in what came before the month, kept, found anew when that changes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from copilot.settings import SignalSettings
from copilot.signals.mentions import update_mentions
from copilot.signals.past import PAST_RISES, PAST_RISES_SCHEMA, read_past_rises, update_past_rises
from ingestion.lake import Lake
from tests.copilot.signals.material import background, posts

_SETTINGS = SignalSettings()
_STEADY = {"linen": 12.0, "leopard": 6.0, "Nothing to say": 60.0}
_MONTH = date(2026, 11, 1)
_AS_OF = _MONTH + timedelta(days=6)
_BEGAN = _MONTH - timedelta(days=40)


def _rise(days: int, a_day: int) -> list[dict[str, object]]:
    """So many authors a day for so many days from the beginning on."""
    return [
        {
            "post_id": f"rise-{n}",
            "text": "leopard print",
            "author": f"fan-{n}",
            "day": _BEGAN + timedelta(days=n % days),
        }
        for n in range(days * a_day)
    ]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    lake.append("posts", posts(*background(_STEADY, weeks=26, as_of=_AS_OF), *_rise(20, 8)))
    update_mentions(lake)
    return lake


def _update(lake: Lake, as_of: date = _AS_OF) -> None:
    update_past_rises(lake, as_of, _SETTINGS, lexicon="x")


def test_a_rise_is_kept_with_its_beginning_and_its_end(lake: Lake) -> None:
    _update(lake)
    (rise,) = read_past_rises(lake, _AS_OF)

    assert lake.read(PAST_RISES).schema == PAST_RISES_SCHEMA
    assert rise.term_id == "leopard"
    assert abs((rise.first_day - _BEGAN).days) <= 2
    assert rise.ended_on is not None
    # A week of counts has to fall back first.
    assert 20 <= rise.days <= 30
    assert rise.fading_on
    assert all(rise.first_day < morning < rise.ended_on for morning in rise.fading_on)


def test_a_rise_that_goes_on_has_no_end_yet(lake: Lake) -> None:
    before = (_BEGAN + timedelta(days=14)).replace(day=1)
    _update(lake, before)
    (rise,) = read_past_rises(lake, before)

    assert rise.ended_on is None
    assert rise.days == (before - rise.first_day).days


def test_the_same_month_again_is_not_looked_at(lake: Lake) -> None:
    _update(lake)
    version = lake.version(PAST_RISES)
    _update(lake, _AS_OF + timedelta(days=3))

    assert lake.version(PAST_RISES) == version


def test_posts_that_go_change_what_was(lake: Lake) -> None:
    _update(lake)
    lake.erase("posts", "post_id LIKE 'rise-%'")
    update_mentions(lake)
    _update(lake)

    assert read_past_rises(lake, _AS_OF) == []
    assert lake.read(PAST_RISES)["term_id"].to_list() == [None]


def test_posts_of_the_month_itself_are_not_looked_at(lake: Lake) -> None:
    _update(lake)
    before = read_past_rises(lake, _AS_OF)
    lake.erase("posts", f"published_at >= '{_MONTH}'")
    update_mentions(lake)
    version = lake.version(PAST_RISES)
    _update(lake)

    assert read_past_rises(lake, _AS_OF) == before
    assert lake.version(PAST_RISES) == version


def test_without_mentions_or_tables_nothing_is_past(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    assert read_past_rises(lake, _AS_OF) == []

    lake.append("posts", posts({"text": "nothing", "day": _AS_OF}))
    update_mentions(lake)
    _update(lake)

    assert not lake.exists(PAST_RISES)
    assert lake.scan("mentions").select(pl.len()).collect().item() == 0
