"""Answers on phrases that nobody listed, on what the range lacks, and on products like something."""

from __future__ import annotations

from collections.abc import Iterator

from copilot import wording
from copilot.agent.offline.writing.pieces import Page, RowWords, in_all, join, listed
from copilot.agent.offline.writing.posts import said

_IS_PHRASE = "new_phrase"
_GAP = "range_gap"


def new(page: Page) -> str:
    """Phrases that no list has, surest first."""
    if not page.evidence.rows:
        return join(page.say("phrases.none"), page.notes("nothing_new"))
    lines = listed(page, _phrase_row)
    return join(page.say("phrases.lead"), lines, in_all(page, "terms"), page.say("phrases.basis"), page.notes())


def _phrase_row(row: RowWords) -> Iterator[str]:
    yield _counted(row, "in_fourteen_days")
    day = row.day("first_seen_on")
    yield row.page.say("row.since", day=day) if day else ""
    forms = row.row.labels.get("forms", "")
    yield row.page.say("row.also", forms=forms) if forms else ""


def is_phrase(page: Page) -> bool:
    """Whether the evidence explains a phrase that no list has."""
    return _IS_PHRASE in page.evidence.notes


def explained(page: Page) -> str:
    """One phrase: how many say it, since when, what we have like it, and what people write."""
    first = next((row for row in page.evidence.rows if "phrase_id" in row.labels), None)
    if first is None:
        return join(page.say("phrases.none"), page.notes(_IS_PHRASE))
    row = RowWords(page=page, row=first)
    day, forms = row.day("first_seen_on"), first.labels.get("forms", "")
    counted = {"authors": row.amount("authors"), "expected": _expected(row)}
    return join(
        page.say("phrases.rising", phrase=first.labels["term"], **counted),
        page.say("phrases.since", day=day) if day else "",
        page.say("phrases.also", forms=forms) if forms else "",
        *_products(page, "phrases"),
        said(page, limit=2),
        page.notes(_IS_PHRASE, _GAP),
    )


def gaps(page: Page) -> str:
    """What rises and the range has nothing like."""
    checked = page.total_figure("terms_checked")
    if checked is None or not checked.value:
        return join(page.say("gaps.unchecked"), page.notes("no_gaps"))
    if not page.evidence.rows:
        return join(page.say("gaps.none", checked=page.total("terms_checked")), page.notes("no_gaps"))
    gaps_found = wording.number(page.evidence.row_count, page.language)
    lead = page.say("gaps.lead", gaps=gaps_found, checked=page.total("terms_checked"))
    return join(lead, listed(page, _gap_row), page.notes())


def _gap_row(row: RowWords) -> Iterator[str]:
    yield _counted(row, "in_seven_days")
    names = row.row.labels.get("nearest", "")
    if names:
        yield row.page.say("row.nearest", names=names, score=row.amount("link_score"))
    else:
        yield row.page.say("row.nothing_near")


def like(page: Page) -> str:
    """Products like what was described."""
    if not page.evidence.rows:
        return join(page.say("products.none"), page.notes(_GAP))
    asked = page.evidence.rows[0].labels["term"]
    lead = page.say("like.none" if _GAP in page.evidence.notes else "like.lead", term=asked)
    _, *rest = _products(page, "like")
    return join(lead, *rest, page.notes(_GAP))


def _products(page: Page, key: str) -> list[str | list[str]]:
    """What we have like it or that there is nothing, then the products as lines."""
    products = [row for row in page.evidence.rows if "product" in row.labels]
    lines = listed(page, _product_row, rows=products)
    if _GAP in page.evidence.notes:
        nearest = [page.say(f"{key}.nearest") + "\n", *lines] if lines else []
        return [page.say("phrases.gap"), nearest]
    return ["", [page.say("phrases.like") + "\n", *lines] if key == "phrases" and lines else lines]


def _product_row(row: RowWords) -> Iterator[str]:
    yield row.clause("match", "link_score")
    reasons = [wording.label("reasons", code, row.page.language) for code in row.row.reasons]
    yield ", ".join(reasons)
    yield row.clause("on_hand", "on_hand_units")


def _counted(row: RowWords, key: str) -> str:
    return row.page.say(f"row.{key}", amount=row.amount("authors"), expected=_expected(row))


def _expected(row: RowWords) -> str:
    found = row.figure("expected_authors")
    return "" if found is None else wording.number(found.value, row.page.language)
