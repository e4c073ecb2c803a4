"""Answers on what customers say of an article by aspect: complaints and praise, before and now, in their words."""

from __future__ import annotations

from collections.abc import Iterator

from copilot import wording
from copilot.agent.offline.writing.pieces import Page, RowWords, join, listed
from copilot.agent.offline.writing.posts import said

_LISTED, _QUOTED = 5, 3


def aspects(page: Page) -> str:
    """Shares by aspect, what changed, then a few clauses."""
    rows = page.evidence.rows
    if not rows:
        return join(page.say("aspects.none"), page.notes("below_author_floor"))
    authors, span = page.total("authors"), page.span()
    term = rows[0].labels.get("term")
    lead = (
        page.say("aspects.lead_term", authors=authors, span=span, term=term)
        if term
        else page.say("aspects.lead", authors=authors, span=span)
    )
    compared = page.total_figure("authors_before") is not None
    return join(
        [f"{lead}\n", *listed(page, _described, most=_LISTED)],
        page.say("aspects.unchanged") if compared and not any(row.reasons for row in rows) else "",
        said(page, limit=_QUOTED),
        page.say("aspects.basis"),
        page.notes("below_author_floor"),
    )


def _described(row: RowWords) -> Iterator[str]:
    judged = [_share(row, "complain", "negative_share"), _share(row, "praise", "positive_share")]
    yield from judged
    if not any(judged):
        yield row.page.say("aspects.too_few")
    if row.row.reasons:
        reasons = [wording.label("reasons", code, row.page.language) for code in row.row.reasons]
        yield row.page.say("aspects.changed", reasons=wording.listing(reasons, row.page.language))


def _share(row: RowWords, key: str, name: str) -> str:
    now, before = row.amount(name), row.amount(f"{name}_before")
    if now and before:
        return row.page.say(f"aspects.{key}_before", share=now, before=before)
    return row.page.say(f"aspects.{key}", share=now) if now else ""
