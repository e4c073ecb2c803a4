"""What the boosted model sees of a series and a day: recent sales against what the base model expected of them.

Ratios rather than levels: what one series teaches holds for others that sell ten times as much. The groups' ratios
say what is common to a product, a location or a category now, sooner than one series can.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal, get_args

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats, Integers, codes_of, group_codes, group_sums
from copilot.planning.drivers import Drivers
from copilot.planning.gamma_poisson import Rate
from copilot.planning.history import WINDOWS_DAYS, History, Regressor

GROUPS: tuple[tuple[str, ...], ...] = (
    ("product_id",),
    ("location_id",),
    ("category",),
    ("location_id", "category"),
    ("product_id", "country"),
    ("product_id", "city"),
    ("category", "city"),
    ("city",),
)
_GROUP_WINDOWS_DAYS = (1, 3, 7, 28)
FeatureGroup = Literal["level", "season", "events", "price", "alike", "kind", "ahead", "signals", "weather", "other"]
"""What features tell of: what the series itself sold lately, weekday and time of the year, events, reductions, what
the groups that it belongs to sold lately, what and where it is, how far ahead the day lies, what is said of it, the
weather; `other` regressors."""
FEATURE_GROUPS: Final[tuple[FeatureGroup, ...]] = get_args(FeatureGroup)
_GROUP_PRIOR_UNITS = 2.0
_MOST_LEVELS = 200
_KEYS = frozenset({"sku_id", "location_id", "product_id"})
_SMALLEST_MEAN = 1e-3
_SHAPE = ("idle_share", "deviation", "highest", "median_14", "last_day")
_RATIO_NAMES = tuple(f"{'_'.join(group)}_ratio_{days}" for group in GROUPS for days in _GROUP_WINDOWS_DAYS)
_OF_WINDOW = ("mean", "ratio", "seen")
_FULL_WINDOWS_DAYS = (7, 14, 28)
FULL_DAY_FEATURES: Final = (
    *(f"full_{kind}_{days}" for kind in _OF_WINDOW for days in _FULL_WINDOWS_DAYS),
    "full_weekday",
)
"""What days in stock throughout tell by themselves."""
_GROUP_OF: Final[dict[str, FeatureGroup]] = {
    **dict.fromkeys(("base_log", "rate", "rate_variation", *_SHAPE), "level"),
    **dict.fromkeys((f"{kind}_{days}" for kind in _OF_WINDOW for days in WINDOWS_DAYS), "level"),
    **dict.fromkeys(FULL_DAY_FEATURES, "level"),
    **dict.fromkeys(("day_multiplier", "weekday", "same_weekday", "last_weekday", "full_weekday"), "season"),
    **dict.fromkeys(("events", "events_before", "events_after"), "events"),
    **dict.fromkeys(("discount", "discount_change", "discount_28", "discount_last"), "price"),
    **dict.fromkeys(_RATIO_NAMES, "alike"),
    "days_ahead": "ahead",
}


@dataclass(frozen=True, kw_only=True)
class Labels:
    """What may be told apart by name: label -> its values. A value not among them is unknown."""

    values: Mapping[str, tuple[str, ...]]

    @staticmethod
    def of(series: pl.DataFrame) -> Labels:
        """Labels of at most 200 values, and of more than one."""
        found = {}
        for name in sorted(set(series.columns) - _KEYS):
            values = tuple(series[name].cast(pl.String).unique().sort().to_list())
            if 1 < len(values) <= _MOST_LEVELS:
                found[name] = values
        return Labels(values=found)

    def codes(self, series: pl.DataFrame) -> dict[str, Floats]:
        """Code of each series by label, (series,); not a number where unknown."""
        found = {}
        for name, values in self.values.items():
            code = codes_of(series[name], values).astype(np.float32)
            found[f"label_{name}"] = np.where(code < 0, np.float32(np.nan), code)
        return found


@dataclass(frozen=True, kw_only=True)
class Seen:
    """All that the features of some series are made from on one morning."""

    morning: date
    series: pl.DataFrame
    history: History
    rate: Rate
    ratios: Floats
    """(series, groups x windows), of `group_ratios`."""
    regressors: Sequence[Regressor] = ()

    def rows(self, rows: Integers) -> Seen:
        """The same of some series."""
        return Seen(
            morning=self.morning,
            series=self.series[rows],
            history=self.history.rows(rows),
            rate=Rate(mean=self.rate.mean[rows], variation=self.rate.variation[rows]),
            ratios=self.ratios[rows],
            regressors=[replace(each, values=each.values[rows]) for each in self.regressors],
        )


def feature_group(name: str) -> FeatureGroup:
    """Group of a feature by its name: every name that `feature_days` gives has one."""
    if name in _GROUP_OF:
        return _GROUP_OF[name]
    begins, _, _ = name.partition("_")
    if begins == "label":
        return "kind"
    # Regressors are named for what they tell of: `signals_rise`, `weather_rain_mm_7`.
    return "signals" if begins == "signals" else "weather" if begins == "weather" else "other"


def group_ratios(series: pl.DataFrame, history: History, rate: Floats) -> Floats:
    """Units over expected units of each series' groups, shrunk to 1: (series, groups x windows). All series count.

    Those by city are not numbers where they are groups that another column has already, which would only crowd out what
    tells more, or one group: past mornings are too few to learn from what all have in common. Without a column `city`
    all places are in one.
    """
    placed = series if "city" in series.columns else series.with_columns(city=pl.lit(""))
    columns: list[Floats] = []
    known: list[Integers] = []
    for group in GROUPS:
        codes, groups = group_codes(placed, *group)
        if "city" in group and (groups < 2 or any(np.array_equal(codes, other) for other in known)):
            columns += [np.full(len(codes), np.nan)] * len(_GROUP_WINDOWS_DAYS)
            continue
        known.append(codes)
        for days in _GROUP_WINDOWS_DAYS:
            window = WINDOWS_DAYS.index(days)
            units = group_sums(codes, history.units[:, window], groups) + _GROUP_PRIOR_UNITS
            expected = group_sums(codes, history.exposure[:, window] * rate, groups) + _GROUP_PRIOR_UNITS
            columns.append((units / expected)[codes])
    return np.stack(columns, axis=1).astype(np.float32)


def feature_days(
    seen: Seen, labels: Labels, base: Floats, drivers: Drivers, trained_days: int
) -> Iterator[dict[str, Floats]]:
    """Features of each day from the morning on, name -> (series,); `base` (series, days) are the base model's means.

    Days past `trained_days` are taken as far away as the last of them.
    """
    fixed = {**_of_series(seen), **labels.codes(seen.series)}
    for ahead in range(base.shape[1]):
        day = seen.morning + timedelta(days=ahead)
        yield {
            **fixed,
            "base_log": np.log(np.maximum(base[:, ahead], _SMALLEST_MEAN)),
            "day_multiplier": base[:, ahead] / seen.rate.mean,
            **_of_day(seen, drivers, day),
            "days_ahead": np.full(len(base), min(ahead, trained_days - 1)),
            "weekday": np.full(len(base), day.weekday()),
        }


def _of_series(seen: Seen) -> dict[str, Floats]:
    history, rate = seen.history, seen.rate
    found: dict[str, Floats] = {"rate": rate.mean, "rate_variation": rate.variation}
    for window, days in enumerate(WINDOWS_DAYS):
        units = history.units[:, window]
        found[f"mean_{days}"] = units / np.maximum(history.seen[:, window], 0.5)
        found[f"ratio_{days}"] = (units + 1.0) / (history.exposure[:, window] * rate.mean + 1.0)
        found[f"seen_{days}"] = history.seen[:, window] / days
    for days in _FULL_WINDOWS_DAYS:
        found |= _of_full_days(history, rate, days)
    for index, name in enumerate(_SHAPE):
        found[name] = history.shape[:, index]
    found["discount_28"] = history.discount[:, 0]
    found["discount_last"] = history.discount[:, 1]
    found |= dict(zip(_RATIO_NAMES, seen.ratios.T, strict=True))
    for regressor in seen.regressors:
        for days in regressor.windows_days:
            found[f"{regressor.name}_{days}"] = regressor.before(seen.morning, days)
    return found


def _of_full_days(history: History, rate: Rate, days: int) -> dict[str, Floats]:
    """What days in stock throughout tell by themselves: sales of others are a guess at what a whole day had sold."""
    window = WINDOWS_DAYS.index(days)
    units, full = history.full_units[:, window], history.full_days[:, window]
    return {
        f"full_mean_{days}": units / np.maximum(full, 0.5),
        f"full_ratio_{days}": (units + 1.0) / (history.full_exposure[:, window] * rate.mean + 1.0),
        f"full_seen_{days}": full / days,
    }


def _of_day(seen: Seen, drivers: Drivers, day: date) -> dict[str, Floats]:
    history, weekday = seen.history, day.weekday()
    discount = drivers.discount[drivers.discount_rows(seen.series), drivers.columns(day, 1).start]
    found: dict[str, Floats] = {
        "same_weekday": history.weekday_units[:, weekday] / np.maximum(history.weekday_seen[:, weekday], 0.5),
        "full_weekday": history.weekday_full_units[:, weekday] / np.maximum(history.weekday_full_days[:, weekday], 0.5),
        "last_weekday": history.last_week[:, weekday],
        "discount": discount,
        "discount_change": discount - history.discount[:, 0],
    }
    country = codes_of(seen.series["country"], drivers.countries)
    for name, shift in (("events", 0), ("events_before", -1), ("events_after", 1)):
        found[name] = _events(drivers, day + timedelta(days=shift), country)
    for regressor in seen.regressors:
        if regressor.known_ahead:
            found[regressor.name] = regressor.on(day)
    return found


def _events(drivers: Drivers, day: date, country: Integers) -> Floats:
    """How many events the day has in each series' country, (series,)."""
    column = (day - drivers.start).days
    if not 0 <= column < drivers.days:
        return np.zeros(len(country))
    return np.append(drivers.event_days[:, column].sum(axis=1), 0.0)[country]
