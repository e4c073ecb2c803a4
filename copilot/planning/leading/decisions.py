"""Whether leading regressors enter forecasts: only where days held apart were forecast better with them.

Days held apart are forecast without and with the regressors, by models that saw only what was over before. Compared is
the Poisson deviance of demand against its forecast, summed by groups whose days go together: products, or rises. The
regressors enter where

    the deviance of all groups together falls by at least `LEAST_GAIN` of itself, and on each morning held apart, and
    a one-sided paired t-test over at least `LEAST_GROUPS` groups has a p-value under `CALLED_AT`

Of rises the deviance counts by unit forecast, as one of a large product would outvote all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import numpy as np
import polars as pl
import scipy as sp

from copilot.planning.arrays import Floats
from copilot.planning.demand_model import MODEL_NAME as GAMMA_POISSON
from copilot.planning.leading.lookback import Looks
from copilot.planning.leading.response import SignalResponse, factors_of, fit_response, poisson_deviance
from ingestion.errors import TableMissingError
from ingestion.lake import Lake

REGRESSORS_TABLE: Final = "forecast_regressors"
SIGNALS: Final = "signals"
LEAST_GAIN = 0.002
LEAST_GROUPS = 4
CALLED_AT = 0.1
_HELD_AHEAD_DAYS = 14

Reason = Literal["helps", "too_few", "no_gain", "not_sure"]
REGRESSORS_SCHEMA = pl.Schema(
    {
        "as_of": pl.Date(),
        "regressor": pl.String(),
        "model": pl.String(),
        "groups": pl.Int64(),
        "deviance_without": pl.Float64(),
        "deviance_with": pl.Float64(),
        "wape_without": pl.Float64(),
        "wape_with": pl.Float64(),
        "p_value": pl.Float64(),
        "kept": pl.Boolean(),
        "reason": pl.String(),
        "rising": pl.Float64(),
        "falling": pl.Float64(),
    }
)
"""Lake table `forecast_regressors`: what `reassort forecast --tournament` decided of leading regressors.

regressor         `signals`, `weather` (of the days before), `weather_ahead` (forecasts of it), or the name of another
model             the model that it would enter
groups            rises, or products, of the days held apart; 0: too few to compare on
deviance_without  per unit forecast, of those days; WAPE is of weeks of rises, or of days of series
p_value           of the paired test; null without one
kept, reason      whether it enters from now on: `helps`; `too_few` groups, `no_gain`, `not_sure` (the test)
rising, falling   the response to signals; null for others, and where it does not enter

Key: as_of, regressor.
"""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether one group of regressors enters, and on what evidence; the fields are those of the table."""

    regressor: str
    model: str
    groups: int
    deviance_without: float | None = None
    deviance_with: float | None = None
    wape_without: float | None = None
    wape_with: float | None = None
    p_value: float | None = None
    reason: Reason = "too_few"

    @property
    def kept(self) -> bool:
        """Whether the regressors enter."""
        return self.reason == "helps"


@dataclass(frozen=True, kw_only=True)
class Held:
    """Days held apart, summed by group; arrays are (groups,)."""

    units: Floats
    """Forecast without the regressors."""
    without: Floats
    """Deviance."""
    with_them: Floats
    wape_without: float
    wape_with: float
    steady: bool = True
    """Whether the deviance fell on each of the mornings."""


def decide(regressor: str, model: str, held: Held) -> Decision:
    """The decision that the days held apart lead to."""
    used = held.units > 0.0
    groups = int(used.sum())
    if groups < LEAST_GROUPS:
        return Decision(regressor=regressor, model=model, groups=groups)
    units = float(held.units[used].sum())
    without, with_them = float(held.without[used].sum()), float(held.with_them[used].sum())
    p_value = _paired((held.without - held.with_them)[used])
    reason: Reason = "helps" if p_value < CALLED_AT else "not_sure"
    return Decision(
        regressor=regressor,
        model=model,
        groups=groups,
        deviance_without=without / units,
        deviance_with=with_them / units,
        wape_without=held.wape_without,
        wape_with=held.wape_with,
        p_value=p_value,
        reason=reason if held.steady and with_them < without * (1.0 - LEAST_GAIN) else "no_gain",
    )


def decide_on_signals(looks: Looks) -> tuple[Decision, SignalResponse | None]:
    """Whether the response to signals enters, and the response that all looks teach; None where it does not enter.

    Each rise is forecast from those whose weeks were over when it was called, over two weeks ahead.
    """
    parts = [part for rise in np.unique(looks.rise) if (part := _held_rise(looks, int(rise))) is not None]
    columns = np.array(parts, dtype=np.float64).reshape(-1, 6).T
    units, without, with_them, wanted, off_without, off_with = columns
    total = max(float(wanted.sum()), 1e-9)
    # By unit forecast: each rise counts alike.
    held = Held(
        units=np.ones(len(units)),
        without=without / np.maximum(units, 1e-9),
        with_them=with_them / np.maximum(units, 1e-9),
        wape_without=float(off_without.sum()) / total,
        wape_with=float(off_with.sum()) / total,
    )
    decision = decide(SIGNALS, GAMMA_POISSON, held)
    return decision, fit_response(looks) if decision.kept else None


def write_decisions(
    lake: Lake, decisions: Sequence[Decision], response: SignalResponse | None, as_of: date
) -> pl.DataFrame:
    """Put the decisions in place of those of the same `as_of`; return the rows."""
    learnt = {} if response is None else vars(response)
    rows = [
        {"as_of": as_of, **vars(each), "kept": each.kept, **(learnt if each.regressor == SIGNALS else {})}
        for each in decisions
    ]
    frame = pl.DataFrame(rows, schema=REGRESSORS_SCHEMA)
    lake.replace_day(REGRESSORS_TABLE, frame, as_of=as_of)
    return frame


def newest_decisions(lake: Lake, *, as_of: date) -> pl.DataFrame:
    """Decisions of the newest tournament of that morning or before, in the table's schema; perhaps none."""
    try:
        known = lake.scan(REGRESSORS_TABLE).filter(pl.col("as_of") <= as_of).collect()
    except TableMissingError:
        return REGRESSORS_SCHEMA.to_frame()
    return known.filter(pl.col("as_of") == pl.col("as_of").max()).select(REGRESSORS_SCHEMA.names())


def kept_response(decisions: pl.DataFrame) -> SignalResponse | None:
    """The response to signals that was kept; None: none was."""
    rows = decisions.filter(pl.col("regressor") == SIGNALS, "kept", pl.col("rising").is_not_null())
    return SignalResponse(**rows.select("rising", "falling").row(0, named=True)) if rows.height else None


def is_kept(decisions: pl.DataFrame, regressor: str) -> bool:
    """Whether that regressor enters."""
    return not decisions.filter(pl.col("regressor") == regressor, "kept").is_empty()


def _held_rise(looks: Looks, rise: int) -> tuple[float, ...] | None:
    """Units forecast, deviance without and with, units wanted, units off without and with; None where it cannot be
    forecast."""
    own = looks.rows((looks.rise == rise) & (looks.ahead < _HELD_AHEAD_DAYS) & (looks.base > 0.0))
    if not len(own):
        return None
    # The middle of a week is three days before its end.
    over = looks.rows((looks.rise != rise) & (looks.morning + looks.ahead + 4.0 <= own.called[0]))
    response = fit_response(over)
    if response is None:
        return None
    mean = own.base * factors_of(response, own)
    return (
        float(own.base.sum()),
        float(poisson_deviance(own.wanted, own.base).sum()),
        float(poisson_deviance(own.wanted, mean).sum()),
        float(own.wanted.sum()),
        float(np.abs(own.wanted - own.base).sum()),
        float(np.abs(own.wanted - mean).sum()),
    )


def _paired(gains: Floats) -> float:
    """p-value of a mean gain above 0."""
    spread = float(gains.std(ddof=1))
    if spread == 0.0:
        return 0.0 if float(gains.mean()) > 0.0 else 1.0
    return float(sp.special.stdtr(len(gains) - 1, -float(gains.mean()) / (spread / np.sqrt(len(gains)))))
