"""Answers on what rises, and why."""

from __future__ import annotations

from collections.abc import Iterator

from copilot import wording
from copilot.agent.offline.writing.pieces import Page, RowWords, in_all, join, listed
from copilot.agent.offline.writing.posts import said
from copilot.agent.offline.writing.proof import SAID_NOTES, proof
from copilot.evidence import Figure, Row


def rising(page: Page) -> str:
    """Terms that rise, gravest first."""
    fades = "nothing_fades" in page.evidence.notes
    if not page.evidence.rows:
        return join(page.say("signals.none_fading" if fades else "signals.none"), page.notes())
    lines = listed(page, _term_row)
    fading = all(row.labels.get("stage") == "fading" for row in page.evidence.rows)
    return join(
        page.say("signals.lead_fading" if fading else "signals.lead"),
        lines,
        in_all(page, "terms"),
        page.say("signals.basis"),
        page.notes(),
    )


def _term_row(row: RowWords) -> Iterator[str]:
    yield _authors(row)
    day = row.day("first_seen_on")
    yield row.page.say("row.since", day=day) if day else ""
    yield row.clause("severity", "severity")


def _authors(row: RowWords) -> str:
    ratio = row.amount("ratio")
    if not ratio:
        return row.amount("authors")
    return row.page.say("row.authors", authors=row.amount("authors"), ratio=ratio)


def explained(page: Page) -> str:
    """One term: whether it rises, by how much and since when, what we have of it, and what people write."""
    rows = page.evidence.rows
    term = next((row for row in rows if "term" in row.labels and "product" not in row.labels), None)
    products = [row for row in rows if "product" in row.labels]
    if term is None:
        return join(page.say("signals.none"), page.notes())
    linked = listed(page, _product_row, rows=products)
    if linked:
        linked.insert(0, page.say("signals.products") + "\n")
    notes = page.notes("not_rising", "below_author_floor", *SAID_NOTES)
    return join(_verdict(RowWords(page=page, row=term)), proof(page), linked, said(page, limit=2), notes)


def _verdict(row: RowWords) -> str:
    page, named = row.page, row.row.labels["term"]
    if _rises(row.row):
        day = row.day("first_seen_on")
        verdict = page.say(
            "signals.rising",
            term=named,
            stage=wording.label("stages", row.row.labels["stage"], page.language),
            authors=row.amount("authors"),
            ratio=row.amount("ratio"),
            expected=_number(row.figure("expected_authors"), page),
        )
        return join(verdict, page.say("signals.since", day=day) if day else "")
    expected = page.total_figure("expected_authors")
    if page.total("authors") and expected is not None:
        return page.say("signals.quiet", term=named, authors=page.total("authors"), expected=_number(expected, page))
    return page.say("signals.unknown", term=named)


def _number(figure: Figure | None, page: Page) -> str:
    return "" if figure is None else wording.number(figure.value, page.language)


def _rises(row: Row) -> bool:
    return row.labels.get("stage", "") in ("emerging", "rising", "peaking")


def _product_row(row: RowWords) -> Iterator[str]:
    yield row.clause("on_hand", "on_hand_units")
    yield row.clause("sold_28", "sold_units_28_days")
