"""The response to signals: learnt from past rises, used less the less sure it is, and decided on rises held apart."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from copilot.planning.leading.decisions import (
    CALLED_AT,
    Held,
    decide,
    decide_on_signals,
    kept_response,
    newest_decisions,
    write_decisions,
)
from copilot.planning.leading.evidence import Shown
from copilot.planning.leading.lookback import Looks
from copilot.planning.leading.response import SignalResponse, fit_response
from copilot.planning.leading.rises import FOLLOWED_DAYS, KnownRise
from ingestion.lake import Lake
from tests.copilot.planning.shop import day, labels

TRUE = SignalResponse(rising=1.0, falling=0.3)
SHOWN = Shown(recent=0.4, settled=0.3)


def looks(gains: list[float], *, seed: int = 3, units: float = 400.0) -> Looks:
    """Rises a month apart, each with that response, looked at on five mornings over two weeks each."""
    chance = np.random.default_rng(seed)
    rows = []
    for number, gain in enumerate(gains):
        truth = SignalResponse(rising=gain * TRUE.rising, falling=gain * TRUE.falling)
        called = 60 + 40 * number
        for after in (0, 3, 7, 14, 21):
            for ahead in (3.0, 10.0):
                age = 5.0 + after
                wanted = chance.poisson(units * float(truth.factor(SHOWN, age, ahead)) * 0.9)
                row = (number, called + after, called, age, ahead, wanted, units, 0.9)
                rows.append((*row, SHOWN.recent, SHOWN.settled))
    return Looks.of(rows)


def rise(*skus: str, called: int = 50, first: int = 45) -> KnownRise:
    return KnownRise(term_id="suede", called_on=day(called), first_day=day(first), sku_ids=frozenset(skus))


def test_what_past_rises_gained_is_learnt() -> None:
    found = fit_response(looks([1.0] * 8))
    assert found is not None
    for age, ahead in ((5.0, 3.0), (8.0, 10.0), (26.0, 10.0)):
        assert float(found.factor(SHOWN, age, ahead)) == pytest.approx(float(TRUE.factor(SHOWN, age, ahead)), rel=0.04)
    assert float(TRUE.factor(SHOWN, 5.0, 3.0)) > 1.2
    assert float(TRUE.factor(SHOWN, 26.0, 10.0)) < 0.95


def test_rises_that_differ_are_leant_on_less_and_rises_without_effect_hardly() -> None:
    alike, mixed, none, down = (
        fit_response(looks(gains)) for gains in ([0.5] * 8, [1.0, 0.0] * 4, [0.0] * 8, [-0.5] * 8)
    )
    assert alike is not None
    assert mixed is not None
    assert none is not None
    assert down is not None
    assert 1.0 < mixed.factor(SHOWN, 5.0, 3.0) < alike.factor(SHOWN, 5.0, 3.0)
    assert none.factor(SHOWN, 5.0, 3.0) < 1.03
    assert down == SignalResponse(rising=0.0, falling=0.0)


def test_a_signal_without_a_trace_in_sales_changes_nothing() -> None:
    assert TRUE.factor(Shown(recent=0.0, settled=0.0), 5.0, np.arange(28.0)).tolist() == [1.0] * 28


def test_fewer_than_three_rises_teach_nothing() -> None:
    assert fit_response(looks([1.0] * 2)) is None
    assert decide_on_signals(looks([1.0] * 2))[0].reason == "too_few"
    assert decide_on_signals(looks([]))[0].groups == 0


def test_signals_enter_where_rises_held_apart_gain_and_not_where_they_move_nothing() -> None:
    decision, response = decide_on_signals(looks([1.0] * 9))
    assert (decision.reason, decision.groups) == ("helps", 6)
    assert decision.p_value is not None
    assert decision.p_value < CALLED_AT
    assert response is not None
    refused, nothing = decide_on_signals(looks([0.0] * 9))
    assert refused.reason in ("no_gain", "not_sure")
    assert nothing is None


def test_a_rise_is_forecast_from_weeks_that_were_over_when_it_was_called() -> None:
    known = looks([1.0] * 9)
    later = known.wanted.copy()
    # Nobody can know on the call of the last but one what comes of the last.
    later[known.rise == 8] *= 50.0
    changed = Looks(**{**vars(known), "wanted": later})
    for number in range(3, 8):
        only = known.rise <= number
        assert decide_on_signals(known.rows(only))[0] == decide_on_signals(changed.rows(only))[0]
    assert decide_on_signals(known)[0] != decide_on_signals(changed)[0]


@pytest.mark.parametrize(
    ("with_them", "steady", "reason"),
    [
        ([9.0, 9.1, 8.9, 9.0], True, "helps"),
        ([9.0, 9.1, 8.9, 9.0], False, "no_gain"),
        ([9.99, 9.99, 9.98, 9.99], True, "no_gain"),
        ([2.0, 12.0, 12.0, 12.0], True, "not_sure"),
        ([9.0, 9.1, 8.9], True, "too_few"),
    ],
    ids=["falls everywhere", "not on each morning", "hardly falls", "by one group alone", "three groups"],
)
def test_regressors_enter_where_the_deviance_falls_for_sure(with_them: list[float], steady: bool, reason: str) -> None:
    count = len(with_them)
    held = Held(
        units=np.full(count, 5.0),
        without=np.full(count, 10.0),
        with_them=np.array(with_them),
        wape_without=0.5,
        wape_with=0.4,
        steady=steady,
    )
    assert decide("weather", "boosted", held).reason == reason


def test_factors_are_of_linked_series_from_the_call_until_it_says_nothing_more() -> None:
    series = labels(40)
    rises = [rise("sku00001"), rise("sku00001", "sku00002", first=30)]
    found = TRUE.factors(series, rises, [SHOWN, SHOWN], day(50), 7)
    assert found is not None
    moved = series["sku_id"].is_in(["sku00001", "sku00002"]).to_numpy()
    assert (found[~moved] == 1.0).all()
    # Of two rises about a series the one that changes most counts.
    assert found[10] == pytest.approx(TRUE.factor(SHOWN, 5.0, np.arange(7.0)))
    assert found[20] == pytest.approx(TRUE.factor(SHOWN, 20.0, np.arange(7.0)))
    assert TRUE.factors(series, [rise("sku00001")], [SHOWN], day(49), 7) is None
    assert TRUE.factors(series, [rise("sku00001")], [SHOWN], day(45 + FOLLOWED_DAYS), 7) is None
    assert TRUE.factors(series, [rise("elsewhere")], [SHOWN], day(50), 7) is None


def test_decisions_are_kept_and_read_as_of_a_morning(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert newest_decisions(lake, as_of=day(9)).is_empty()
    decision, response = decide_on_signals(looks([1.0] * 9))
    refused, _ = decide_on_signals(looks([0.0] * 9))
    write_decisions(lake, [decision, decide("weather", "boosted", nothing_held())], response, day(5))
    write_decisions(lake, [refused], None, day(8))
    assert kept_response(newest_decisions(lake, as_of=day(7))) == response
    assert kept_response(newest_decisions(lake, as_of=day(8))) is None
    assert newest_decisions(lake, as_of=day(4)).is_empty()
    kept = newest_decisions(lake, as_of=day(5)).sort("regressor").select("regressor", "kept", "reason").rows()
    assert kept == [("signals", True, "helps"), ("weather", False, "too_few")]


def nothing_held() -> Held:
    none = np.zeros(0)
    return Held(units=none, without=none, with_them=none, wape_without=0.0, wape_with=0.0)


def test_a_rise_is_known_from_its_call() -> None:
    one = rise("S", called=50, first=45)
    assert [one.is_known(morning) for morning in (day(49), day(50), day(128), day(129))] == [False, True, True, False]
    frame = pl.DataFrame({"sku_id": ["S", "T"]})
    assert one.moves(frame).tolist() == [True, False]
    assert isinstance(one.first_day, date)
    assert one.first_day + timedelta(days=5) == one.called_on
