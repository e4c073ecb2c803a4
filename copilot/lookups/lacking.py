"""What the range has in place of a category, material, colour or size that it does not come in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from copilot.evidence import Evidence, Row, make_evidence
from copilot.lookups.context import Context
from copilot.lookups.scope import Scope
from copilot.lookups.sizes import size_order

NOT_IN_RANGE = "not_in_range"
NO_SUCH: Mapping[str, str] = {column: f"no_such_{column}" for column in ("category", "material", "colour", "size")}
"""Column -> the note `no_such_COLUMN:VALUES` on what nothing asked about comes in, beside what some of it does."""
_COLUMNS = {"categories": "category", "materials": "material", "colours": "colour", "sizes": "size"}


def not_in_range(context: Context, scope: Scope) -> Evidence | None:
    """What the range has in place of a category, material, colour or size in scope that none of it comes in.

    A row each value that there is, with the product or category asked about; the note `not_in_range:VALUES` says what
    there is not. None where there is some of it, or where the catalogue does not tell.
    """
    for column, values, among in _asked(context, scope):
        there, anywhere = _values(among, column), _values(context.catalogue, column)
        if there and not set(values) & there:
            lacking = [value for value in values if value not in anywhere] or list(values)
            return _instead(context, scope, among, column, lacking)
    return None


def partly_not_in_range(context: Context, scope: Scope) -> list[str]:
    """Notes on categories, materials, colours and sizes in scope that none of it comes in, where some comes in others.

    Categories are those that the range lacks altogether: one word may mean several of them.
    """
    notes = []
    for column, values, among in _asked(context, scope):
        there = _values(context.catalogue if column == "category" else among, column)
        kept = [value for value in values if value in there]
        lacking = [value for value in values if value not in there and not _implied(value, kept, column)]
        if kept and lacking:
            notes.append(f"{NO_SUCH[column]}:{', '.join(lacking)}")
    return notes


def _asked(context: Context, scope: Scope) -> Iterator[tuple[str, tuple[str, ...], pl.DataFrame]]:
    """Each column that the scope limits by value, its values, and the SKUs in scope before it limits them."""
    asked = Scope(product_ids=scope.product_ids, sku_ids=scope.sku_ids, departments=scope.departments)
    for field, column in _COLUMNS.items():
        values: tuple[str, ...] = getattr(scope, field)
        among = asked.skus(context.catalogue)
        asked = replace(asked, **{field: values})
        if values and not among.is_empty():
            yield column, values, among


def _values(frame: pl.DataFrame, column: str) -> set[str]:
    return {value for value in frame[column].drop_nulls().unique() if value}


def _implied(value: str, kept: Sequence[str], column: str) -> bool:
    """Whether the question need not have said it: a size between two that there are, another shade of a colour."""
    if column == "size":
        orders = sorted(map(size_order, kept))
        return orders[0] < size_order(value) < orders[-1]
    return any(set(value.split()) & set(other.split()) for other in kept)


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
