"""What a trend of the brief rests on, in a few short sentences: who and where, how long, what it does to sales."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.briefs.citing import value
from copilot.evidence import Evidence, Row
from copilot.lookups.proof import LONGEVITY_UNKNOWN
from copilot.settings import Language
from copilot.wording import change, country, day, listing, number, phrase, share

_MOST_MARKETS = 2


def proof_sentences(evidence: Evidence, language: Language, cited: int) -> Iterator[str]:
    """Sentences on the proof that the evidence of `explain_term` holds, each with its citation."""
    for row in _about(evidence, "crowd"):
        key = "who_few" if "crowd_few" in row.reasons else "who_many"
        authors = phrase("units.authors", language, count=int(value(row, "crowd_authors")))
        yield phrase(f"briefs.signal.{key}", language, authors=authors, n=cited)
        yield from _leading(row, language, cited)
    markets = [
        _part(country(row.labels["market"], language), row, language)
        for row in _about(evidence, "market")[:_MOST_MARKETS]
    ]
    if markets:
        yield phrase("briefs.signal.where", language, parts=listing(markets, language), n=cited)
    for row in _about(evidence, "spike"):
        if "spike_one_day" in row.reasons and "peak_on" in row.dates:
            peak, on = share(value(row, "peak_share"), language), day(row.dates["peak_on"], language)
            yield phrase("briefs.signal.one_day", language, share=peak, day=on, n=cited)
    for row in _about(evidence, "event")[:1]:
        on = day(row.dates["event_on"], language)
        yield phrase("briefs.signal.event", language, event=row.labels["event"], day=on, n=cited)
    yield from _left(evidence, language, cited)
    yield from _effect(evidence, language, cited)
    for row in _about(evidence, "in_forecast"):
        yield phrase(f"briefs.signal.{row.reasons[0]}", language, n=cited)


def _leading(crowd: Row, language: Language, cited: int) -> Iterator[str]:
    if "leaders_leading" in crowd.reasons and any(figure.name == "leading_authors" for figure in crowd.figures):
        authors = phrase("units.authors", language, count=int(value(crowd, "leading_authors")))
        part = share(value(crowd, "leading_share"), language)
        yield phrase("briefs.signal.leading", language, authors=authors, share=part, n=cited)


def _left(evidence: Evidence, language: Language, cited: int) -> Iterator[str]:
    for row in _about(evidence, "longevity"):
        yield phrase(
            "briefs.signal.left",
            language,
            days=phrase("units.days", language, count=int(value(row, "p50_days_left"))),
            low=number(value(row, "p10_days_left"), language),
            high=number(value(row, "p90_days_left"), language),
            n=cited,
        )
    if LONGEVITY_UNKNOWN in evidence.notes:
        yield phrase("briefs.signal.longevity_unknown", language)


def _effect(evidence: Evidence, language: Language, cited: int) -> Iterator[str]:
    for row in _about(evidence, "effect"):
        ends = {name: change(value(row, f"{rank}_lift"), language) for name, rank in (("low", "p10"), ("high", "p90"))}
        if "verdict_lift" in row.reasons:
            gained = change(value(row, "p50_lift"), language)
            yield phrase("briefs.signal.lift", language, share=gained, **ends, n=cited)
        elif "verdict_no_lift" in row.reasons:
            yield phrase("briefs.signal.no_lift", language, **ends, n=cited)
        else:
            yield phrase("briefs.signal.lift_unknown", language, n=cited)


def _part(name: str, row: Row, language: Language) -> str:
    return phrase("briefs.signal.part", language, name=name, share=share(value(row, "excess_share"), language))


def _about(evidence: Evidence, label: str) -> list[Row]:
    """The rows of the proof that are about one thing; those about terms and products carry other labels too."""
    return [
        row for row in evidence.rows if label in row.labels and "term" not in row.labels and "product" not in row.labels
    ]
