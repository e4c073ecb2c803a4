"""Answers on what people write, in their own words. Quotes are shown as text; those that speak like orders are left out."""

from __future__ import annotations

import re

from copilot import wording
from copilot.agent.guard import inert, speaks_like_an_order
from copilot.agent.offline.writing.pieces import Page, join
from copilot.evidence import Quote

_LONGEST = 180
_LISTED = 4
_MARKS = re.compile(r"[\"«»“”\[\]*_`#|<>]|!\[")


def posts(page: Page) -> str:
    """How many posts were found, what share complains, and some of them."""
    if not page.evidence.quotes:
        return join(page.say("posts.none"), page.notes())
    stars, complaints = page.total("average_stars"), page.total("complaint_share")
    count = wording.phrase("units.posts", page.language, count=page.evidence.row_count or len(page.evidence.quotes))
    return join(
        page.say("posts.lead", posts=count),
        quotes(page, limit=_LISTED),
        page.say("posts.stars", stars=stars) if stars else "",
        page.say("posts.complaints", share=complaints) if complaints else "",
        page.say("posts.basis"),
        page.say("posts.left_out") if any(speaks_like_an_order(quote.text) for quote in page.evidence.quotes) else "",
        page.notes(),
    )


def quotes(page: Page, *, limit: int) -> list[str]:
    """Some of the posts, one a line."""
    harmless = [quote for quote in page.evidence.quotes if not speaks_like_an_order(quote.text)]
    return [f"- {_quoted(page, quote)}" for quote in harmless[:limit] if _shown(quote.text)]


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
