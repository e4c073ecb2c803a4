"""What the range has in place of a category, material, colour or size that it does not come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from copilot.evidence import Evidence, Row, make_evidence
from copilot.lookups.context import Context
from copilot.lookups.scope import Scope
from copilot.lookups.sizes import size_order

NOT_IN_RANGE = "not_in_range"
_COLUMNS = {"categories": "category", "materials": "material", "colours": "colour", "sizes": "size"}


def not_in_range(context: Context, scope: Scope) -> Evidence | None:
    """What the range has in place of a category, material, colour or size in scope that none of it comes in.

    A row each value that there is, with the product or category asked about; the note `not_in_range:VALUES` says what
    there is not. None where there is some of it, or where the catalogue does not tell.
    """
    asked = Scope(product_ids=scope.product_ids, sku_ids=scope.sku_ids, departments=scope.departments)
    for field, column in _COLUMNS.items():
        values: tuple[str, ...] = getattr(scope, field)
        among = asked.skus(context.catalogue)
        asked = replace(asked, **{field: values})
        if not values or among.is_empty():
            continue
        there, anywhere = (frame[column].drop_nulls().unique().to_list() for frame in (among, context.catalogue))
        lacking = [value for value in values if value not in anywhere] or list(values)
        if any(there) and not set(lacking) & set(there):
            return _instead(context, scope, among, column, lacking)
    return None


def _instead(context: Context, scope: Scope, among: pl.DataFrame, column: str, lacking: Sequence[str]) -> Evidence:
    values = sorted((value for value in among[column].drop_nulls().unique() if value), key=lambda v: (size_order(v), v))
    by = "name" if scope.product_ids or scope.sku_ids else "category"
    named = by == "name" or (column != "category" and bool(scope.categories))
    called = among[by].drop_nulls().unique(maintain_order=True).to_list() if named else []
    about = {"product" if by == "name" else "category": called[0]} if len(called) == 1 else {}
    rows = [Row(labels={**about, column: value}) for value in values]
    return make_evidence(
        "products",
        as_of=context.as_of,
        sources=context.versions("skus", "products"),
        rows=rows,
        row_count=len(rows),
        notes=[f"{NOT_IN_RANGE}:{', '.join(lacking)}"],
    )
