"""Answers on how far the data reach."""

from __future__ import annotations

from collections.abc import Iterator

from copilot import wording
from copilot.agent.offline.writing.pieces import Page, RowWords, join, listed


def freshness(page: Page) -> str:
    """Each table with its last day, late and missing ones first, and the places that sent nothing."""
    if not page.evidence.rows:
        return join(page.say("freshness.none"), page.notes())
    rows = sorted(page.evidence.rows, key=lambda row: not row.reasons)
    lead = page.say("freshness.lead", day=wording.day(page.evidence.as_of, page.language))
    good = "" if page.evidence.notes else page.say("freshness.good")
    return join(good, lead, listed(page, _row, rows=rows, most=len(rows)), page.notes())


def _row(row: RowWords) -> Iterator[str]:
    of_place = "location" in row.row.labels
    yield wording.label("tables", row.row.labels["table"], row.page.language) if of_place else ""
    day = row.day("last_on")
    yield row.page.say("row.up_to", day=day) if day else ""
    reasons = [wording.label("reasons", code, row.page.language) for code in row.row.reasons]
    yield ", ".join(reasons)
