"""Products, SKUs and places named on the command line, by id or as planners call them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from rapidfuzz import fuzz, process

from copilot.errors import AmbiguousError, UnknownNameError
from copilot.lookups.context import Context
from copilot.lookups.scope import EVERYTHING, Scope
from copilot.lookups.text import fold
from copilot.workspace import Workspace

_CLOSEST = 3
_LEAST_LIKENESS = 60


@dataclass(frozen=True, kw_only=True)
class _Named:
    name: str
    ids: tuple[str, ...]


def named_scope(
    workspace: Workspace, morning: date, *, products: Sequence[str], skus: Sequence[str], locations: Sequence[str]
) -> Scope:
    """What the options name: products by id or name, SKUs by id, places by id, name or city.

    Raises `UnknownNameError` with the closest names, `AmbiguousError` for a name of several products.
    """
    if not (products or skus or locations):
        return EVERYTHING
    with Context(workspace, morning) as context:
        return Scope(
            product_ids=_products(context, products),
            sku_ids=_found(skus, "SKU", _by_name(context.catalogue, "sku_id")),
            location_ids=_found(locations, "place", _by_name(context.locations, "location_id", "name", "city")),
        )


def _products(context: Context, said: Sequence[str]) -> tuple[str, ...]:
    known = _by_name(context.products, "product_id", "name")
    for text in said:
        named = known.get(fold(text))
        if named is not None and len(named.ids) > 1:
            raise AmbiguousError(text, named.ids)
    return _found(said, "product", known)


def _by_name(table: pl.DataFrame, key: str, *names: str) -> dict[str, _Named]:
    """Id, name and the like, folded -> what it means."""
    found: dict[str, _Named] = {}
    for id, *called in table.select(key, *names).unique(maintain_order=True).iter_rows():
        for folded, name in {fold(name): name for name in (*called, id) if name}.items():
            before = found.get(folded)
            found[folded] = _Named(name=name, ids=(*before.ids, id) if before else (id,))
    return found


def _found(said: Sequence[str], kind: str, known: Mapping[str, _Named]) -> tuple[str, ...]:
    for text in said:
        if fold(text) not in known:
            near = process.extract(fold(text), [*known], scorer=fuzz.WRatio, limit=_CLOSEST)
            closest = [known[folded].name for folded, likeness, _ in near if likeness >= _LEAST_LIKENESS]
            raise UnknownNameError(text, kind, closest)
    return tuple(dict.fromkeys(id for text in said for id in known[fold(text)].ids))
