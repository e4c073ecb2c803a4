"""A gradient-boosted correction of the gamma-Poisson means: one model of all series and days.

The logarithm of a day's mean is that of the base model plus a sum of regression trees over the features of the series
and the day, grown on past mornings to maximise the Poisson likelihood (Friedman, Greedy function approximation: a
gradient boosting machine, Annals of Statistics 29, 2001, 1189-1232; grown by LightGBM, Ke et al., NeurIPS 2017). Where
trees have nothing to say the forecast is the base model's. Days past those trained on are corrected as if they were
the last of them, half as much for each `FADING_DAYS` beyond it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from copilot.planning.arrays import Floats
from copilot.planning.drivers import Drivers
from copilot.planning.features import FULL_DAY_FEATURES, Labels, Seen, feature_days
from copilot.planning.lessons import Lesson

if TYPE_CHECKING:
    import lightgbm

FADING_DAYS = 28.0
MODEL_NAME = "boosted"
_MOST_LOG_CORRECTION = math.log(5.0)
_LEAST_ROWS = 500
_SMALLEST_MEAN = 1e-6


@dataclass(frozen=True, kw_only=True)
class BoostedSettings:
    """How trees are grown."""

    trained_days: int = 14
    """Days ahead that the correction is learnt on."""
    mornings: int = 4
    """Past mornings that teach, at most."""
    step_days: int = 9
    """Between mornings; no multiple of 7, so that they fall on different weekdays and each weekday comes at each
    distance."""
    held_mornings: int = 2
    """Newest mornings that are forecast from those before, to learn how sure forecasts are."""
    rounds: int = 150
    learning_rate: float = 0.06
    leaves: int = 63
    feature_share: float = 0.6
    """Of the features, drawn anew for each tree."""
    row_share: float = 0.7
    least_rows_a_leaf: int = 200
    ridge: float = 5.0
    bins: int = 127
    threads: int = 1
    seed: int = 0
    recover: bool = True
    """Days that sold out teach too, and part-time ones by `part_time_weight`."""
    part_time_weight: float = 0.0
    """What a part-time day teaches, of the share of it that was seen. 0: nothing by itself, since what the whole day
    would have sold is a guess; the base model and the features have it in."""
    many_rows: int = 600_000
    """Days that teach, from which on trees are `larger`."""

    @property
    def lessons(self) -> int:
        """Past mornings, `step_days` apart, so that each held one is forecast from `mornings` that were over by
        then."""
        return self.mornings + self.held_mornings - 1 + -(-self.trained_days // self.step_days)

    @property
    def larger(self) -> BoostedSettings:
        """More trees, slower and with twice the leaves, each of fewer features and rows: twice the time, which few
        rows do not repay."""
        return replace(
            self,
            rounds=self.rounds * 5 // 3,
            learning_rate=self.learning_rate * 2.0 / 3.0,
            leaves=2 * self.leaves + 1,
            feature_share=self.feature_share * 2.0 / 3.0,
            row_share=self.row_share * 5.0 / 7.0,
        )


@dataclass(frozen=True, kw_only=True)
class Correction:
    """Trees with the names of what they ask; equal texts give equal corrections."""

    text: str
    """The trees, as LightGBM writes them."""
    names: tuple[str, ...]
    labels: Labels
    trained_days: int

    @cached_property
    def _trees(self) -> lightgbm.Booster:
        from lightgbm import Booster  # a second to load, and only trained workspaces need it

        return Booster(model_str=self.text)

    def corrected(self, seen: Seen, base: Floats, drivers: Drivers) -> Floats:
        """Means of the days from the morning on, (series, days), given the base model's."""
        means = np.empty(base.shape, dtype=np.float64)
        for ahead, features in enumerate(feature_days(seen, self.labels, base, drivers, self.trained_days)):
            rows = self._rows(features, len(base))
            beyond = max(0, ahead + 1 - self.trained_days)
            means[:, ahead] = _applied(base[:, ahead], self._raw(rows) * 0.5 ** (beyond / FADING_DAYS))
        return means

    def contributions(self, seen: Seen, base: Floats, drivers: Drivers) -> Floats:
        """What each feature adds to the logarithm of each mean that `corrected` gives, (series, days, features + 1);
        the last is what the trees add on average. The sums over the features are the whole correction (Shapley values
        of trees: Lundberg et al., Nature Machine Intelligence 2, 2020, 56-67).
        """
        parts = np.empty((*base.shape, len(self.names) + 1), dtype=np.float64)
        for ahead, features in enumerate(feature_days(seen, self.labels, base, drivers, self.trained_days)):
            rows = self._rows(features, len(base))
            own = np.asarray(self._trees.predict(rows, pred_contrib=True, num_threads=1))
            beyond = max(0, ahead + 1 - self.trained_days)
            raw = own.sum(axis=1) * 0.5 ** (beyond / FADING_DAYS)
            kept = np.clip(raw, -_MOST_LOG_CORRECTION, _MOST_LOG_CORRECTION)
            parts[:, ahead] = own * np.divide(kept, own.sum(axis=1), out=np.zeros(len(own)), where=raw != 0.0)[:, None]
        return parts

    def _rows(self, features: Mapping[str, Floats], count: int) -> Floats:
        """What the trees ask of a day, (series, features); a regressor that is not known is missing to them."""
        unknown = np.full(count, np.nan)
        return np.stack([features.get(name, unknown) for name in self.names], axis=1).astype(np.float32)

    def of_lesson(self, lesson: Lesson) -> Floats:
        """Means of the lesson's days, (series, days)."""
        columns = [lesson.names.index(name) for name in self.names]
        raw = self._raw(lesson.features[:, columns]).reshape(lesson.base.shape[1], -1).T
        return _applied(lesson.base, raw)

    def _raw(self, rows: Floats) -> Floats:
        raw: Floats = np.asarray(self._trees.predict(rows, raw_score=True, num_threads=1))
        return raw


def grow(lessons: Sequence[Lesson], labels: Labels, settings: BoostedSettings) -> Correction | None:
    """The correction that the lessons teach; None where they are too few."""
    import lightgbm

    lessons = _telling(lessons)
    features = np.concatenate([lesson.features for lesson in lessons]) if lessons else np.empty((0, 0))
    base, wanted, weight = (
        np.concatenate([getattr(lesson, name).T.reshape(-1) for lesson in lessons]) if lessons else np.empty(0)
        for name in ("base", "wanted", "weight")
    )
    used = weight > 0.0
    if int(used.sum()) < _LEAST_ROWS or not float(wanted[used].sum()) > 0.0:
        return None
    names = lessons[0].names
    rows = lightgbm.Dataset(
        features[used],
        label=wanted[used],
        weight=weight[used],
        init_score=np.log(np.maximum(base[used], _SMALLEST_MEAN)),
        feature_name=list(names),
        categorical_feature=[name for name in names if name.startswith("label_")],
        free_raw_data=True,
    )
    grown = settings.larger if int(used.sum()) >= settings.many_rows else settings
    booster = lightgbm.train(_parameters(grown), rows, grown.rounds)
    return Correction(text=booster.model_to_string(), names=names, labels=labels, trained_days=lessons[0].base.shape[1])


def _telling(lessons: Sequence[Lesson]) -> Sequence[Lesson]:
    """The lessons without what days in stock throughout tell by themselves, where all days were such: features that
    repeat others crowd out what tells more."""
    if any(not np.array_equal(lesson.history.full_days, lesson.history.seen) for lesson in lessons):
        return lessons
    return [lesson.without(FULL_DAY_FEATURES) for lesson in lessons]


def _applied(base: Floats, raw: Floats) -> Floats:
    means: Floats = base * np.exp(np.clip(raw, -_MOST_LOG_CORRECTION, _MOST_LOG_CORRECTION))
    return means


def _parameters(settings: BoostedSettings) -> dict[str, Any]:
    return {
        "objective": "poisson",
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.leaves,
        "min_data_in_leaf": settings.least_rows_a_leaf,
        "lambda_l2": settings.ridge,
        "max_bin": settings.bins,
        "feature_fraction": settings.feature_share,
        "bagging_fraction": settings.row_share,
        "bagging_freq": 1,
        "num_threads": settings.threads,
        "seed": settings.seed,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
