"""What a rise rests on, in sentences: who drives it, where, how long it will last, and what it does to demand."""

from __future__ import annotations

from collections.abc import Iterator

from copilot import wording
from copilot.agent.offline.writing.pieces import Page, RowWords
from copilot.evidence import Row
from copilot.lookups.proof import LEADERS_UNKNOWN, LIFT_NOT_MEASURED, LIFT_UNKNOWN, LONGEVITY_UNKNOWN

SAID_NOTES = (LIFT_NOT_MEASURED, LIFT_UNKNOWN, LONGEVITY_UNKNOWN, LEADERS_UNKNOWN)
"""Notes that these sentences say, or that a table says well enough."""
_MOST_WORDS = 3


def proof(page: Page) -> list[str]:
    """One line for each thing that is known, and for what is not."""
    lines = [
        *_who(page),
        *_parts(page),
        *_shape(page),
        *_said_with(page),
        *_left(page),
        *_effect(page),
        *_in_forecast(page),
    ]
    return [f"- {line}" for line in lines if line]


def _who(page: Page) -> Iterator[str]:
    for row in _rows(page, "crowd"):
        values = {name: row.amount(f"crowd_{name}") for name in ("authors", "posts")}
        if "crowd_few" in row.row.reasons:
            effective = row.figure("effective_authors")
            as_if = "" if effective is None else wording.number(round(effective.value), page.language)
            yield page.say("proof.crowd_few", **values, effective=as_if)
        else:
            yield page.say("proof.crowd_many", **values)
        if row.amount("leading_authors") and "leaders_leading" in row.row.reasons:
            yield page.say("proof.leading", leading=row.amount("leading_authors"), share=row.amount("leading_share"))
        else:
            yield from (page.say(f"proof.{reason}") for reason in row.row.reasons if reason.startswith("leaders_"))


def _parts(page: Page) -> Iterator[str]:
    for label, key in (("market", "markets"), ("source", "sources"), ("reviews_of", "reviews")):
        named = [
            page.say("proof.part", name=_name(page, label, row.row), share=row.amount("excess_share"))
            for row in _rows(page, label)
            if row.figure("excess_share")
        ]
        if named:
            yield page.say(f"proof.{key}", parts=wording.listing(named, page.language))


def _name(page: Page, label: str, row: Row) -> str:
    name = row.labels[label]
    return wording.country(name, page.language) if label == "market" else name


def _shape(page: Page) -> Iterator[str]:
    for row in _rows(page, "spike"):
        if "spike_one_day" in row.row.reasons and row.day("peak_on"):
            yield page.say("proof.one_day", share=row.amount("peak_share"), day=row.day("peak_on"))
        if row.amount("thread_share"):
            yield page.say("proof.thread", share=row.amount("thread_share"))
    events = [
        page.say("proof.event_part", event=row.row.labels["event"], day=row.day("event_on"))
        for row in _rows(page, "event")
    ]
    if events:
        yield page.say("proof.event", events=wording.listing(events, page.language))


def _said_with(page: Page) -> Iterator[str]:
    words = [f"“{row.row.labels['word']}”" for row in _rows(page, "word")][:_MOST_WORDS]
    if words:
        yield page.say("proof.words", words=wording.listing(words, page.language))


def _left(page: Page) -> Iterator[str]:
    for row in _rows(page, "longevity"):
        ends = {name: row.figure(f"{rank}_days_left") for name, rank in (("low", "p10"), ("high", "p90"))}
        past = row.figure("past_rises")
        yield page.say(
            "proof.left",
            days=row.amount("p50_days_left"),
            past="" if past is None else wording.number(past.value, page.language),
            **{name: "" if end is None else wording.number(end.value, page.language) for name, end in ends.items()},
        )
    if LONGEVITY_UNKNOWN in page.evidence.notes:
        yield page.say("proof.longevity_unknown")


def _effect(page: Page) -> Iterator[str]:
    for row in _rows(page, "effect"):
        ends = {name: row.figure(f"{rank}_lift") for name, rank in (("low", "p10"), ("share", "p50"), ("high", "p90"))}
        changes = {name: page.change(figure) for name, figure in ends.items() if figure is not None}
        if "verdict_lift" in row.row.reasons and changes:
            placebo = row.amount("placebo_share")
            if row.is_positive("lift_delay_days"):
                yield page.say("proof.lift", **changes, placebo=placebo, delay=row.amount("lift_delay_days"))
            else:
                yield page.say("proof.lift_at_once", **changes, placebo=placebo)
        elif "verdict_no_lift" in row.row.reasons and changes:
            yield page.say("proof.no_lift", **changes)
        else:
            yield page.say("proof.lift_unknown")
    if LIFT_NOT_MEASURED in page.evidence.notes:
        yield page.say("proof.lift_not_measured")


def _in_forecast(page: Page) -> Iterator[str]:
    for row in _rows(page, "in_forecast"):
        for reason in row.row.reasons:
            yield page.say(f"proof.{reason}")


def _rows(page: Page, label: str) -> list[RowWords]:
    """The rows of the proof that are about one thing; those about terms and products carry other labels too."""
    return [
        RowWords(page=page, row=row)
        for row in page.evidence.rows
        if label in row.labels and "term" not in row.labels and "product" not in row.labels
    ]
