"""Weeks since launch, and the curves of launches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from copilot.planning.launches.curves import (
    CURVE_WEEKS,
    LaunchSums,
    curves_like,
    joined_sums,
    launch_curve,
    launch_sums,
    week_of,
)
from tests.copilot.planning.shop import day, labels, panel_of


def sums_of(*curves: list[float], units: float = 1_000.0) -> LaunchSums:
    """Launches that sell by these curves of 26 weeks."""
    return LaunchSums(
        product_ids=tuple(f"P{place}" for place in range(len(curves))),
        units=np.array(curves) * units,
        expected=np.full((len(curves), CURVE_WEEKS), units / 5.0),
    )


FADING = [2.0] * 8 + [0.8] * 18
EVEN = [1.0] * CURVE_WEEKS


def test_sums_count_weeks_from_the_launch_where_demand_could_be_seen() -> None:
    units = np.ones((2, 35))
    seen = np.ones((2, 35))
    units[1, 10:14] = seen[1, 10:14] = 0.0
    panel = replace(panel_of(units, availability=seen), series=labels(2, products=1, places=2))
    multipliers = np.full((2, 35), 2.0, dtype=np.float32)
    found = launch_sums(panel, multipliers, np.array([0.5, 0.25]), [day(7)] * 2, np.ones(2))
    assert found.product_ids == ("product000",)
    assert found.units[0, :5] == pytest.approx([10.0, 14.0, 14.0, 14.0, 0.0])
    assert found.expected[0, :5] == pytest.approx([7 + 3 * 0.5, 10.5, 10.5, 10.5, 0.0])


def test_a_day_that_sold_out_counts_what_was_wanted() -> None:
    panel = replace(panel_of(np.ones((1, 14))), series=labels(1), censored=np.full((1, 14), True))
    plain = replace(panel, censored=np.zeros((1, 14), dtype=np.bool_))
    out, all_days = (
        launch_sums(one, np.ones((1, 14)), np.ones(1), [day(0)], np.array([1.5])).units[0, 0] for one in (panel, plain)
    )
    assert all_days == 7.0
    # E[D | D >= 1] of a Poisson with mean 1.5 is 1.5 / (1 - exp(-1.5)).
    assert out == pytest.approx(7 * 1.5 / (1 - np.exp(-1.5)), rel=1e-4)


def test_the_curve_is_what_launches_have_in_common() -> None:
    curve = launch_curve(sums_of(*[FADING] * 12))
    mean = np.mean(FADING)
    assert curve[:8] == pytest.approx(2.0 / mean, rel=0.1)
    assert curve[8:] == pytest.approx(0.8 / mean, rel=0.1)
    assert launch_curve(joined_sums([])) == pytest.approx(1.0)


def test_one_launch_moves_the_curve_little() -> None:
    assert launch_curve(sums_of(FADING))[0] < 1.0 + 0.6 * (2.0 / np.mean(FADING) - 1.0)


def test_overdispersed_units_count_as_fewer() -> None:
    sums = sums_of(*[FADING] * 12, units=10.0)
    few = sums_of(*[FADING] * 12, units=1.0)
    found = launch_curve(replace(sums, dispersion=10.0))
    assert found == pytest.approx(launch_curve(few))
    assert 1.0 < found[0] < launch_curve(sums)[0]


def test_analogues_bend_the_curve_their_way() -> None:
    sums = sums_of(*[FADING] * 4, *[EVEN] * 4)
    weights = np.array([[1.0] * 4 + [0.0] * 4, [0.0] * 4 + [1.0] * 4])
    fading, even = curves_like(sums, launch_curve(sums), weights)
    assert fading[0] / fading[20] > 1.2 * even[0] / even[20]


def test_weeks_of_days_before_after_and_long_after() -> None:
    assert week_of(day(3), day(0), 12).tolist() == [-1] * 3 + [0] * 7 + [1] * 2
    assert week_of(day(-900), day(0), 2).tolist() == [CURVE_WEEKS - 1] * 2


def test_sums_of_several_panels_are_joined_and_chosen() -> None:
    parts = [sums_of(EVEN), replace(sums_of(FADING), product_ids=("Q",))]
    joined = joined_sums([replace(part, dispersion=3.0) for part in parts])
    assert joined.product_ids == ("P0", "Q")
    assert joined.chosen(["Q", "none"]).units[0, 0] == 2_000.0
    assert joined.chosen(["Q"]).dispersion == 3.0
    assert joined_sums([]).units.shape == (0, CURVE_WEEKS)
