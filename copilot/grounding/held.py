"""What evidence holds: the figures, counts, dates, labels and quotes that a text citing it may state."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from copilot import wording
from copilot.evidence import Evidence, Figure, Row
from copilot.grounding.dates import WrittenDate
from copilot.grounding.figures import WrittenFigure
from copilot.grounding.sentences import without_accents

_QUANTILE = re.compile(r"p(\d\d)(?:_|$)")
_WINDOW = re.compile(r"_(\d+)_(days|weeks)(?:_|$)")
"""`sold_units_28_days` is of 28 days: a text may say so."""
_SIGNAL_DAYS = 7.0
_COUNTED_UNITS = frozenset({None, "products", "stores", "posts", "skus", "lines", "terms"})
_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Held:
    """All that some pieces of evidence hold together."""

    figures: tuple[Figure, ...]
    counts: frozenset[int]
    """Rows found and listed, different products, locations and so on among them, posts quoted."""
    interval_levels: frozenset[float]
    """Shares that pairs of quantiles enclose: 0.8 for p10 and p90."""
    dates: frozenset[date]
    labels: tuple[str, ...]
    """Without accents, longest first."""
    quotes: tuple[str, ...]

    def has_figure(self, written: WrittenFigure) -> bool:
        """Whether a figure, a count or an interval level shows as `written`."""
        if any(_shows_as(figure, written) for figure in self.figures):
            return True
        if written.unit == "share":
            return any(_near(level, written) for level in self.interval_levels)
        return written.unit in _COUNTED_UNITS and not written.sign and written.value in self.counts

    def has_date(self, written: WrittenDate) -> bool:
        """Whether a date is what is `written`."""
        return any(written.is_meant_by(candidate) for candidate in self.dates)

    def has_year(self, written: WrittenFigure) -> bool:
        """Whether a bare number is the year of a date."""
        return written.unit is None and any(written.value == candidate.year for candidate in self.dates)


def held_by(evidence: Iterable[Evidence]) -> Held:
    """What all of `evidence` holds together."""
    pieces = list(evidence)
    rows = [row for piece in pieces for row in piece.rows]
    figures = [figure for row in rows for figure in row.figures]
    figures += [figure for piece in pieces for figure in piece.totals]
    return Held(
        figures=(*figures, *_windows(figures), *(window for piece in pieces for window in _lengths(piece))),
        counts=frozenset(count for piece in pieces for count in _counts(piece)),
        interval_levels=frozenset(level for row in rows for level in _levels(row))
        | frozenset(level for piece in pieces for level in _levels_of(piece.totals)),
        dates=frozenset(day for piece in pieces for day in _dates(piece)),
        labels=_labels(pieces),
        quotes=tuple(quote.text for piece in pieces for quote in piece.quotes),
    )


def _windows(figures: Iterable[Figure]) -> Iterator[Figure]:
    for name in {figure.name for figure in figures}:
        match = _WINDOW.search(name)
        if match:
            yield Figure(name="window", value=float(match[1]), unit="days" if match[2] == "days" else "weeks")


def _lengths(piece: Evidence) -> Iterator[Figure]:
    """How long a stretch the evidence is over: its own days, and the week that signals are counted in."""
    since, last_day = piece.dates.get("since"), piece.dates.get("last_day")
    if since and last_day:
        yield Figure(name="window", value=float((last_day - since).days + 1), unit="days")
    if piece.kind == "signal":
        yield Figure(name="window", value=_SIGNAL_DAYS, unit="days")


def _shows_as(figure: Figure, written: WrittenFigure) -> bool:
    if not _unit_fits(figure, written):
        return False
    value = figure.value
    if written.bound:
        return 0 < value < written.value if written.bound == "<" else written.value < value < 1
    # "down 12 %" is how -0.12 is said: without a sign the size counts.
    return _near(abs(value) if not written.sign else value * (-1 if written.sign == "-" else 1), written)


def _unit_fits(figure: Figure, written: WrittenFigure) -> bool:
    if written.unit == "share":
        return figure.unit in ("share", "ratio")
    if written.unit == "money":
        return figure.unit == "money" and figure.currency in ("", written.currency)
    return written.unit in (None, figure.unit)


def _near(value: float, written: WrittenFigure) -> bool:
    return abs(value - written.value) <= written.tolerance * (1 + _ROUNDING) + _ROUNDING


def _counts(piece: Evidence) -> set[int]:
    names = {name for row in piece.rows for name in row.labels}
    different = {len({row.labels[name] for row in piece.rows if name in row.labels}) for name in names}
    return different | {piece.row_count, len(piece.rows), len(piece.quotes)} - {0}


def _levels(row: Row) -> set[float]:
    return _levels_of(row.figures)


def _levels_of(figures: Sequence[Figure]) -> set[float]:
    levels = {int(match[1]) for figure in figures if (match := _QUANTILE.match(figure.name))}
    return {(high - low) / 100 for low in levels for high in levels if low < high and low + high == 100}


def _dates(piece: Evidence) -> set[date]:
    # The data of `as_of` are those up to the day before.
    found = {piece.as_of, piece.as_of - timedelta(days=1)}
    found |= set(piece.dates.values()) | {day for row in piece.rows for day in row.dates.values()}
    found |= {date.fromisoformat(row.labels["day"]) for row in piece.rows if "day" in row.labels}
    return found | {quote.published_on for quote in piece.quotes if quote.published_on}


def _labels(pieces: Iterable[Evidence]) -> tuple[str, ...]:
    said = {label for piece in pieces for row in piece.rows for label in row.labels.values()}
    said |= {wording.value(label, language) for label in said for language in wording.LANGUAGES}
    said |= {quote.source for piece in pieces for quote in piece.quotes}
    found = {without_accents(label) for label in said if label}
    return tuple(sorted(found, key=lambda label: (-len(label), label)))
