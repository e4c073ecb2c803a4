"""Stand-ins in the place of personal data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ingestion.pseudonymise.detector import KINDS
from ingestion.pseudonymise.known_names import AUTHOR
from ingestion.pseudonymise.span import Span

_NAMES = [kind.name for kind in KINDS]
_NAMES.insert(_NAMES.index("HANDLE"), AUTHOR)
_RANK = {name: rank for rank, name in enumerate(dict.fromkeys(_NAMES))}


def without_overlaps(spans: Iterable[Span]) -> list[tuple[Span, Span]]:
    """Spans joined where they overlap, in order: (all that is replaced, the span that says by what).

    The whole of overlapping spans goes, so that no end of one is left; the kind that wins comes first in `KINDS`, then
    the longer span.
    """
    joined: list[list[Span]] = []
    end = -1
    for span in sorted(spans, key=lambda span: (span.start, -span.end, _RANK[span.kind])):
        if span.start >= end:
            joined.append([])
        joined[-1].append(span)
        end = max(end, span.end)
    return [(_hull(group), min(group, key=_precedence)) for group in joined]


def replace_spans(text: str, spans: Sequence[tuple[Span, Span]], stand_in: Callable[[Span], str]) -> str:
    """The text with each joined span replaced by the stand-in of its winner."""
    parts: list[str] = []
    done = 0
    for hull, winner in spans:
        parts += [text[done : hull.start], stand_in(winner)]
        done = hull.end
    return "".join([*parts, text[done:]])


def _hull(group: Sequence[Span]) -> Span:
    winner = min(group, key=_precedence)
    return Span(start=min(span.start for span in group), end=max(span.end for span in group), kind=winner.kind)


def _precedence(span: Span) -> tuple[int, int, int]:
    return _RANK[span.kind], span.start - span.end, span.start
