"""Signals: rises injected into real and made-up posts; what is found, how soon, how much of it is false.

Into each background (`signal_background`) go rises of 1.5, 2, 3 and 5 times, sudden and slow, and things that are none:
the same bump as a year before, 150 posts by three accounts, one thread of 150 authors, a source of which the crawl
triples. A signal that begins on a term within five weeks of its rise is true, and every other one false, also where
the background itself may have moved; only what the posts as they are raise without any injection is named apart. What
looks like a rise has raised a signal where the same posts without all such do not have it within five weeks. Delays are
days from the first of the rise to the morning that knows.

Rivals get, on other seeds, the threshold at which their median delay on rises of 3 times is nearest to ours, from below
where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import pairwise

import numpy as np

from benchmarks.figures import Figure, Targets, all_absent, peak_rss_mib, real_data
from benchmarks.signal_background import (
    Background,
    Injection,
    Kind,
    demo_background,
    inject,
    real_background,
    usual_authors,
)
from benchmarks.signal_phrases import find_planted
from benchmarks.signal_rivals import RIVALS, first_days, oracle_delay
from copilot.settings import SignalSettings
from copilot.signals.counting import DailyCounts, count_days
from copilot.signals.detection import detect
from ingestion.demo import build_demo, parse_size

FOLDER = "posts_reddit_fashion"
LEVEL = 0.10
_MORNINGS = 290
_ORACLE_LEVEL = 3e-5
_TRUE_DAYS = 35
_USUAL = 3.0
"""Authors a day from which on a term is a usual one."""
_PLAN: tuple[tuple[Kind, float, bool], ...] = (
    ("sudden", 1.5, True),
    ("sudden", 2.0, True),
    ("sudden", 2.0, True),
    ("sudden", 2.0, False),
    ("sudden", 3.0, True),
    ("sudden", 3.0, True),
    ("sudden", 3.0, False),
    ("sudden", 5.0, True),
    ("sudden", 5.0, False),
    ("slow", 3.0, True),
    ("repeat", 3.0, True),
    ("repeat", 3.0, False),
    ("flood", 1.0, True),
    ("flood", 1.0, False),
    ("thread", 1.0, True),
    ("crawl", 3.0, True),
)
"""What is injected into each background: kind, ratio, whether into a usual term."""
_RISES = ("sudden", "slow")
_LOOK_ALIKES: tuple[Kind, ...] = ("repeat", "flood", "thread", "crawl")
_BINS = (0.0, 0.5, 1.0, 3.0, 10.0, 1000.0)
_TUNED_ON, _SEEDS, _QUICK_SEEDS = (101, 102, 103), tuple(range(1, 73)), (1, 2, 3)
_DEMO_SEEDS, _QUICK_DEMO_SEEDS = (1, 2, 3, 7, 12), (12,)

TARGETS: Targets = {
    "signals.false_discovery_rate": ("share", "lower", 0.10),
    "signals.false_discovery_rate_plain": ("share", "lower", 0.10),
    "signals.false_discovery_rate_demo": ("share", "lower", 0.10),
    "signals.found_demo": ("share", "higher", None),
    "signals.delay_3x": ("days", "lower", 3.0),
    "signals.delay_2x": ("days", "lower", 7.0),
    "signals.look_alikes_raised": ("signals", "lower", 0.0),
    "signals.new_phrases_found": ("share", "higher", 0.8),
    "signals.new_phrases_named": ("share", "higher", 0.8),
}


Begun = AbstractSet[tuple[str, date]]
"""Signals: term and first morning."""


@dataclass(kw_only=True)
class Tally:
    """What came of a number of backgrounds."""

    found: list[tuple[Injection, float]] = field(default_factory=list)
    """Injected rises with their delay in days, infinite where they were missed."""
    true: int = 0
    false: int = 0
    look_alikes: dict[str, int] = field(default_factory=dict)
    """Kind of what is no rise -> signals that it raised."""

    @property
    def false_discovery_rate(self) -> float:
        """Share of false ones among all signals."""
        return self.false / max(self.true + self.false, 1)

    def median_delay(self, ratio: float, *, at_least: float = _USUAL, below: float = np.inf) -> float:
        """Median delay of the sudden rises of that ratio, in terms with so many authors a day."""
        delays = [
            delay
            for rise, delay in self.found
            if rise.kind == "sudden" and rise.ratio == ratio and at_least <= rise.usual < below
        ]
        return float(np.median(delays)) if delays else float("nan")

    def add(
        self,
        begun: Iterable[tuple[str, date]],
        injections: Sequence[Injection],
        *,
        without_look_alikes: Callable[[], Begun] = set,
    ) -> None:
        """Add the signals of one background, and those that it has without what looks like a rise."""
        first: dict[int, float] = {}
        doubtful = list[tuple[str, tuple[str, date]]]()
        for term_id, morning in begun:
            number = next((n for n, one in enumerate(injections) if _explains(one, term_id, morning)), None)
            if number is None or injections[number].kind not in _RISES:
                self.false += 1
            else:
                self.true += 1
                delay = float((morning - injections[number].starts_on).days)
                first[number] = min(delay, first.get(number, np.inf))
            if number is not None and injections[number].kind not in _RISES:
                doubtful.append((injections[number].kind, (term_id, morning)))
        control = without_look_alikes() if doubtful else set()
        for kind, found in doubtful:
            if not _is_own(found, control):
                self.look_alikes[kind] = self.look_alikes.get(kind, 0) + 1
        rises = [(n, one) for n, one in enumerate(injections) if one.kind in _RISES]
        self.found += [(one, first.get(n, np.inf)) for n, one in rises]


def run(quick: bool) -> Iterator[Figure]:
    """False discovery rates, delays, rivals at our delay; `quick` takes fewer seeds."""
    folder = real_data(FOLDER)
    if folder is None:
        yield from all_absent(TARGETS, FOLDER)
        return
    seeds = _QUICK_SEEDS if quick else _SEEDS
    ours, plain, demo = Tally(), Tally(), Tally()
    trials = [_add_real(ours, real_background(folder, times=8, seed=seed), seed) for seed in seeds]
    as_they_are = real_background(folder, times=1, seed=0)
    own = _ours(_counted_days(as_they_are))
    for seed in seeds:
        _add_real(plain, as_they_are, seed, own)
    phrases = find_planted(folder)
    for seed in _QUICK_DEMO_SEEDS if quick else _DEMO_SEEDS:
        _add_demo(demo, seed)
    values = {
        "signals.false_discovery_rate": ours.false_discovery_rate,
        "signals.false_discovery_rate_plain": plain.false_discovery_rate,
        "signals.false_discovery_rate_demo": demo.false_discovery_rate,
        "signals.found_demo": float(np.mean([np.isfinite(delay) for _, delay in demo.found])),
        "signals.delay_3x": ours.median_delay(3.0),
        "signals.delay_2x": ours.median_delay(2.0),
        "signals.new_phrases_found": phrases.found / phrases.put,
        "signals.new_phrases_named": phrases.named / phrases.put,
        "signals.look_alikes_raised": float(sum(ours.look_alikes.values()) + sum(plain.look_alikes.values())),
    }
    details = {
        "signals.false_discovery_rate": f"{_counted(ours)}; subreddits' posts eight times, {len(seeds)} seeds",
        "signals.false_discovery_rate_plain": f"{_counted(plain)}; subreddits' posts as they are, whose own are"
        f" {', '.join(f'{term} {morning}' for term, morning in sorted(own, key=lambda one: one[1])) or 'none'}",
        "signals.new_phrases_found": f"{phrases.put} phrases; others called new: {', '.join(phrases.others)}",
        "signals.false_discovery_rate_demo": f"{_counted(demo)}; the demo's own rises",
        "signals.look_alikes_raised": str(
            {**ours.look_alikes, **{f"plain {k}": n for k, n in plain.look_alikes.items()}}
        ),
    }
    for name, (unit, better, target) in TARGETS.items():
        detail = details.get(name, f"nominal rate {LEVEL:.0%}")
        yield Figure(name=name, value=values[name], unit=unit, target=target, better=better, detail=detail)
    yield from _curve(ours, "")
    yield from _curve(plain, "_plain")
    yield from _rivals(trials, ours, [_trial(real_background(folder, times=8, seed=s), s) for s in _TUNED_ON])
    yield Figure(name="signals.peak_rss", value=peak_rss_mib(), unit="MiB", better="lower")


def _add_real(
    tally: Tally, background: Background, seed: int, own: Begun = frozenset()
) -> tuple[DailyCounts, list[Injection]]:
    counts, injections = _trial(background, seed)
    found = [one for one in _ours(counts) if not _is_own(one, own)]
    tally.add(found, injections, without_look_alikes=partial(_without_look_alikes, background, injections, seed))
    return counts, injections


def _without_look_alikes(background: Background, injections: Sequence[Injection], seed: int) -> Begun:
    return _ours(_counted_days(inject(background, injections, seed=seed, without=_LOOK_ALIKES)))


def _trial(background: Background, seed: int) -> tuple[DailyCounts, list[Injection]]:
    injections = _draw(background, seed)
    whole = inject(background, injections, seed=seed)
    return _counted_days(whole), injections


def _counted_days(background: Background) -> DailyCounts:
    return count_days(background.mentions, background.volumes, background.as_of, days=background.days)


def _is_own(found: tuple[str, date], own: Begun) -> bool:
    """Whether that signal is there anyway."""
    return any(found[0] == term_id and abs((found[1] - morning).days) <= _TRUE_DAYS for term_id, morning in own)


def _draw(background: Background, seed: int) -> list[Injection]:
    chance = np.random.default_rng([seed, 3])
    taken: set[str] = set()
    injections = []
    for kind, ratio, usual_term in _PLAN:
        starts_on = background.as_of - timedelta(days=int(chance.integers(_TRUE_DAYS, _MORNINGS - _TRUE_DAYS)))
        usual = usual_authors(background, starts_on)
        fits = [
            term
            for term, authors in sorted(usual.items())
            if term not in taken and (authors >= _USUAL if usual_term else 0.15 <= authors < _USUAL)
        ]
        if kind == "crawl":
            injections.append(Injection(term_id="", kind=kind, ratio=ratio, starts_on=starts_on, usual=0.0))
        elif fits:
            term = fits[int(chance.integers(len(fits)))]
            taken.add(term)
            injections.append(Injection(term_id=term, kind=kind, ratio=ratio, starts_on=starts_on, usual=usual[term]))
    return injections


def _ours(counts: DailyCounts) -> Begun:
    settings = SignalSettings(false_discovery_rate=LEVEL)
    begun = detect(counts, settings, mornings=_MORNINGS).begun
    return set(begun.select("term_id", "began_on").iter_rows())


def _add_demo(tally: Tally, seed: int) -> None:
    demo = build_demo(parse_size("full"), seed=seed)
    as_of = date(2026, 11, 2)
    background = demo_background(demo, as_of)
    counts = count_days(background.mentions, background.volumes, as_of, days=background.days)
    rises = [
        Injection(term_id=rise.term_id, kind="sudden", ratio=rise.peak_ratio, starts_on=rise.starts_on, usual=1.3)
        for rise in demo.truth.rises
    ]
    begun = detect(counts, SignalSettings(false_discovery_rate=LEVEL), mornings=background.days - 98).begun
    tally.add(begun.select("term_id", "began_on").iter_rows(), rises)


def _explains(injection: Injection, term_id: str, morning: date) -> bool:
    if injection.kind == "crawl":
        return injection.starts_on < morning <= injection.starts_on + timedelta(days=14)
    since = injection.starts_on
    return term_id == injection.term_id and since < morning <= since + timedelta(days=_TRUE_DAYS)


def _counted(tally: Tally) -> str:
    found = sum(np.isfinite(delay) for _, delay in tally.found)
    return f"{tally.false} false, {tally.true} true; {found} of {len(tally.found)} found"


def _curve(tally: Tally, of: str) -> Iterator[Figure]:
    """Delay against expected authors a day, beside an oracle's."""
    for ratio in (2.0, 3.0, 5.0):
        sudden = [rise.usual for rise, _ in tally.found if rise.kind == "sudden" and rise.ratio == ratio]
        for low, high in pairwise(_BINS):
            of_bin = [usual for usual in sudden if low <= usual < high]
            if not of_bin:
                continue
            oracle = oracle_delay(float(np.median(of_bin)), ratio, level=_ORACLE_LEVEL)
            delay = tally.median_delay(ratio, at_least=low, below=high)
            yield Figure(
                name=f"signals.delay{of}_{ratio:g}x_from_{low:g}_a_day",
                value=delay if np.isfinite(delay) else None,
                unit="days",
                better="lower",
                detail=f"{len(of_bin)} rises; an oracle that knows level and ratio: {oracle:g}",
            )


def _rivals(
    trials: Sequence[tuple[DailyCounts, list[Injection]]],
    ours: Tally,
    tuning: Sequence[tuple[DailyCounts, list[Injection]]],
) -> Iterator[Figure]:
    for name, (_, thresholds) in RIVALS.items():
        tuned = {threshold: _rival(name, threshold, tuning) for threshold in thresholds}
        goal = ours.median_delay(3.0)
        delays = {threshold: tally.median_delay(3.0) for threshold, tally in tuned.items()}
        fast = [threshold for threshold, delay in delays.items() if delay <= goal]
        chosen = max(fast) if fast else min(thresholds)
        tally = _rival(name, chosen, trials)
        yield Figure(
            name=f"signals.false_of_{name}",
            value=float(tally.false),
            unit="signals",
            better="lower",
            detail=f"at {chosen:g}: 3x in {tally.median_delay(3.0):g} days; {_counted(tally)}; ours {ours.false} false",
        )


def _rival(name: str, threshold: float, trials: Sequence[tuple[DailyCounts, list[Injection]]]) -> Tally:
    tally = Tally()
    for counts, injections in trials:
        called = RIVALS[name][0](counts, threshold)
        first = counts.days - _MORNINGS
        begun = [
            (counts.series["term_id"][row], counts.as_of - timedelta(days=counts.days - 1 - day))
            for row, day in first_days(called)
            if day >= first
        ]
        tally.add(begun, injections)
    return tally
