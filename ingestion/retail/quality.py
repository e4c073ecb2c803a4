"""Check the retail tables against each other: what one table alone cannot show.

A finding is no error of the import: a SKU without stock may be new. It says what to look at, how often, what to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import polars as pl

from ingestion.lake import Lake
from ingestion.retail.contracts import CONTRACTS, Column, TableContract

CheckName = Literal["reference", "duplicate", "missing", "range", "order", "gap", "stopped", "no_stock", "returns"]
Severity = Literal["error", "warning"]

GAP_DAYS = 3
"""Days in a row without any sale, from which on they count as a gap."""
STOPPED_DAYS = 7
"""A location without a sale for longer than this, when others sold, counts as stopped."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One kind of thing that is wrong or odd in the tables."""

    check: CheckName
    severity: Severity
    """`error`: figures made from these rows are wrong. `warning`: look at it."""
    table: str
    column: str
    """Column, or columns separated by commas."""
    problem: str
    """What is wrong with what is counted."""
    count: int
    example: str
    """One of them, by its values."""
    remedy: str


@dataclass(frozen=True, kw_only=True)
class _Check:
    """A finding to be, once rows are found for it."""

    check: CheckName
    severity: Severity = "warning"
    table: str
    column: str
    problem: str
    remedy: str

    def on(self, rows: pl.LazyFrame) -> list[Finding]:
        """The finding on these rows, the first by its values as the example; none where there are no rows."""
        found = rows.collect()
        if found.is_empty():
            return []
        first = found.sort(pl.all()).row(0, named=True)
        example = ", ".join(f"{name} {value}" for name, value in first.items())
        return [Finding(**vars(self), count=found.height, example=example)]


def check_quality(lake: Lake) -> list[Finding]:
    """Findings on every retail table that exists, errors first. Tables that are missing are not checked."""
    there = {name: contract for name, contract in CONTRACTS.items() if lake.exists(name)}
    found: list[Finding] = []
    for contract in there.values():
        found += _repeated_keys(lake, contract)
        for column in contract.columns:
            found += _values(lake, contract, column)
            if column.refers_to:
                found += _unknown_references(lake, contract, column, there)
    for needed, check in _ACROSS:
        if set(needed) <= set(there):
            found += check(lake)
    return sorted(found, key=lambda finding: finding.severity)


def _repeated_keys(lake: Lake, contract: TableContract) -> list[Finding]:
    check = _Check(
        check="duplicate",
        severity="error",
        table=contract.name,
        column=", ".join(contract.key),
        problem="keys occur more than once",
        remedy="Import the table again: an import merges rows by their key.",
    )
    return check.on(lake.scan(contract.name).group_by(contract.key).len("rows").filter(pl.col("rows") > 1))


def _values(lake: Lake, contract: TableContract, column: Column) -> list[Finding]:
    """Required values that are missing and values out of range, in tables that another program wrote."""
    value = pl.col(column.name)
    outside = pl.lit(False)
    if column.minimum is not None:
        outside |= value < column.minimum
    if column.maximum is not None:
        outside |= value > column.maximum
    if column.choices:
        outside |= ~value.is_in(list(column.choices))
    tests: list[tuple[CheckName, pl.Expr, str]] = [("range", outside, "values are not allowed")]
    if column.required:
        tests.append(("missing", value.is_null(), "rows have no value"))
    found = []
    for name, condition, problem in tests:
        check = _Check(
            check=name,
            severity="error",
            table=contract.name,
            column=column.name,
            problem=problem,
            remedy="Correct them where they come from, and import them again.",
        )
        shown = list(dict.fromkeys([*contract.key, column.name]))
        found += check.on(lake.scan(contract.name).filter(condition).select(shown))
    return found


def _unknown_references(
    lake: Lake, contract: TableContract, column: Column, there: dict[str, TableContract]
) -> list[Finding]:
    parent, _, parent_column = column.refers_to.partition(".")
    values = lake.scan(contract.name).drop_nulls(column.name).group_by(column.name).len("rows")
    if parent in there:
        known = lake.scan(parent).select(pl.col(parent_column).alias(column.name)).unique()
        values = values.join(known, on=column.name, how="anti")
    check = _Check(
        check="reference",
        severity="error",
        table=contract.name,
        column=column.name,
        problem=f"values are not in {parent}",
        remedy=f"Import these {parent}, or correct {column.name} in the mapping.",
    )
    return check.on(values)


def _sold_without_stock(lake: Lake) -> list[Finding]:
    pair = ["location_id", "sku_id"]
    sold = lake.scan("sales").filter(pl.col("units") > 0).select(pair).unique()
    check = _Check(
        check="no_stock",
        table="stock",
        column=", ".join(pair),
        problem="pairs of location and SKU have sales and no stock row",
        remedy="Import their stock; until then their sales count as all that was asked for.",
    )
    return check.on(sold.join(lake.scan("stock").select(pair).unique(), on=pair, how="anti"))


def _gaps(lake: Lake) -> list[Finding]:
    days = lake.scan("sales").select(pl.col("date").unique().sort())
    pairs = days.select(from_day=pl.col("date").shift(1) + timedelta(days=1), to_day=pl.col("date") - timedelta(days=1))
    check = _Check(
        check="gap",
        table="sales",
        column="date",
        problem=f"gaps of {GAP_DAYS} days or more without any sale",
        remedy="Import the sales of these days, or enter the closure in the calendar.",
    )
    return check.on(pairs.filter(pl.col("to_day") - pl.col("from_day") >= timedelta(days=GAP_DAYS - 1)))


def _stopped(lake: Lake) -> list[Finding]:
    newest = lake.scan("sales").group_by("location_id").agg(pl.col("date").max().alias("last_sale"))
    late = pl.col("last_sale") < pl.col("last_sale").max() - timedelta(days=STOPPED_DAYS)
    check = _Check(
        check="stopped",
        table="sales",
        column="location_id",
        problem=f"locations have had no sale for over {STOPPED_DAYS} days when others had",
        remedy="Import their sales, or check whether they closed.",
    )
    return check.on(newest.filter(late))


def _more_returned_than_sold(lake: Lake) -> list[Finding]:
    net = lake.scan("sales").group_by("sku_id").agg(pl.col("units").sum().alias("net_units"))
    check = _Check(
        check="returns",
        table="sales",
        column="units",
        problem="SKUs have more units returned than sold",
        remedy="Import earlier sales, or check the rule for returns in the mapping.",
    )
    return check.on(net.filter(pl.col("net_units") < 0))


def _signs_that_differ(lake: Lake) -> list[Finding]:
    check = _Check(
        check="returns",
        table="sales",
        column="revenue",
        problem="sale lines have units and revenue of different sign",
        remedy="Check the rule for returns in the mapping.",
    )
    return check.on(
        lake.scan("sales")
        .filter(pl.col("units").sign() * pl.col("revenue").sign() < 0)
        .select("sale_line_id", "units", "revenue")
    )


def _order(table: str, first: str, last: str) -> Callable[[Lake], list[Finding]]:
    check = _Check(
        check="order",
        severity="error",
        table=table,
        column=last,
        problem=f"rows have {last} before {first}",
        remedy="Correct them where they come from, and import them again.",
    )
    columns = [*CONTRACTS[table].key, first, last]
    return lambda lake: check.on(lake.scan(table).filter(pl.col(last) < pl.col(first)).select(columns))


_ACROSS: tuple[tuple[tuple[str, ...], Callable[[Lake], list[Finding]]], ...] = (
    (("sales", "stock"), _sold_without_stock),
    (("sales",), _gaps),
    (("sales",), _stopped),
    (("sales",), _more_returned_than_sold),
    (("sales",), _signs_that_differ),
    (("inbound",), _order("inbound", "ordered_on", "received_on")),
    (("inbound",), _order("inbound", "ordered_on", "expected_on")),
    (("promotions",), _order("promotions", "starts_on", "ends_on")),
)
"""Tables that a check needs, and the check."""
