"""What lookups read: one workspace on one morning, its slow parts opened when first needed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import date, timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

import polars as pl

from copilot.errors import NoDataError
from copilot.floor import Floor
from copilot.lookups.index import PostIndex
from copilot.lookups.mornings import morning_of
from copilot.lookups.vocabulary import Vocabulary, build_vocabulary
from copilot.planning.explanation.morning import Morning
from copilot.signals.leaders import Past, read_past
from copilot.signals.lexicon import Lexicon, load_lexicon
from copilot.signals.products import ProductLinks
from copilot.signals.run import product_links, weekly_histories
from copilot.workspace import Workspace
from ingestion.errors import TableMissingError
from ingestion.warehouse import Warehouse

_CATALOGUE_TABLES = ("products", "skus", "locations", "prices")
_WEEKS = 26
_MOST_KEPT = 64
"""Answers of the retail tables kept at once."""
T = TypeVar("T")


class Context:
    """One workspace as known on the morning of `as_of`. Close it after use, or open it in a `with` statement.

    The catalogue is kept in memory and read again when its tables have changed.
    """

    def __init__(self, workspace: Workspace, as_of: date, *, index: PostIndex | None = None) -> None:
        """`index` is one that is open already; none: one of its own, opened at the first search."""
        self.workspace = workspace
        self.as_of = as_of
        self.index = index or PostIndex(workspace)
        self._read_at: dict[str, int] | None = None
        self._catalogue = pl.DataFrame()
        self._locations = pl.DataFrame()
        self._currencies: dict[str, str] = {}
        self._vocabulary: Vocabulary | None = None
        self._links: ProductLinks | None = None
        self._links_at: dict[str, int] = {}
        self._histories: pl.DataFrame | None = None
        self._histories_at: dict[str, int] = {}
        self._past: Past | None = None
        self._past_at: dict[str, int] = {}
        self._morning: Morning | None = None
        self._morning_at: dict[str, int] = {}
        self._once: dict[Hashable, Any] = {}
        self._once_at: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the index free. A second call does nothing."""
        self.index.close()

    def at(self, as_of: date) -> Context:
        """The same workspace on another morning, sharing the index."""
        return Context(self.workspace, as_of, index=self.index)

    @property
    def warehouse(self) -> Warehouse:
        """Questions on the retail tables."""
        return self.workspace.warehouse

    @property
    def catalogue(self) -> pl.DataFrame:
        """SKUs with their products, as `Warehouse.catalogue`. Raises `NoDataError` where nothing was imported."""
        self._refresh()
        return self._catalogue

    @property
    def products(self) -> pl.DataFrame:
        """One row a product: the columns of the catalogue that do not depend on the SKU."""
        of_sku = ("sku_id", "colour", "size", "unit_cost", "pack_size_units")
        return self.catalogue.drop(of_sku).unique("product_id", maintain_order=True)

    @property
    def locations(self) -> pl.DataFrame:
        """All locations. Raises `NoDataError` where none were imported."""
        self._refresh()
        return self._locations

    @property
    def currencies(self) -> Mapping[str, str]:
        """Country -> currency of its prices; without prices, of its sales."""
        self._refresh()
        return self._currencies

    @property
    def floor(self) -> Floor:
        """Decides what may be shown of posts."""
        return Floor(min_authors=self.workspace.settings.privacy.min_authors)

    @property
    def lexicon(self) -> Lexicon:
        """What posts can be about."""
        return load_lexicon()

    @property
    def vocabulary(self) -> Vocabulary:
        """The names that questions may use."""
        self._refresh()
        if self._vocabulary is None:
            self._vocabulary = build_vocabulary(self._catalogue, self._locations, self.lexicon)
        return self._vocabulary

    @property
    def product_links(self) -> ProductLinks:
        """What links terms to products. Raises `NoDataError` where nothing was imported."""
        self._refresh()
        mentions = self.workspace.lake.versions(["mentions"])
        if self._links is None or self._links_at != mentions:
            floor = self.floor.min_authors
            links = product_links(self.warehouse, self.workspace.lake, self.as_of, minimum_reviewers=floor)
            self._links, self._links_at = links, mentions
        return self._links

    @property
    def histories(self) -> pl.DataFrame:
        """The last 26 weeks of every term, as `weekly_histories`. Raises `NoDataError` where none were counted."""
        counted = self.workspace.lake.versions(["mentions", "posts"])
        if self._histories is None or self._histories_at != counted:
            settings = self.workspace.settings.signals
            try:
                found = weekly_histories(self.workspace.lake, self.as_of, _WEEKS, settings=settings)
            except TableMissingError as error:
                raise NoDataError("No mentions yet. Make them with `reassort signals`.") from error
            self._histories, self._histories_at = found, counted
        return self._histories

    @property
    def past(self) -> Past:
        """Past rises, as `update_signals` keeps them, and who led in them."""
        read = self.workspace.lake.versions(["mentions", "past_rises"])
        if self._past is None or self._past_at != read:
            self._past = read_past(self.workspace.lake, self.as_of, self.workspace.settings.signals)
            self._past_at = read
        return self._past

    def morning(self, as_of: date) -> Morning:
        """What the forecasts made for `as_of` were made from, as `mornings.morning_of`; seconds the first time."""
        lake = self.workspace.lake
        read = {**lake.versions(["forecasts", "forecast_runs"]), **self.warehouse.versions()}
        if self._morning is None or self._morning.as_of != as_of or self._morning_at != read:
            self._morning, self._morning_at = morning_of(self.workspace, as_of), read
        return self._morning

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` reads of the retail tables; asked again under the same key, it is read again only where one of
        them has changed. A warehouse by URL, whose changes are not seen, is asked each time.
        """
        read = self.warehouse.versions()
        if not read:
            return make()
        if self._once_at != read or len(self._once) >= _MOST_KEPT:
            self._once, self._once_at = {}, read
        if key not in self._once:
            self._once[key] = make()
        kept: T = self._once[key]
        return kept

    def versions(self, *tables: str) -> dict[str, int]:
        """Newest version of each of the tables that exist in the lake."""
        return self.workspace.lake.versions(tables)

    def derived(self, table: str, *, command: str) -> pl.DataFrame:
        """The newest rows of a dated table of our own (`forecasts`, ...) with `as_of` at or before this morning's.

        Raises `NoDataError`, naming the command that makes the table, where it has none that old.
        """
        named = table.replace("_", " ")
        try:
            rows = self.workspace.lake.scan(table).filter(pl.col("as_of") <= self.as_of)
        except TableMissingError as error:
            raise NoDataError(f"No {named} yet. Make them with `reassort {command}`.") from error
        found = rows.filter(pl.col("as_of") == pl.col("as_of").max()).collect()
        if found.is_empty():
            raise NoDataError(
                f"No {named} up to {self.as_of}. Make them with `reassort {command} --as-of {self.as_of}`."
            )
        return found

    def _refresh(self) -> None:
        read_at = self.workspace.lake.versions(_CATALOGUE_TABLES)
        if read_at == self._read_at:
            return
        try:
            catalogue, locations = self.warehouse.catalogue(), self.warehouse.locations()
        except TableMissingError as error:
            raise NoDataError(str(error)) from error
        self._catalogue, self._locations = catalogue, locations
        self._currencies = _currencies(self.warehouse, locations, self.as_of)
        self._vocabulary = self._links = None
        self._read_at = read_at


def last_morning(workspace: Workspace) -> date:
    """The morning after the newest sales. Raises `NoDataError` where there are none."""
    try:
        last = workspace.warehouse.last_dates().get("sales")
    except TableMissingError as error:
        raise NoDataError(str(error)) from error
    if last is None:
        raise NoDataError("No sales yet. Bring some in with `reassort import sales FILE`.")
    return last + timedelta(days=1)


def _currencies(warehouse: Warehouse, locations: pl.DataFrame, as_of: date) -> dict[str, str]:
    prices = warehouse.prices(as_of)
    found = dict(prices.select("country", "currency").unique("country").iter_rows())
    missing = locations.filter(~pl.col("country").is_in(list(found)))
    if not missing.is_empty():
        found |= _currencies_of_sales(warehouse, missing)
    return found


def _currencies_of_sales(warehouse: Warehouse, locations: pl.DataFrame) -> dict[str, str]:
    sales = warehouse.read("sales", ["location_id", "currency"]).unique("location_id")
    joined = sales.join(locations.select("location_id", "country"), on="location_id")
    return dict(joined.select("country", "currency").unique("country").sort("country").iter_rows())
