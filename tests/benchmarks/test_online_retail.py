"""Quantile losses of a shop's products."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from benchmarks import online_retail
from benchmarks.online_retail import MORNINGS, chosen, measure, quantile_losses, shop_of, summed
from benchmarks.statsforecast_rivals import LEVELS


def test_quantile_losses_are_twice_the_pinball_loss_at_each_level() -> None:
    seen = np.array([[10.0, 0.0]])
    losses = quantile_losses(seen, np.broadcast_to(np.array([[4.0, 1.0]]), (len(LEVELS), 1, 2)))
    assert losses[0] == pytest.approx(2 * (0.1 * 6 + 0.9 * 1))
    assert losses[8] == pytest.approx(2 * (0.9 * 6 + 0.1 * 1))


def test_periods_are_sums_of_the_first_days() -> None:
    assert summed(np.arange(10.0)[None], 3, 2).tolist() == [[3.0, 12.0]]


def test_scored_are_products_of_odd_rank_that_the_shop_had_long_sold() -> None:
    assert chosen(np.array([0, 0, 0, 50, 0, 0]), 120, 10).tolist() == [1, 5]
    assert len(chosen(np.zeros(100, dtype=np.int64), 120, 7)) == 7


def test_our_model_is_scored_by_day_and_by_week_and_an_absent_rival_has_no_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(1)
    days = [date(2010, 12, 1) + timedelta(days=number) for number in range(374)]
    sales = pl.DataFrame(
        [
            {"product_id": f"{10000 + product}", "date": day, "units": units}
            for product in range(6)
            for day in days
            if day.weekday() != 5 and (units := int(rng.poisson(2.0 + product))) > 0
        ]
    )
    monkeypatch.setattr(online_retail, "_OURS", ("gamma_poisson",))
    monkeypatch.setattr(online_retail, "MORNINGS", MORNINGS[-1:])
    monkeypatch.setattr(online_retail, "installed", lambda: False)
    values, products = measure(shop_of(sales), 10)
    assert products == 3
    assert values["online_retail.wql_gamma_poisson_week"] < values["online_retail.wql_gamma_poisson_day"] < 0.5
    assert "online_retail.wql_gamma_poisson_against_tsb_day" not in values
