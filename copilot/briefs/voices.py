"""What people who write of a trend complain of and praise, by aspect, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.briefs.citing import value
from copilot.evidence import Evidence, Row
from copilot.settings import Language
from copilot.wording import label, listing, phrase, share

_MOST_ASPECTS = 2
_NO_ASPECT = "other"


def said_of(evidence: Evidence, language: Language, cited: int) -> Iterator[str]:
    """A sentence on the evidence of `aspects_of_term`, with its citation: what changed first, then what most complain
    of; none where too few judge any aspect."""
    judged = [row for row in evidence.rows if row.labels["aspect_id"] != _NO_ASPECT and _side(row)]
    told = sorted(judged, key=lambda row: not row.reasons)[:_MOST_ASPECTS]
    if told:
        parts = listing([_part(row, language) for row in told], language)
        yield phrase("briefs.signal.said", language, parts=parts, n=cited)


def _part(row: Row, language: Language) -> str:
    side, names = _side(row), {figure.name for figure in row.figures}
    shares = {"share": share(value(row, f"{side}_share"), language)}
    key = f"said_{side}"
    if f"{side}_share_before" in names:
        key += "_before"
        shares["before"] = share(value(row, f"{side}_share_before"), language)
    said = phrase(f"briefs.signal.{key}", language, aspect=row.labels["aspect"], **shares)
    reasons = listing([label("reasons", reason, language) for reason in row.reasons], language)
    return f"{said}, {reasons}" if reasons else said


def _side(row: Row) -> str:
    """Complaints where enough people have any, else praise; empty: too few judge it either way."""
    names = {figure.name for figure in row.figures}
    return next((side for side in ("negative", "positive") if f"{side}_share" in names), "")
