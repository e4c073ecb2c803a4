"""Answers that say what the range does not have, whatever was asked of it."""

from __future__ import annotations

from copilot import wording
from copilot.agent.offline import replies
from copilot.agent.offline.writing.pieces import Page, join
from copilot.lookups.lacking import NO_SUCH, NOT_IN_RANGE

_MOST = 12


def lacking(page: Page) -> str:
    """What there is none of, and what there is instead where that is short; empty for other evidence."""
    asked = next((note.partition(":")[2] for note in page.evidence.notes if note.startswith(f"{NOT_IN_RANGE}:")), "")
    if not asked:
        return ""
    labels = [dict(row.labels) for row in page.evidence.rows]
    # The value is the last label of a row; what it is a value of may come before it.
    column = list(labels[0])[-1]
    about = labels[0].get("product") or wording.value(labels[0].get("category", ""), page.language)
    said = _said(page, column, asked)
    key = "named" if len(labels[0]) > 1 else "any"
    lead = page.say(f"lacking.{key}_{column}", asked=said, **({"about": about} if key == "named" else {}))
    there = [wording.value(label[column], page.language) for label in labels]
    instead = (
        page.say(f"lacking.instead_{column}", there=wording.listing(there, page.language))
        if len(there) <= _MOST
        else ""
    )
    return join(lead, instead)


def partly_lacking(page: Page) -> str:
    """Which of what was asked about there is none of, before the figures of the rest; empty where there is all."""
    told = {code: values for code, _, values in (note.partition(":") for note in page.evidence.notes)}
    return " ".join(
        page.say(f"lacking.part_{column}", asked=_said(page, column, told[code]))
        for column, code in NO_SUCH.items()
        if code in told
    )


def _said(page: Page, column: str, values: str) -> str:
    # A size that no evidence holds is the question's own word.
    written = replies.quoted if column == "size" else wording.value
    return wording.listing([written(value, page.language) for value in values.split(", ")], page.language)
