"""What a tool answers of colours, sizes, materials or categories that the range does not come in."""

from __future__ import annotations

from pydantic import BaseModel

from copilot.agent.naming import scope_of
from copilot.agent.tool_arguments import PostsArguments, ScopeArguments
from copilot.evidence import Evidence, changed
from copilot.lookups.context import Context
from copilot.lookups.lacking import not_in_range, partly_not_in_range
from copilot.lookups.scope import Scope


def lacking(context: Context, asked: BaseModel) -> Evidence | None:
    """What there is in place of what nothing asked about comes in: no figure is of it. None: there is some of it."""
    # Posts may speak of what the range lacks.
    if not isinstance(asked, ScopeArguments) or asks_posts_of_lacking(context, asked):
        return None
    return not_in_range(context, scope_of(context, asked))


def asks_posts_of_lacking(context: Context, asked: BaseModel) -> bool:
    """Whether posts are asked for about categories alone that the range does not have."""
    if not isinstance(asked, PostsArguments):
        return False
    scope = scope_of(context, asked)
    categories = Scope(categories=scope.categories, location_ids=scope.location_ids, countries=scope.countries)
    return bool(scope.categories) and scope == categories and scope.skus(context.catalogue).is_empty()


def partly_lacking(context: Context, asked: BaseModel, evidence: Evidence) -> Evidence:
    """The evidence, with a note where it is of some of the colours, sizes or materials asked about alone."""
    if not isinstance(asked, ScopeArguments):
        return evidence
    notes = partly_not_in_range(context, scope_of(context, asked))
    return changed(evidence, notes=(*evidence.notes, *notes)) if notes else evidence
