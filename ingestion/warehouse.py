"""Questions on the retail tables: of a warehouse by URL, through Ibis, or of the lake, through Ibis and DuckDB where
much is read and as its files are where little is.

Every answer is a polars frame. Dates are exclusive at the end: `as_of` and `before` D mean what was known, or had
happened, on the morning of day D. A table that is optional and absent answers with no rows and the contract's columns.

Ibis and DuckDB are imported at the first question that needs them, so that commands that ask none start quickly.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from ingestion.errors import TableMissingError, WarehouseError
from ingestion.lake import Lake
from ingestion.retail.contracts import CONTRACTS
from ingestion.urls import without_secrets

if TYPE_CHECKING:
    import duckdb

NEEDED = ("products", "skus", "locations", "sales")
"""Tables without which nothing can be answered; the others are optional."""

_DATED = {
    "sales": "date",
    "stock": "date",
    "inbound": "ordered_on",
    "prices": "valid_from",
    "calendar": "date",
    "weather": "date",
    "weather_forecasts": "issued_on",
}
_MONEY_DECIMALS = 4


class Warehouse:
    """The retail tables of one lake or warehouse. Safe to ask from several threads at once."""

    def __init__(self, lake: Lake, *, url: str = "", versions: Mapping[str, int] | None = None) -> None:
        """`url` is an Ibis URL of a warehouse whose tables have the contracts' names; empty: the lake's own tables.

        `versions` fixes tables of the lake at a version; the others are read at their newest.
        """
        self._lake = lake
        self._url = url
        self._at = dict(versions or {})
        self._lock = threading.Lock()

    def at(self, versions: Mapping[str, int]) -> Warehouse:
        """The same questions on the lake's tables as they were at these versions."""
        return Warehouse(self._lake, url=self._url, versions=versions)

    def versions(self) -> dict[str, int]:
        """Version of each retail table that exists in the lake; empty for a warehouse by URL, which has none."""
        if self._url:
            return {}
        found = self._lake.versions([name for name in CONTRACTS if name not in self._at])
        return {name: {**found, **self._at}[name] for name in CONTRACTS if name in found or name in self._at}

    def read(self, table: str, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """One table whole, or some columns of it. Tables that are not retail ones are always the lake's own.

        Raises `TableMissingError` where it does not exist and is not an optional retail table.
        """
        if not self._url or table not in CONTRACTS:
            rows = self._scan(table)
            return (rows if columns is None else rows.select(columns)).collect()
        with self._tables() as tables:
            found = tables(table)
            return self._typed(found if columns is None else found.select(*columns), table)

    def catalogue(self) -> pl.DataFrame:
        """SKUs with their products, one row a SKU, by `sku_id`. A SKU whose product is unknown is named by its ids.

        Columns: sku_id, product_id, name, category, department, brand, material, attributes, description, supplier,
        supplier_lead_time_days, launched_on, colour, size, unit_cost, pack_size_units.
        """
        products = self.read("products").rename({"lead_time_days": "supplier_lead_time_days"})
        own = ("sku_id", "product_id")
        sku_only = ("colour", "size", "unit_cost", "pack_size_units")
        return (
            self.read("skus")
            .join(products, on="product_id", how="left")
            .with_columns(name=pl.coalesce("name", "product_id"), category=pl.col("category").fill_null(""))
            .select(*own, pl.exclude(*own, *sku_only), *sku_only)
            .sort("sku_id")
        )

    def locations(self) -> pl.DataFrame:
        """All locations, in the contract's columns, by `location_id`."""
        return self.read("locations").sort("location_id")

    def daily_sales(
        self,
        *,
        since: date,
        before: date,
        sku_ids: Sequence[str] | None = None,
        location_ids: Sequence[str] | None = None,
    ) -> pl.DataFrame:
        """Sales of `since <= date < before` by day: date, location_id, sku_id, units, returned_units, revenue.

        `units` are those sold and `returned_units` those that came back, both >= 0; `revenue` is net of returns.
        Days without a line are absent. `sku_ids` and `location_ids` limit the answer; None: all. Rows are sorted.
        """
        with self._tables() as tables:
            sales = _limited(tables("sales"), sku_ids, location_ids)
            days = (
                sales.filter(sales.date >= since, sales.date < before)
                .group_by("date", "location_id", "sku_id")
                .agg(
                    units=sales.units.clip(lower=0).sum(),
                    returned_units=(-sales.units).clip(lower=0).sum(),
                    revenue=sales.revenue.sum(),
                )
            )
            frame = self._answer(days)
        return frame.select(
            pl.col("date").cast(pl.Date),
            "location_id",
            "sku_id",
            pl.col("units", "returned_units").cast(pl.Int64),
            # Engines add in any order; rounding keeps the last bits from differing between two runs.
            pl.col("revenue").cast(pl.Float64).round(_MONEY_DECIMALS),
        ).sort("date", "location_id", "sku_id")

    def stock_levels(
        self, as_of: date, *, sku_ids: Sequence[str] | None = None, location_ids: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """Last known levels: location_id, sku_id, on_hand_units, counted_on (the last row dated before `as_of`)."""
        with self._tables() as tables:
            stock = _limited(tables("stock"), sku_ids, location_ids)
            last = (
                stock.filter(stock.date < as_of)
                .group_by("location_id", "sku_id")
                .agg(on_hand_units=stock.on_hand_units.argmax(stock.date), counted_on=stock.date.max())
            )
            frame = self._answer(last)
        return frame.cast({"on_hand_units": pl.Int64, "counted_on": pl.Date}).sort("location_id", "sku_id")

    def stock_history(
        self,
        *,
        since: date,
        before: date,
        sku_ids: Sequence[str] | None = None,
        location_ids: Sequence[str] | None = None,
    ) -> pl.DataFrame:
        """Changes of level in `since <= date < before`: date, location_id, sku_id, on_hand_units.

        The level that held when the window began comes first, dated `since - 1 day`, where one was known.
        """
        opening = self.stock_levels(since, sku_ids=sku_ids, location_ids=location_ids).select(
            pl.lit(since - timedelta(days=1)).alias("date"), "location_id", "sku_id", "on_hand_units"
        )
        with self._tables() as tables:
            stock = _limited(tables("stock"), sku_ids, location_ids)
            changes = self._typed(stock.filter(stock.date >= since, stock.date < before), "stock")
        return pl.concat([opening, changes.select(opening.columns)]).sort("location_id", "sku_id", "date")

    def open_inbound(
        self, as_of: date, *, sku_ids: Sequence[str] | None = None, location_ids: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """What was ordered before `as_of` and had not arrived by then, in the contract's columns.

        An arrival dated `as_of` or later was not known then: its `received_on` is null.
        """
        with self._tables() as tables:
            inbound = _limited(tables("inbound"), sku_ids, location_ids)
            under_way = inbound.received_on.isnull() | (inbound.received_on >= as_of)
            found = self._typed(inbound.filter(inbound.ordered_on < as_of, under_way), "inbound")
        return found.with_columns(received_on=pl.lit(None, pl.Date)).sort("expected_on", "inbound_id")

    def prices(self, as_of: date) -> pl.DataFrame:
        """List prices that hold on day `as_of`: product_id, country, price, currency."""
        return (
            self._dated_rows("prices", None, as_of + timedelta(days=1), column="valid_from")
            .sort("valid_from")
            .group_by("product_id", "country")
            .agg(pl.col("price", "currency").last())
            .sort("product_id", "country")
        )

    def promotions(self, since: date, before: date) -> pl.DataFrame:
        """Promotions with at least one day in `since <= day < before`, in the contract's columns."""
        begun = self._dated_rows("promotions", None, before, column="starts_on")
        return begun.filter(pl.col("ends_on") >= since).sort("starts_on", "promotion_id")

    def calendar(self, since: date, before: date) -> pl.DataFrame:
        """Holidays and events of `since <= date < before`, in the contract's columns."""
        return self._dated_rows("calendar", since, before)

    def weather(self, since: date, before: date) -> pl.DataFrame:
        """Weather of `since <= date < before`, in the contract's columns."""
        return self._dated_rows("weather", since, before)

    def weather_forecasts(self, since: date, before: date) -> pl.DataFrame:
        """Weather forecasts issued on days in `since <= day < before`, in the contract's columns.

        Those issued on a day are known on the next morning: `before` is the first morning that must not know them.
        """
        return self._dated_rows("weather_forecasts", since, before, column="issued_on")

    def last_dates(self, *, before: date | None = None) -> dict[str, date]:
        """Newest date in each dated table that has rows, of those dated before `before` where it is given.

        Tables: sales, stock, inbound (ordered on), prices (valid from), calendar, weather, weather_forecasts (issued
        on).
        """
        found: dict[str, date] = {}
        for name, column in _DATED.items():
            with contextlib.suppress(TableMissingError):
                last = self._last_date(name, column, before)
                if last is not None:
                    found[name] = last
        return found

    def _last_date(self, name: str, column: str, before: date | None) -> date | None:
        if not self._url:
            dates = self._scan(name).select(pl.col(column).cast(pl.Date))
            known = dates if before is None else dates.filter(pl.col(column) < before)
            return cast("date | None", known.max().collect().item())
        with self._tables() as tables:
            table = tables(name)
            rows = table if before is None else table.filter(table[column] < before)
            return cast("date | None", self._answer(rows.agg(last=rows[column].max()))["last"].cast(pl.Date).item())

    def _dated_rows(self, name: str, since: date | None, before: date, *, column: str = "date") -> pl.DataFrame:
        """Rows of a small table by key, in the contract's columns. The lake's need no Ibis, a second to load."""
        key = CONTRACTS[name].key
        if not self._url:
            rows = self._scan(name).filter(pl.col(column) < before)
            return (rows if since is None else rows.filter(pl.col(column) >= since)).collect().sort(key)
        with self._tables() as tables:
            table = tables(name)
            inside = table.filter(table[column] < before)
            return self._typed(inside if since is None else inside.filter(table[column] >= since), name).sort(key)

    def _scan(self, name: str) -> pl.LazyFrame:
        try:
            return self._lake.scan(name, version=self._at.get(name))
        except TableMissingError as missing:
            return _empty(missing).lazy()

    @contextlib.contextmanager
    def _tables(self) -> Iterator[Callable[[str], Any]]:
        """A function from a table's name to its Ibis expression, for the questions of one call."""
        if self._url:
            # A vendor's connection is rarely safe to share: one question at a time.
            with self._lock:
                yield lambda name: self._remote_table(name)
            return
        import ibis

        with _stopped_by_ctrl_c(), self._database.cursor() as cursor:
            backend = ibis.duckdb.from_connection(cursor)
            yield lambda name: self._lake_table(backend, name)

    def _typed(self, expression: Any, name: str) -> pl.DataFrame:
        """The rows, with the contract's types whatever the engine's own."""
        frame = self._answer(expression)
        schema = CONTRACTS[name].schema
        return frame.cast({column: schema[column] for column in frame.columns if column in schema})

    def _answer(self, expression: Any) -> pl.DataFrame:
        if self._url:
            return cast("pl.DataFrame", expression.to_polars())
        # DuckDB hands over Arrow itself; by way of Ibis it needs pandas, which takes longer to load than to answer.
        backend = expression.get_backend()
        return cast("pl.DataFrame", backend.con.sql(backend.compile(expression)).pl())

    @cached_property
    def _database(self) -> duckdb.DuckDBPyConnection:
        """An in-memory DuckDB that holds nothing: each call reads the lake's files through a cursor of its own."""
        import duckdb

        return duckdb.connect(config={"autoinstall_known_extensions": "false"})

    @cached_property
    def _backend(self) -> Any:
        import ibis

        where = without_secrets(self._url)
        try:
            return ibis.connect(self._url)
        except ImportError as error:
            kind = where.partition(":")[0]
            remedy = f'Install it: pip install "ibis-framework[{kind}]".'
            raise WarehouseError(where, "its driver is not installed", remedy) from error
        except Exception as error:  # each vendor raises its own, with the URL in its words
            problem = f"cannot be reached ({type(error).__name__})"
            raise WarehouseError(where, problem, "Check lake.warehouse_url.") from error

    def _remote_table(self, name: str) -> Any:
        import ibis
        from ibis.common.exceptions import TableNotFound

        try:
            return self._backend.table(name)
        except TableNotFound:
            return ibis.memtable(_empty(TableMissingError(name)))

    def _lake_table(self, backend: Any, name: str) -> Any:
        version = self._at.get(name)
        try:
            uris = self._lake.uris(name, version=version)
        except TableMissingError as missing:
            return _registered(backend, name, _empty(missing))
        if not uris or "://" in self._lake.url:
            # DuckDB needs an extension to reach object stores; polars does not, and takes DuckDB's filters.
            return _registered(backend, name, self._lake.scan(name, version=version))
        return backend.read_parquet(uris, union_by_name=True)


@contextlib.contextmanager
def _stopped_by_ctrl_c() -> Iterator[None]:
    """DuckDB makes of Ctrl-C an error that only its words tell from others."""
    try:
        yield
    except RuntimeError as error:
        if str(error) != "Query interrupted":
            raise
        raise KeyboardInterrupt from error


def _empty(missing: TableMissingError) -> pl.DataFrame:
    """No rows of an optional table; raises `missing` where the table is needed or none of the contracts'."""
    if missing.table in NEEDED or missing.table not in CONTRACTS:
        raise missing
    return CONTRACTS[missing.table].schema.to_frame()


def _registered(backend: Any, name: str, frame: pl.DataFrame | pl.LazyFrame) -> Any:
    backend.con.register(name, frame)
    return backend.table(name)


def _limited(table: Any, sku_ids: Sequence[str] | None, location_ids: Sequence[str] | None) -> Any:
    if sku_ids is not None:
        table = table.filter(table.sku_id.isin(list(sku_ids)))
    if location_ids is not None:
        table = table.filter(table.location_id.isin(list(location_ids)))
    return table
