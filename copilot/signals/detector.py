"""The detector: mornings tested one after the other. What it holds to, and why: `detection`."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from copilot.settings import SignalSettings
from copilot.signals.counting import DailyCounts, Recent
from copilot.signals.expectation import all_markets, daily_dispersion, drift, expect, with_season_of_each
from copilot.signals.overlap import Overlap
from copilot.signals.runs import LONGEST_RUN_DAYS, Runs
from copilot.signals.scan import LONGEST_WINDOW, Scan, multiplicity, scan
from copilot.signals.significance import upper_count, upper_tail
from copilot.signals.weeks import ALL_MARKETS, BASELINE_WEEKS, DAYS, GAP_WEEKS, HISTORY_WEEKS, Flags, Floats

WEEKS_SCHEMA = pl.Schema(
    {"week_ending": pl.Date(), "authors": pl.Int64(), "expected": pl.Float64(), "upper": pl.Float64()}
)
BUDGET_MORNINGS = 90
ADVANCE = 1.0 / 3.0
"""Rises that the budget counts on before any is found."""
REPLAYED = BUDGET_MORNINGS + LONGEST_RUN_DAYS + DAYS
"""Mornings before one that are looked at again for what was rising then."""
DETECTION_DAYS = DAYS * HISTORY_WEEKS + REPLAYED
"""Days of counts that make full use of the history there is."""
_ELSEWHERE_AUTHORS = 2.0
LEAST_WEIGHT = 0.1
"""Share of the budget of a series that was never said, up to a factor."""
_ROWS_AT_ONCE = 20_000


@dataclass(frozen=True, kw_only=True)
class _Usual:
    """What one morning expects, of `n` series."""

    rate: Floats
    before: Floats
    dispersion: Floats
    known: Flags
    season_known: Flags
    said: Flags
    """(n,): said at all in the weeks looked back on: what shares the budget."""
    tested: Flags
    weights: Floats
    """(n,): share of the budget, up to a factor."""
    share: Floats
    """(p,): see `Usual` in `counting`."""
    authors: Floats
    exposure: Floats
    """(n,): as in `Expectation`."""


@dataclass(frozen=True, kw_only=True)
class _Tested:
    """Tests of one morning."""

    usual: _Usual
    recent: Recent
    expected: Floats
    """(n, 14): authors expected in the last days; of series that rise, what was before."""
    share: Floats
    """(p,): as in `Usual`, times the rate."""
    spread: Floats
    """(n, 14): dispersion of the authors of the last days."""
    levels: Floats
    """(n,): p-value under which a series begins to rise."""
    found: Scan


@dataclass(frozen=True, kw_only=True)
class _Week:
    """What was expected of the last seven days: before the rise, of series that rise."""

    expected: Floats
    upper: Floats
    """Count from which on the week alone would surprise."""


class Detector:
    """Tests every morning in turn, oldest first."""

    def __init__(
        self,
        counts: DailyCounts,
        settings: SignalSettings,
        *,
        untested: float = 0.0,
        followed_days: int = 0,
    ) -> None:
        """`untested`: share of the budget that goes to series which `counts` lacks, as they had too few authors.

        `followed_days`: days that a rise is followed for at most; 0: as `detection` says.
        """
        self._untested = untested
        self._counts, self._settings = counts, settings
        self._everywhere = (counts.series["market"] == ALL_MARKETS).to_numpy()
        self._whole = all_markets(counts.series)
        self._daily_dispersion = daily_dispersion(counts)
        self._overlap = Overlap(counts)
        self._runs = Runs.none(counts.series.height, len(counts.pair_series), followed_days=followed_days)
        self._begun: list[tuple[int, int, int]] = []
        """(morning as days before the last, series, first day of the rise as days before the last)"""

    def replay(self, mornings: int) -> pl.DataFrame:
        """Test the last `mornings` mornings and return the last one's frame; see `detect`."""
        return self._frame(deque(self._mornings(mornings), maxlen=1)[0][1])

    def weeks(self, *, mornings: int, weeks: int) -> pl.DataFrame:
        """Test the last `mornings` mornings and return the last `weeks` weeks of every series, oldest first.

        row (of the series), then WEEKS_SCHEMA; expected and upper null where nothing is known to expect.
        """
        weekly = self._counts.usual_on([0]).weekly
        frames = [pl.DataFrame(schema={"row": pl.UInt32(), **WEEKS_SCHEMA})]
        for back, tested in self._mornings(mornings):
            week = back // DAYS
            if back % DAYS or week >= min(weeks, weekly.authors.shape[1]):
                continue
            of_week, known = self._week(tested), tested.usual.known
            frame = pl.DataFrame(
                {
                    "row": np.arange(len(known), dtype=np.uint32),
                    "week_ending": self._counts.as_of - timedelta(days=back + 1),
                    "authors": weekly.authors[:, week].astype(np.int64),
                    "expected": np.where(known, of_week.expected, np.nan),
                    "upper": np.where(known, of_week.upper.astype(np.float64), np.nan),
                }
            ).with_columns(pl.col("expected", "upper").fill_nan(None))
            frames.append(frame.filter(pl.Series(weekly.covered[:, week], dtype=pl.Boolean)))
        return pl.concat(frames)

    def _mornings(self, mornings: int) -> Iterator[tuple[int, _Tested]]:
        last = max(min(mornings, self._counts.days - DAYS + 1), 1)
        at_once = max(_ROWS_AT_ONCE // max(len(self._counts.pair_series), 1), 1)
        for first in range(last - 1, -1, -at_once):
            backs = range(first, max(first - at_once, -1), -1)
            for back, usual in zip(backs, self._usual(backs), strict=True):
                tested = self._test(usual, back)
                self._runs.go_on(tested.recent, self._settings)
                self._begin(tested, back)
                self._runs.note_q_values(self._q_values(tested))
                yield back, tested

    def _usual(self, backs: Sequence[int]) -> Iterator[_Usual]:
        found, n = self._counts.usual_on(backs), self._counts.series.height
        weekly = found.weekly
        starts = np.repeat(n * np.arange(len(backs)), n)
        whole = np.tile(self._whole, len(backs))
        expectation = expect(weekly, np.where(whole < 0, -1, whole + starts), mornings=len(backs))
        said = weekly.authors[:, : GAP_WEEKS + BASELINE_WEEKS].sum(axis=1)
        ever = expectation.known & weekly.authors.any(axis=1)
        tested = expectation.known & (said >= self._settings.minimum_authors)
        often = weekly.authors[:, GAP_WEEKS : GAP_WEEKS + BASELINE_WEEKS].mean(axis=1)
        weights = (often + LEAST_WEIGHT) / (often + 1.0)
        for number in range(len(backs)):
            rows = slice(n * number, n * (number + 1))
            yield _Usual(
                rate=expectation.rate[rows],
                before=expectation.before[rows],
                dispersion=expectation.dispersion[rows],
                known=expectation.known[rows],
                season_known=expectation.season_known[rows],
                said=ever[rows],
                tested=tested[rows],
                weights=weights[rows],
                share=found.share[number],
                authors=expectation.authors[rows],
                exposure=expectation.exposure[rows],
            )

    def begun(self) -> pl.DataFrame:
        """Rises that began so far."""
        as_of = self._counts.as_of
        rows = [series for _, series, _ in self._begun]
        return self._counts.series[rows].with_columns(
            began_on=pl.Series([as_of - timedelta(days=back) for back, _, _ in self._begun], dtype=pl.Date),
            first_day=pl.Series([as_of - timedelta(days=first) for _, _, first in self._begun], dtype=pl.Date),
        )

    def lives(self) -> pl.DataFrame:
        """Every rise of the mornings so far: term_id, market, began_on, first_day, ended_on, fading_on (a list).

        `ended_on` is null for a rise that still goes on, or went on for as long as it was followed.
        """

        def day(morning: int | None) -> date | None:
            return None if morning is None else self._counts.as_of - timedelta(days=self._runs.morning - morning)

        lives = self._runs.lives
        return self._counts.series[[life.row for life in lives]].with_columns(
            began_on=pl.Series([day(life.began) for life in lives], dtype=pl.Date),
            first_day=pl.Series([day(life.first_day) for life in lives], dtype=pl.Date),
            ended_on=pl.Series([day(life.ended) for life in lives], dtype=pl.Date),
            fading_on=pl.Series([[day(one) for one in life.fading] for life in lives], dtype=pl.List(pl.Date)),
        )

    def _test(self, usual: _Usual, back: int) -> _Tested:
        runs, of_pair = self._runs, self._counts.pair_series
        share = np.where(runs.rising[of_pair], runs.shares, usual.rate[of_pair] * usual.share)
        recent = self._counts.recent_on(back, share, windows=LONGEST_WINDOW, excess=self._excess())
        days = np.arange(1, LONGEST_WINDOW + 1)
        spread = usual.dispersion[:, None] + self._daily_dispersion / days + recent.noise
        drifted = drift(usual.authors, usual.exposure, recent.authors, recent.exposure / usual.rate[:, None])
        seasonal = with_season_of_each(recent.exposure, np.where(runs.rising, 1.0, usual.before))
        expected = self._elsewhere(recent.authors, seasonal) * np.where(runs.rising[:, None], 1.0, drifted)
        found = scan(recent.authors, expected, dispersion=spread, most_days=runs.idle_days)
        levels = self._levels(usual, back)
        return _Tested(
            usual=usual, recent=recent, expected=expected, share=share, spread=spread, levels=levels, found=found
        )

    def _excess(self) -> Floats:
        """Share of the recent authors of each series who are there because it rises, or does in all markets."""
        excess = self._runs.excess
        shared: Floats = np.maximum(excess, np.where(self._whole >= 0, excess[self._whole], 0.0))
        return shared

    def _elsewhere(self, authors: Floats, expected: Floats) -> Floats:
        """Expected authors, in single markets with what the other markets have above theirs.

        A term that rises in all markets together is not held against one of them.
        """
        whole = self._whole
        rows = np.flatnonzero((whole >= 0) & ~self._runs.rising[whole])
        rest, usual = (part[whole[rows]] - part[rows] for part in (authors, expected))
        gain = (rest + _ELSEWHERE_AUTHORS) / (np.maximum(usual, 0.0) + _ELSEWHERE_AUTHORS)
        raised = expected.copy()
        raised[rows] *= np.maximum(gain, 1.0)
        return raised

    def _levels(self, usual: _Usual, back: int) -> Floats:
        levels = np.zeros(len(usual.tested))
        recent = [series for morning, series, _ in self._begun if morning <= back + BUDGET_MORNINGS]
        for family in (self._everywhere, ~self._everywhere):
            found = sum(bool(family[series]) for series in recent)
            budget = self._settings.false_discovery_rate * (ADVANCE + found) / BUDGET_MORNINGS
            weights = usual.weights * (usual.said & family)
            total = float(weights[~self._runs.rising].sum()) + self._untested
            levels += budget * weights / max(total, 1.0)
        return np.where(usual.tested, levels, 0.0)

    def _begin(self, tested: _Tested, back: int) -> None:
        """Begin the rises that are under their level, the surest first."""
        runs, found = self._runs, tested.found
        candidates = (
            ~runs.rising
            & (runs.idle_days >= DAYS)
            & tested.usual.tested
            & (found.p_values <= tested.levels)
            & self._worth(tested, found)
        )
        for row in sorted(np.flatnonzero(candidates), key=lambda row: (found.p_values[row], row)):
            p_value = self._apart(tested, int(row), back)
            if p_value > tested.levels[row]:
                continue
            runs.begin(
                int(row),
                dispersion=tested.usual.dispersion[row],
                q_value=self._settings.false_discovery_rate * p_value / tested.levels[row],
                days=int(found.days[row]),
                season_known=bool(tested.usual.season_known[row]),
            )
            runs.excess[row] = 1.0 - found.expected[row] / found.authors[row]
            pairs = self._counts.pair_series == row
            runs.shares[pairs] = tested.share[pairs]
            self._begun.append((back, int(row), back + int(found.days[row])))

    def _worth(self, tested: _Tested, found: Scan) -> Flags:
        """Whether a rise is large enough, and still there."""
        settings, weekly = self._settings, tested.recent.authors[:, DAYS - 1]
        still = weekly >= settings.minimum_ratio * tested.expected[:, DAYS - 1]
        large = found.authors >= settings.minimum_ratio * found.expected
        worth: Flags = large & (weekly >= settings.minimum_authors) & (still | (found.days <= DAYS))
        return worth

    def _apart(self, tested: _Tested, row: int, back: int) -> float:
        """p-value of a series without what it shares with those that rise already."""
        found = tested.found
        days = int(found.days[row])
        shared, usual = self._overlap.with_rising(row, np.flatnonzero(self._runs.rising), back=back, days=days)
        if not shared:
            return float(found.p_values[row])
        authors, expected = found.authors[row] - shared, max(found.expected[row] * (1.0 - usual), 1e-9)
        if authors < self._settings.minimum_ratio * expected:
            return 1.0
        tail = upper_tail(np.array([authors]), np.array([expected]), tested.spread[row, [days - 1]])
        return min(float(multiplicity(tested.expected[row, DAYS - 1]) * tail[0]), 1.0)

    def _frame(self, tested: _Tested) -> pl.DataFrame:
        week, recent = self._week(tested), tested.recent.authors
        authors, before = recent[:, DAYS - 1], recent[:, 2 * DAYS - 1] - recent[:, DAYS - 1]
        return self._counts.series.with_columns(
            authors=pl.Series(authors.astype(np.int64)),
            authors_before=pl.Series(before.astype(np.int64)),
            expected_authors=pl.Series(week.expected),
            upper_authors=pl.Series(week.upper),
            ratio=pl.Series(authors / np.maximum(week.expected, 1e-9)),
            growth=pl.Series((authors - before) / np.maximum(before, 1.0)),
            p_value=pl.Series(np.where(tested.usual.tested, tested.found.p_values, 1.0)),
            q_value=pl.Series(np.where(self._runs.rising, self._runs.q_values, self._q_values(tested))),
            known=pl.Series(tested.usual.known),
            tested=pl.Series(tested.usual.tested),
            raised=pl.Series(self._runs.rising),
            days_up=pl.Series(np.where(self._runs.rising, self._runs.age_days, 0)),
        )

    def _q_values(self, tested: _Tested) -> Floats:
        """Smallest false discovery rates at which series would begin to rise on this morning alone."""
        rate = self._settings.false_discovery_rate
        scaled = rate * tested.found.p_values / np.maximum(tested.levels, 1e-300)
        q_values: Floats = np.where(tested.usual.tested, np.minimum(scaled, 1.0), 1.0)
        return q_values

    def _week(self, tested: _Tested) -> _Week:
        expected = tested.recent.exposure[:, DAYS - 1]
        dispersion = np.where(self._runs.rising, self._runs.dispersion, tested.usual.dispersion)
        return _Week(expected=expected, upper=upper_count(expected, dispersion, self._settings.false_discovery_rate))
