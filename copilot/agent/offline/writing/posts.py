"""Answers on what people write, in their own words. Quotes are text; those that speak like orders are left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from copilot import wording
from copilot.agent.guard import inert, speaks_like_an_order
from copilot.agent.offline.writing.pieces import Page, RowWords, in_all, join, listed
from copilot.evidence import Quote

_LONGEST = 180
_LISTED = 4
_MARKS = re.compile(r"[\"«»“”\[\]*_`#|<>]|!\[")


def complaints(page: Page) -> str:
    """Products by how many complain of something."""
    if not page.evidence.rows:
        return join(page.say("complaints.none"), page.notes("below_author_floor"))
    rows = listed(page, _complained)
    return join(page.say("complaints.lead"), rows, in_all(page, "lines"), page.say("complaints.basis"), page.notes())


def _complained(row: RowWords) -> Iterator[str]:
    yield row.page.say(
        "complaints.row",
        term=row.row.labels["term"],
        share=row.amount("complaint_share"),
        amount=row.amount("posts"),
    )


def posts(page: Page) -> str:
    """What is complained about and how posts rate, then some of them."""
    found = bool(page.evidence.quotes or page.evidence.rows)
    if not found:
        return join(page.say("posts.none"), page.notes())
    counted, stars, low = page.total("posts"), page.total("average_stars"), page.total("low_rating_share")
    complaints = listed(page, _complaint)
    return join(
        page.say("posts.rated", posts=counted, stars=stars, low=low) if stars else "",
        page.say("posts.counted", posts=counted) if counted and not stars else "",
        [page.say("posts.complaints") + "\n", *complaints] if complaints else [],
        said(page),
        page.say("posts.basis"),
        page.say("posts.left_out") if any(speaks_like_an_order(quote.text) for quote in page.evidence.quotes) else "",
        page.notes(),
    )


def _quotes(page: Page, *, limit: int) -> list[str]:
    harmless = [quote for quote in page.evidence.quotes if not speaks_like_an_order(quote.text)]
    return [f"- {_quoted(page, quote)}" for quote in harmless[:limit] if _shown(quote.text)]


def said(page: Page, *, limit: int = _LISTED) -> list[str]:
    """Some of the posts, one a line, after a line that leads them in; nothing where there are none."""
    lines = _quotes(page, limit=limit)
    return [page.say("posts.lead") + "\n", *lines] if lines else []


def _complaint(row: RowWords) -> Iterator[str]:
    yield row.amount("posts")
    yield row.amount("complaint_share")


def _quoted(page: Page, quote: Quote) -> str:
    values = {"text": _shown(quote.text), "source": quote.source}
    if quote.published_on is None:
        return page.say("posts.quote_undated", **values)
    return page.say("posts.quote", **values, day=wording.day(quote.published_on, page.language, year=True))


def _shown(text: str) -> str:
    """The longest run of the post's words without marks that would end the quote or format it, cut at a word."""
    runs = [" ".join(run.split()) for run in _MARKS.split(text)]
    longest = max((run for run in runs if inert(run) == run), key=len, default="")
    if len(longest) <= _LONGEST:
        return longest
    return longest[:_LONGEST].rsplit(" ", 1)[0] + "…"
