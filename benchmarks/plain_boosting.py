"""What a user would do instead of the product's demand model: LightGBM on lags and rolling means, absolute error.

The same features as the boosted correction has, without what the gamma-Poisson model says of the series and the day,
and with the sales of each of the last seven days. Grown on days in stock of the same past mornings.
"""

from __future__ import annotations

from collections.abc import Sequence

import lightgbm
import numpy as np

from copilot.planning.arrays import Floats
from copilot.planning.boosted import BoostedSettings
from copilot.planning.drivers import Drivers
from copilot.planning.features import Labels
from copilot.planning.lessons import Lesson, lesson_at, mornings_before
from copilot.planning.series import DemandPanel

_LAGS_DAYS = 7
_OF_BASE = ("rate", "rate_variation", "base_log", "day_multiplier")


def plain_forecast(past: DemandPanel, test: Lesson, drivers: Drivers, settings: BoostedSettings) -> Floats:
    """Means of the test's days, (series, days)."""
    labels = Labels.of(past.series)
    mornings = mornings_before(
        past.before, past.start, days=settings.trained_days, count=settings.mornings, least_history_days=28
    )
    lessons = [
        lesson_at(past, drivers, morning, days=settings.trained_days, labels=labels, recover=False)
        for morning in mornings
    ]
    chosen = [index for index, name in enumerate(test.names) if name not in _OF_BASE and "ratio" not in name]
    names = [test.names[index] for index in chosen] + [f"lag_{lag}" for lag in range(1, _LAGS_DAYS + 1)]
    rows = np.concatenate([_rows(past, lesson, chosen) for lesson in lessons])
    wanted, weight = (
        np.concatenate([getattr(lesson, name).T.reshape(-1) for lesson in lessons]) for name in ("wanted", "weight")
    )
    used = weight > 0.0
    data = lightgbm.Dataset(
        rows[used],
        label=wanted[used],
        feature_name=names,
        categorical_feature=[name for name in names if name.startswith("label_")],
    )
    trees = lightgbm.train(_parameters(settings), data, settings.rounds)
    found = np.asarray(trees.predict(_rows(past, test, chosen), num_threads=settings.threads))
    means: Floats = np.maximum(found.reshape(test.units.shape[1], -1).T, 0.0)
    return means


def _rows(past: DemandPanel, lesson: Lesson, chosen: Sequence[int]) -> Floats:
    """Features with lags, (days x series, features)."""
    last = (lesson.morning - past.start).days
    lags = past.units[:, last - _LAGS_DAYS : last][:, ::-1]
    return np.concatenate([lesson.features[:, chosen], np.tile(lags, (lesson.units.shape[1], 1))], axis=1)


def _parameters(settings: BoostedSettings) -> dict[str, object]:
    return {
        "objective": "l1",
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.leaves,
        "min_data_in_leaf": settings.least_rows_a_leaf,
        "feature_fraction": 0.6,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "num_threads": settings.threads,
        "seed": settings.seed,
        "verbose": -1,
    }
