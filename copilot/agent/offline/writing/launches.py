"""Answers on products without history: what they are forecast from."""

from __future__ import annotations

from collections.abc import Iterator

from copilot import wording
from copilot.agent.offline.writing.pieces import Page, RowWords, join, listed
from copilot.lookups.launches import NOT_NEW
from copilot.lookups.uncarried import tells_uncarried

_PRODUCTS, _ANALOGUES = 3, 5


def analogues(page: Page) -> str:
    """Each new product with its analogues; the first few."""
    own = [place for place, row in enumerate(page.evidence.rows) if "analogue_of" not in row.labels]
    if not own:
        if tells_uncarried(page.evidence.notes):
            return join(page.say("forecast.none"), page.notes())
        key = "not_new" if NOT_NEW in page.evidence.notes else "none"
        return join(page.say(f"launches.{key}"), page.notes("not_new", "none_new"))
    ends = [*own[1:], len(page.evidence.rows)]
    parts: list[str | list[str]] = []
    for start, end in list(zip(own, ends, strict=True))[:_PRODUCTS]:
        parts += _product(page, start, end)
    return join(*parts, page.say("launches.basis"), page.notes())


def _product(page: Page, start: int, end: int) -> Iterator[str | list[str]]:
    row = RowWords(page=page, row=page.evidence.rows[start])
    yield page.say(
        "launches.lead",
        product=row.row.labels["product"],
        units=row.amount("first_weeks_units"),
        low=row.amount("p10_units"),
        high=row.amount("p90_units"),
        weeks=page.total("first_weeks"),
    )
    yield listed(page, _analogue, rows=page.evidence.rows[start + 1 : end], most=_ANALOGUES)
    yield page.say("launches.category", share=row.amount("category_share"))
    days = row.figure("history_days")
    yield page.say("launches.history", days=row.amount("history_days")) if days and days.value else ""


def _analogue(row: RowWords) -> Iterator[str]:
    yield row.page.say(
        "launches.analogue",
        weight=row.amount("weight_share"),
        units=row.amount("first_weeks_units"),
        weeks=row.page.total("first_weeks"),
    )
    yield ", ".join(wording.label("reasons", code, row.page.language) for code in row.row.reasons)
