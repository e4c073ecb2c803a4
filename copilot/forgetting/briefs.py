"""Briefs without the quotes of erased posts: read from their JSON, and written anew in all three forms.

Figures stay: they count at least the floor of authors, and were true on their morning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import TypeAdapter, ValidationError

from copilot.briefs.archive import archive_brief, list_briefs
from copilot.briefs.records import Brief, BriefRef
from copilot.evidence import Evidence, Quote
from copilot.workspace import Workspace
from ingestion.privacy.traces import Traces

_BRIEF = TypeAdapter(Brief)


@dataclass(frozen=True, kw_only=True)
class BriefErasure:
    """What became of the briefs."""

    briefs: int
    """Briefs looked through."""
    removed: int
    """Briefs that could not be written anew without a trace."""
    rewritten: int


def erase_from_briefs(workspace: Workspace, traces: Traces) -> BriefErasure:
    """Take the traces out of every brief of the archive that holds one. Run again, it finds nothing to do."""
    refs = list_briefs(workspace)
    held = [ref for ref in refs if _holds(ref, traces)]
    for ref in held:
        _rewrite(workspace, ref, traces)
    left = [ref for ref in held if _holds(ref, traces)]
    for ref in left:
        remove_brief(ref)
    return BriefErasure(briefs=len(refs), removed=len(left), rewritten=len(held) - len(left))


def read_brief(ref: BriefRef) -> Brief | None:
    """The brief as archived; None where its JSON is missing or of another version."""
    try:
        return _BRIEF.validate_json(ref.path_json.read_bytes())
    except (ValidationError, FileNotFoundError):
        return None


def remove_brief(ref: BriefRef) -> None:
    """Delete a brief in all its forms."""
    for path in (ref.path_html, ref.path_md, ref.path_json):
        path.unlink(missing_ok=True)


def quotes_in(brief: Brief) -> list[Quote]:
    """Every quote of a brief, each once."""
    items = [quote for section in brief.sections for item in section.items for quote in item.quotes]
    return list(dict.fromkeys([*items, *(quote for piece in brief.evidence.values() for quote in piece.quotes)]))


def _holds(ref: BriefRef, traces: Traces) -> bool:
    paths = [path for path in (ref.path_html, ref.path_md, ref.path_json) if path.is_file()]
    return any(traces.find_in_bytes(path.read_bytes()) for path in paths)


def _rewrite(workspace: Workspace, ref: BriefRef, traces: Traces) -> None:
    brief = read_brief(ref)
    if brief is None:
        return
    sections = tuple(
        replace(
            section,
            items=tuple(replace(item, quotes=_kept(item.quotes, traces)) for item in section.items),
        )
        for section in brief.sections
    )
    evidence: Mapping[int, Evidence] = {
        number: replace(piece, quotes=_kept(piece.quotes, traces)) for number, piece in brief.evidence.items()
    }
    archive_brief(workspace, replace(brief, sections=sections, evidence=evidence))


def _kept(quotes: tuple[Quote, ...], traces: Traces) -> tuple[Quote, ...]:
    gone, people = frozenset(traces.post_ids), frozenset(traces.tokens)
    others = [quote for quote in quotes if quote.post_id not in gone and quote.author not in people]
    return tuple(replace(quote, text=traces.redacted(quote.text)) for quote in others)
