"""Weekly shares a year ahead: seasons come again, leaders lead, and odd input is refused by name."""

from __future__ import annotations

import numpy as np
import pytest

from copilot.errors import NoDataError
from copilot.planning.arrays import Floats
from copilot.planning.weekly_shares import forecast_shares

GROUPS = ["dress", "dress", "coat", "coat"]


def seasonal(years: int, *, noise: float = 0.0) -> Floats:
    """Two dresses of summer and two coats of winter."""
    weeks = np.arange(52 * years)
    wave = 0.03 * np.sin(2 * np.pi * weeks / 52)
    root = 0.2 + np.stack([wave, 2 * wave, -wave, -2 * wave])
    chance = np.random.default_rng(0)
    return np.maximum(root + noise * chance.standard_normal(root.shape), 0.0) ** 2


def test_a_season_without_noise_comes_again() -> None:
    found = forecast_shares(seasonal(3), GROUPS)
    error = np.abs(found - seasonal(1)).mean()
    assert error < 0.1 * np.abs(seasonal(1) - seasonal(1).mean(axis=1, keepdims=True)).mean()


def test_noise_is_forecast_closer_than_by_last_year_again() -> None:
    past, wanted = seasonal(3, noise=0.02), seasonal(1)
    ours = np.abs(forecast_shares(past, GROUPS) - wanted).mean()
    assert ours < 0.6 * np.abs(past[:, -52:] - wanted).mean()


def test_what_leaders_take_up_rises_and_what_they_drop_falls() -> None:
    past = seasonal(3)
    leading = past.copy()
    leading[0, -26:] *= 2.0
    leading[2, -26:] /= 2.0
    change = forecast_shares(past, GROUPS, leading=leading).sum(axis=1) / forecast_shares(past, GROUPS).sum(axis=1)
    assert change[0] > 1.1
    assert change[2] < 0.9
    assert change[[1, 3]] == pytest.approx([1.0, 1.0])


def test_more_than_a_year_ahead_repeats_the_season() -> None:
    found = forecast_shares(seasonal(2), GROUPS, weeks=60)
    assert found.shape == (4, 60)
    assert found[:, 52:] == pytest.approx(found[:, :8], rel=0.05)


def test_what_was_never_shown_stays_at_nothing() -> None:
    assert forecast_shares(np.zeros((1, 104)), ["dress"], leading=np.zeros((1, 104))).max() == 0.0


def test_a_short_history_is_no_data() -> None:
    with pytest.raises(NoDataError, match="104"):
        forecast_shares(seasonal(2)[:, 1:], GROUPS)


@pytest.mark.parametrize(
    ("shares", "groups", "weeks", "leading"),
    [
        (seasonal(2), GROUPS[:3], 52, None),
        (seasonal(2), GROUPS, 52, seasonal(3)),
        (-seasonal(2), GROUPS, 52, None),
        (seasonal(2), GROUPS, 52, -seasonal(2)),
        (seasonal(2), GROUPS, 0, None),
    ],
    ids=["a group short", "leaders of other weeks", "negative", "negative leaders", "no week ahead"],
)
def test_odd_input_is_refused(shares: Floats, groups: list[str], weeks: int, leading: Floats | None) -> None:
    with pytest.raises(ValueError, match=r"at least|do not go together"):
        forecast_shares(shares, groups, weeks=weeks, leading=leading)
