"""Weekly shares, such as of posts that show an item, forecast a year ahead: level, season, and who leads.

With z the square root of a share (its variance is then much the same for rare and common items), series i, week t and
week of the year w:

    z_it = level_i + season_iw + noise,    forecast_it = (level_i + trend_i t / 52 + season_iw + lead_i)^2

The season is what remains of each year over its own level, the last years counting most, leaning on that of the series'
group and smoothed over neighbouring weeks (a Gaussian kernel). The level is the mean of the last weeks without their
season, older weeks counting less. The trend is a tenth of last year's change: trends of fashion seldom last. The lead
is a fifth of the change, against the same weeks a year before, in what leading posters showed over the last half year,
times the level of the last year: what they take up others do later. For damped trends see Gardner & McKenzie,
Forecasting trends in time series, Management Science 31 (1985) 1237-1246.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from copilot.errors import NoDataError
from copilot.planning.arrays import Floats, group_codes, group_row_sums

YEAR_WEEKS = 52
_LEVEL_HALF_LIFE_WEEKS = 8.0
_YEAR_WEIGHT = 0.5
"""Of a year's season against the next one's."""
_GROUP_WEIGHT = 0.1
_SMOOTHING_WEEKS = 1.0
_TREND_SHARE = 0.1
_LEAD_WEEKS = 26
_LEAD_SHARE = 0.2
_MOST_CHANGE = 0.6
_SMALLEST_ROOT = 0.002


def forecast_shares(
    shares: Floats, groups: Sequence[str], *, weeks: int = YEAR_WEEKS, leading: Floats | None = None
) -> Floats:
    """Shares of the `weeks` weeks that follow, (series, weeks).

    `shares` and `leading` (those of the posters who lead) are (series, weeks so far), at least two years; `groups`
    names the group of each series. Raises `NoDataError` for a shorter history, `ValueError` for shapes that do not go
    together and for negative shares.
    """
    _check(shares, groups, weeks, leading)
    years = shares.shape[1] // YEAR_WEEKS
    root = np.sqrt(shares[:, -years * YEAR_WEEKS :].astype(np.float64))
    yearly = root.reshape(len(root), years, YEAR_WEEKS).mean(axis=2)
    season = _season(root, yearly, groups)
    ahead = np.arange(1, weeks + 1)
    found = _level(root - np.tile(season, (1, years)))[:, None] + season[:, (ahead - 1) % YEAR_WEEKS]
    found = found + _TREND_SHARE * (yearly[:, -1] - yearly[:, -2])[:, None] * np.minimum(ahead, YEAR_WEEKS) / YEAR_WEEKS
    if leading is not None:
        found = found + (_LEAD_SHARE * _lead(leading) * yearly[:, -1])[:, None]
    ahead_shares: Floats = np.maximum(found, 0.0) ** 2
    return ahead_shares


def _check(shares: Floats, groups: Sequence[str], weeks: int, leading: Floats | None) -> None:
    if shares.shape[1] < 2 * YEAR_WEEKS:
        raise NoDataError(f"{shares.shape[1]} weeks of history are too few for a year ahead: 104 are needed.")
    if len(groups) != len(shares) or (leading is not None and leading.shape != shares.shape):
        raise ValueError(f"{len(shares)} series, {len(groups)} groups and the leading series do not go together")
    if weeks < 1:
        raise ValueError(f"{weeks} weeks ahead: at least 1")
    if (shares < 0).any() or (leading is not None and (leading < 0).any()):
        raise ValueError("shares are at least 0")


def _season(root: Floats, yearly: Floats, groups: Sequence[str]) -> Floats:
    """Deviation of each week of the year from the level of its year, (series, 52), mean 0."""
    years = yearly.shape[1]
    middles = (np.arange(years) + 0.5) * YEAR_WEEKS - 0.5
    weeks = np.arange(years * YEAR_WEEKS)
    levels = np.stack([np.interp(weeks, middles, own) for own in yearly])
    over = (root - levels).reshape(len(root), years, YEAR_WEEKS)
    weights = _YEAR_WEIGHT ** np.arange(years - 1, -1, -1)
    own = np.einsum("iyw,y->iw", over, weights / weights.sum())
    own = own - own.mean(axis=1, keepdims=True)
    codes, count = group_codes(pl.DataFrame({"group": list(groups)}), "group")
    of_group = group_row_sums(codes, own, count) / np.bincount(codes, minlength=count)[:, None]
    return _smoothed((1.0 - _GROUP_WEIGHT) * own + _GROUP_WEIGHT * of_group[codes])


def _smoothed(season: Floats) -> Floats:
    """Over neighbouring weeks, the year joined end to end."""
    reach = round(3 * _SMOOTHING_WEEKS)
    shifts = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (shifts / _SMOOTHING_WEEKS) ** 2)
    smooth: Floats = sum(
        weight * np.roll(season, shift, axis=1) for weight, shift in zip(kernel / kernel.sum(), shifts, strict=True)
    )
    return smooth


def _level(without_season: Floats) -> Floats:
    """Mean of the weeks, the newest counting most, (series,)."""
    weeks = without_season.shape[1]
    weights = np.exp2((np.arange(weeks) - (weeks - 1)) / _LEVEL_HALF_LIFE_WEEKS)
    level: Floats = without_season @ (weights / weights.sum())
    return level


def _lead(leading: Floats) -> Floats:
    """Relative change of the root over the last half year against a year before, (series,), at most 0.6 either way."""
    root = np.sqrt(leading.astype(np.float64))
    now = root[:, -_LEAD_WEEKS:].mean(axis=1)
    then = root[:, -_LEAD_WEEKS - YEAR_WEEKS : -YEAR_WEEKS].mean(axis=1)
    change = (now - then) / np.maximum((now + then) / 2.0, _SMALLEST_ROOT)
    limited: Floats = np.clip(change, -_MOST_CHANGE, _MOST_CHANGE)
    return limited
