"""The boosted model: trained on past mornings, with the spread of what it then got wrong and a record of what made it.

Training needs no daily repeat: each morning the base model's rates and all features are made of the newest sales, and
the trees correct them as before. `drift_of` says when they no longer do it well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from copilot.planning.arrays import Floats, group_sums
from copilot.planning.boosted import MODEL_NAME, BoostedSettings, Correction, grow
from copilot.planning.drivers import Drivers
from copilot.planning.features import Labels, feature_group
from copilot.planning.history import Regressor
from copilot.planning.leading.decisions import Decision, Held, decide
from copilot.planning.leading.response import poisson_deviance
from copilot.planning.lessons import Lesson, lesson_at, mornings_before
from copilot.planning.segment_spread import Errors, Spreads, spreads_of
from copilot.planning.segments import Segmentation, segmentation_of
from copilot.planning.series import DemandPanel

LEAST_HISTORY_DAYS = 28
_SMALLEST_MEAN = 1e-6
_MOST_AGE_DAYS = 91
_MOST_BIAS = 0.1
DRIFT_CODES: Final = ("old", "no_gain", "biased")


@dataclass(frozen=True, kw_only=True)
class MadeOf:
    """What a model was made of: enough to make it again."""

    as_of: date
    """The morning it was trained on: days before it are known."""
    versions: Mapping[str, int]
    """Table -> version read."""
    settings: BoostedSettings
    regressors: tuple[str, ...]
    """Those that were kept."""
    mornings: tuple[date, ...]
    series: int


@dataclass(frozen=True, kw_only=True)
class BoostedModel:
    """A correction with its spread, and what made it."""

    correction: Correction
    spreads: Spreads
    segmentation: Segmentation
    made_of: MadeOf


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How the correction did on the newest days that are over."""

    codes: tuple[str, ...]
    """Reasons to train again: `old` (over 13 weeks), `no_gain` (no closer than the base model), `biased` (by 10 % more
    than the base model). None: keep it."""
    wape: float
    base_wape: float
    bias: float


@dataclass(frozen=True, kw_only=True)
class HeldMorning:
    """A past morning, forecast from those whose days were over by then."""

    lesson: Lesson
    means: Floats | None
    """Corrected means, (series, days); None where the mornings before it teach too little."""


@dataclass(frozen=True, kw_only=True)
class Study:
    """Past mornings of a panel, newest first, and the newest of them held apart and forecast."""

    lessons: tuple[Lesson, ...]
    held: tuple[HeldMorning, ...]
    labels: Labels
    kept: tuple[str, ...]
    """Regressors without which the held mornings are forecast worse."""
    decisions: tuple[Decision, ...] = ()
    """On each group of regressors, in the order in which they were tried."""


def study(
    panel: DemandPanel, drivers: Drivers, settings: BoostedSettings, *, regressors: Sequence[Regressor] = ()
) -> Study:
    """Past mornings of the panel as far as its history reaches: four weeks must lie before each.

    Regressors are tried by `feature_group`, others one by one, each beside those kept so far.
    """
    labels = Labels.of(panel.series)
    whole = _lessons(panel, drivers, settings, labels, regressors)
    every = [each.name for each in regressors]
    lessons = [lesson.without(every) for lesson in whole] if every else whole
    held, kept, decisions = _held_mornings(lessons, labels, settings), list[str](), list[Decision]()
    for group, names in _candidates(regressors).items():
        reduced = [lesson.without([name for name in every if name not in (*kept, *names)]) for lesson in whole]
        tried = _held_mornings(reduced, labels, settings)
        decisions.append(decide(group, MODEL_NAME, _compared(held, tried)))
        if decisions[-1].kept:
            lessons, held, kept = reduced, tried, [*kept, *names]
    return Study(lessons=tuple(lessons), held=held, labels=labels, kept=tuple(kept), decisions=tuple(decisions))


def train(
    studied: Study, settings: BoostedSettings, *, as_of: date, versions: Mapping[str, int] | None = None
) -> BoostedModel | None:
    """The model that the study teaches on the morning of `as_of`; None where too few mornings do."""
    held = [(each.lesson, each.means) for each in studied.held if each.means is not None]
    lessons = studied.lessons[: settings.mornings]
    correction = grow(lessons, studied.labels, settings) if held else None
    if correction is None:
        return None
    return BoostedModel(
        correction=correction,
        spreads=spreads_of([errors_of(lesson, means) for lesson, means in held]),
        segmentation=segmentation_of(lessons[0].history),
        made_of=MadeOf(
            as_of=as_of,
            versions=dict(versions or {}),
            settings=settings,
            regressors=studied.kept,
            mornings=tuple(lesson.morning for lesson in lessons),
            series=len(lessons[0].units),
        ),
    )


def drift_of(
    model: BoostedModel, panel: DemandPanel, drivers: Drivers, *, regressors: Sequence[Regressor] = ()
) -> Drift | None:
    """How the model did on the last days of the panel; None where they are fewer than it forecasts, and where a
    regressor that it was trained with is not among those given."""
    days = model.correction.trained_days
    if not set(model.made_of.regressors) <= {each.name for each in regressors}:
        return None
    mornings = mornings_before(panel.before, panel.start, days=days, count=1, least_history_days=LEAST_HISTORY_DAYS)
    if not mornings:
        return None
    kept = [each for each in regressors if each.name in model.made_of.regressors]
    lesson = lesson_at(panel, drivers, mornings[0], days=days, labels=model.correction.labels, regressors=kept)
    means = model.correction.of_lesson(lesson)
    wape, bias = wape_of(lesson, means)
    base_wape, base_bias = wape_of(lesson, lesson.base)
    codes = []
    if (panel.before - model.made_of.as_of).days > _MOST_AGE_DAYS:
        codes.append("old")
    if not wape < base_wape:
        codes.append("no_gain")
    if abs(bias) > abs(base_bias) + _MOST_BIAS:
        codes.append("biased")
    return Drift(codes=tuple(codes), wape=wape, base_wape=base_wape, bias=bias)


def _lessons(
    panel: DemandPanel,
    drivers: Drivers,
    settings: BoostedSettings,
    labels: Labels,
    regressors: Sequence[Regressor],
) -> list[Lesson]:
    """Newest first."""
    mornings = mornings_before(
        panel.before,
        panel.start,
        days=settings.step_days,
        count=settings.lessons,
        least_history_days=LEAST_HISTORY_DAYS,
        ahead_days=settings.trained_days,
    )
    return [
        lesson_at(
            panel,
            drivers,
            morning,
            days=settings.trained_days,
            labels=labels,
            regressors=regressors,
            recover=settings.recover,
            part_time_weight=settings.part_time_weight,
        )
        for morning in mornings
    ]


def _candidates(regressors: Sequence[Regressor]) -> Mapping[str, list[str]]:
    """Names of regressors by what they tell of."""
    groups: dict[str, list[str]] = {}
    for name in (each.name for each in regressors):
        group = feature_group(name)
        groups.setdefault(name if group == "other" else group, []).append(name)
    return groups


def _held_mornings(lessons: Sequence[Lesson], labels: Labels, settings: BoostedSettings) -> tuple[HeldMorning, ...]:
    count = min(settings.held_mornings, len(lessons))
    return tuple(_held(lessons, number, labels, settings) for number in range(count))


def _compared(without: Sequence[HeldMorning], with_them: Sequence[HeldMorning]) -> Held:
    """Held mornings forecast without and with some regressors, by product."""
    both = [
        (old.lesson, old.means, new.means)
        for old, new in zip(without, with_them, strict=True)
        if old.means is not None and new.means is not None
    ]
    products = 1 + max((int(lesson.product.max()) for lesson, _, _ in both), default=-1)
    units = sum((_by_product(lesson, old, products) for lesson, old, _ in both), np.zeros(products))
    losses = [[_by_product(lesson, _deviance(lesson, means), products) for means in pair] for lesson, *pair in both]
    return Held(
        units=units,
        without=sum((old for old, _ in losses), np.zeros(products)),
        with_them=sum((new for _, new in losses), np.zeros(products)),
        wape_without=_wape([(lesson, old) for lesson, old, _ in both]),
        wape_with=_wape([(lesson, new) for lesson, _, new in both]),
        steady=all(float(new.sum()) < float(old.sum()) for old, new in losses),
    )


def _by_product(lesson: Lesson, days: Floats, products: int) -> Floats:
    """Sums of (series, days) over the days that teach, (products,)."""
    return group_sums(lesson.product, (days * lesson.weight).sum(axis=1, dtype=np.float64), products)


def _deviance(lesson: Lesson, means: Floats) -> Floats:
    return poisson_deviance(lesson.wanted.astype(np.float64), np.maximum(means, _SMALLEST_MEAN))


def _wape(forecast: Sequence[tuple[Lesson, Floats]]) -> float:
    """Over several mornings, on days in stock; not a number where nothing sold."""
    total = sum(float(lesson.units[lesson.full].sum()) for lesson, _ in forecast)
    wrong = sum(float(np.abs(means - lesson.units)[lesson.full].sum()) for lesson, means in forecast)
    return wrong / total if total > 0.0 else float("nan")


def _held(lessons: Sequence[Lesson], number: int, labels: Labels, settings: BoostedSettings) -> HeldMorning:
    lesson = lessons[number]
    before = [each for each in lessons[number + 1 :] if _over(each, lesson.morning)][: settings.mornings]
    correction = grow(before, labels, settings)
    return HeldMorning(lesson=lesson, means=correction.of_lesson(lesson) if correction else None)


def _over(lesson: Lesson, morning: date) -> bool:
    return (morning - lesson.morning).days >= int(lesson.base.shape[1])


def errors_of(lesson: Lesson, mean: Floats) -> Errors:
    """The lesson's days beside their corrected means."""
    return Errors(
        mean=mean,
        variation=lesson.variation,
        units=lesson.units,
        full=lesson.full,
        segment=segmentation_of(lesson.history).codes(lesson.history),
        product=lesson.product,
    )


def wape_of(lesson: Lesson, means: Floats) -> tuple[float, float]:
    """WAPE and bias on days in stock; not numbers where nothing sold."""
    total = float(lesson.units[lesson.full].sum())
    if total <= 0.0:
        return float("nan"), float("nan")
    error = (means - lesson.units)[lesson.full]
    return float(np.abs(error).sum()) / total, float(error.sum()) / total
