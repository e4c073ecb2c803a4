"""Recency and source weights."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from vectorstore.preference import NO_PREFERENCE, Preference

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age_days", "factor"),
    [(0, 1.0), (30, 0.75), (60, 0.625), (-5, 1.0)],
)
def test_age_fades_by_half_lives(age_days: int, factor: float) -> None:
    preference = Preference(recency=0.5, half_life_days=30.0, now=NOW)
    assert preference.factor({"published_at": NOW - timedelta(days=age_days)}) == pytest.approx(factor)


def test_no_date_counts_as_one_half_life() -> None:
    assert Preference(recency=1.0, now=NOW).factor({}) == pytest.approx(0.5)


def test_sources_are_weighed() -> None:
    preference = Preference(sources={"social": 0.5})
    assert preference.factor({"source": "social"}) == 0.5
    assert preference.factor({"source": "reviews"}) == 1.0


def test_nothing_is_preferred_by_default() -> None:
    assert NO_PREFERENCE.factor({"source": "x", "published_at": NOW}) == 1.0


def test_recency_needs_a_moment() -> None:
    with pytest.raises(ValueError, match="moment"):
        Preference(recency=0.5)
