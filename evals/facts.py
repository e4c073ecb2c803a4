"""What answers must state, worked out from the tables by other means than the tools' own lookups.

Each fact is a small sum over the lake: an oracle that shares no code with what it judges. Scopes are written in names:
`{product: Alba, category: dress, colour: ecru, size: "38", city: Lyon}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from copilot.evidence import Unit
from copilot.settings import Language
from copilot.signals.lexicon import load_lexicon
from copilot.workspace import Workspace
from evals.errors import FactError


@dataclass(frozen=True, kw_only=True)
class Expected:
    """One thing that an answer must state."""

    name: str
    value: float | None = None
    """A figure, as exact as the tables have it."""
    unit: Unit | None = None
    day: date | None = None
    text: str = ""
    """A name."""


@dataclass(frozen=True, kw_only=True)
class Tables:
    """The tables of a workspace on a morning, and the language that names are wanted in."""

    workspace: Workspace
    as_of: date
    language: Language

    def read(self, table: str) -> pl.DataFrame:
        """All rows of a table."""
        return self.workspace.lake.read(table)

    def skus(self, scope: Mapping[str, Any]) -> pl.DataFrame:
        """SKUs in scope with their products. Raises `FactError` where there are none."""
        rows = self.read("skus").join(self.read("products"), on="product_id")
        for key, column in _SKU_KEYS.items():
            if key in scope:
                rows = rows.filter(pl.col(column) == scope[key])
        if rows.is_empty():
            raise FactError(f"No SKU fits {dict(scope)}: this suite is about the demo retailer (`reassort demo`).")
        return rows

    def places(self, scope: Mapping[str, Any]) -> pl.DataFrame:
        """Locations in scope: a city's stores, all that sell in a country. Raises `FactError` where there are none."""
        rows = self.read("locations")
        if "city" in scope:
            rows = rows.filter(pl.col("city") == scope["city"], pl.col("kind") == "store")
        if "country" in scope:
            rows = rows.filter(pl.col("country") == scope["country"], pl.col("kind") != "warehouse")
        if "kind" in scope:
            sells = pl.col("kind") != "warehouse"
            rows = rows.filter(sells if scope["kind"] == "sells" else pl.col("kind") == scope["kind"])
        if rows.is_empty():
            raise FactError(f"No location fits {dict(scope)}: this suite is about the demo retailer (`reassort demo`).")
        return rows

    def in_scope(self, rows: pl.DataFrame, scope: Mapping[str, Any]) -> pl.DataFrame:
        """Rows of the SKUs and locations in scope."""
        kept = rows.join(self.skus(scope).select("sku_id"), on="sku_id", how="semi")
        return kept.join(self.places(scope).select("location_id"), on="location_id", how="semi")


_SKU_KEYS = {
    "product": "name",
    "category": "category",
    "department": "department",
    "material": "material",
    "colour": "colour",
    "size": "size",
}

Scope = Mapping[str, Any]


def expected(tables: Tables, fact: Mapping[str, Scope]) -> list[Expected]:
    """What a case's fact means here and now. Raises `FactError` for an unknown fact or a scope without rows."""
    found: list[Expected] = []
    for name, scope in fact.items():
        if name not in _FACTS:
            raise FactError(f"No fact is called {name!r}. There are: {', '.join(sorted(_FACTS))}.")
        found += _FACTS[name](tables, scope)
    return found


def _on_hand(tables: Tables, scope: Scope) -> list[Expected]:
    """`kind: store` leaves warehouses out."""
    return [Expected(name="on hand", value=float(_levels(tables, scope)["on_hand_units"].sum()), unit="units")]


def _out_of_stock(tables: Tables, scope: Scope) -> list[Expected]:
    levels = _levels(tables, {"kind": "sells", **scope})
    lines = float(levels.filter(pl.col("on_hand_units") <= 0).height)
    return [Expected(name="lines out", value=lines, unit="lines")] if lines else []


def _too_many(tables: Tables, scope: Scope) -> list[Expected]:
    """On hand above the 90 % quantile of 28 days, summed over SKUs and places."""
    made = _newest(tables, "forecasts").filter(pl.col("horizon_days") == 28).unique(["sku_id", "location_id"])
    levels = _levels(tables, {"kind": "sells", **scope}).join(made, on=["sku_id", "location_id"])
    above = levels["on_hand_units"] - levels["p90"].ceil()
    units = float(above.filter(above > 0).sum())
    return [Expected(name="too many", value=units, unit="units")] if units else []


def _levels(tables: Tables, scope: Scope) -> pl.DataFrame:
    """The last level of each SKU and place. Raises `FactError` where none is recorded."""
    rows = tables.in_scope(tables.read("stock").filter(pl.col("date") < tables.as_of), scope)
    if rows.is_empty():
        raise FactError(f"No stock level is recorded for {dict(scope)}.")
    return rows.sort("date").group_by("sku_id", "location_id").last()


def _on_the_way(tables: Tables, scope: Scope) -> list[Expected]:
    rows = tables.in_scope(tables.read("inbound").filter(pl.col("ordered_on") < tables.as_of), scope)
    still = rows.filter(pl.col("received_on").is_null() | (pl.col("received_on") >= tables.as_of))
    units = float(still["units"].sum())
    return [Expected(name="on the way", value=units, unit="units")] if units else []


def _sales_rows(tables: Tables, scope: Scope, *, years_back: int = 0) -> pl.DataFrame:
    since, last_day = _days(tables, scope)
    shift = timedelta(days=364 * years_back)
    rows = tables.read("sales").filter(pl.col("date").is_between(since - shift, last_day - shift))
    return tables.in_scope(rows, scope)


def _days(tables: Tables, scope: Scope) -> tuple[date, date]:
    if "days" in scope:
        return tables.as_of - timedelta(days=scope["days"]), tables.as_of - timedelta(days=1)
    return scope["since"], scope["last_day"]


def _units_sold(rows: pl.DataFrame) -> float:
    return float(rows.filter(pl.col("units") > 0)["units"].sum())


def _sold(tables: Tables, scope: Scope) -> list[Expected]:
    return [Expected(name="sold", value=_units_sold(_sales_rows(tables, scope)), unit="units")]


def _sold_change(tables: Tables, scope: Scope) -> list[Expected]:
    """Against the same weekdays a year before, in the locations that sold in both."""
    now, before = _sales_rows(tables, scope), _sales_rows(tables, scope, years_back=1)
    both = set(now["location_id"]) & set(before["location_id"])
    kept = [_units_sold(rows.filter(pl.col("location_id").is_in(list(both)))) for rows in (now, before)]
    return [Expected(name="change on a year before", value=kept[0] / kept[1] - 1, unit="share")]


def _best_seller(tables: Tables, scope: Scope) -> list[Expected]:
    rows = _sales_rows(tables, scope).filter(pl.col("units") > 0).join(tables.skus(scope), on="sku_id")
    ranked = rows.group_by("name").agg(pl.col("units").sum()).sort("units", descending=True)
    return [Expected(name="best seller", text=str(ranked["name"][0]))]


def _worst_seller(tables: Tables, scope: Scope) -> list[Expected]:
    """Of the products that sold at all."""
    rows = _sales_rows(tables, scope).filter(pl.col("units") > 0).join(tables.skus(scope), on="sku_id")
    ranked = rows.group_by("product_id", "name").agg(pl.col("units").sum()).sort("units", "product_id")
    return [Expected(name="worst seller", text=str(ranked["name"][0]))]


def _most_returned(tables: Tables, scope: Scope) -> list[Expected]:
    """Of the products that sold 20 pieces or more."""
    rows = _sales_rows(tables, scope).join(tables.skus(scope), on="sku_id")
    sold, back = pl.col("units").clip(lower_bound=0).sum(), -pl.col("units").clip(upper_bound=0).sum()
    shares = rows.group_by("name", "product_id").agg(sold=sold, share=back / sold).filter(pl.col("sold") >= 20)
    return [Expected(name="most returned", text=str(shares.sort("share", descending=True)["name"][0]))]


def _stores(tables: Tables, scope: Scope) -> list[Expected]:
    count = tables.places({"kind": "store", **scope}).filter(pl.col("kind") == "store").height
    return [Expected(name="stores", value=float(count), unit="stores")]


def _complaints(tables: Tables, scope: Scope) -> list[Expected]:
    """Share of all posts on a product that mention the problem `term`."""
    ids = tables.skus(scope)["product_id"].unique().to_list()
    day = pl.col("published_at").dt.date()
    posts = tables.read("posts").filter(
        pl.col("product_id").is_in(ids),
        ~pl.col("spam"),
        pl.col("duplicate_of") == "",
        day.is_null() | (day < tables.as_of),
    )
    said = tables.read("mentions").filter(pl.col("term_id") == scope["term"])
    share = posts.join(said, on="post_id", how="semi").height / posts.height
    return [Expected(name="share that complains", value=share, unit="share")]


def _returned(tables: Tables, scope: Scope) -> list[Expected]:
    rows = _sales_rows(tables, scope)
    back = -float(rows.filter(pl.col("units") < 0)["units"].sum())
    return [Expected(name="share returned", value=back / _units_sold(rows), unit="share")]


def _products(tables: Tables, scope: Scope) -> list[Expected]:
    names = tables.skus(scope)["name"].unique().sort()
    return [Expected(name="product", text=str(name)) for name in names]


def _price(tables: Tables, scope: Scope) -> list[Expected]:
    ids = tables.skus(scope)["product_id"].unique().to_list()
    prices = tables.read("prices").filter(
        pl.col("product_id").is_in(ids), pl.col("country") == scope["country"], pl.col("valid_from") <= tables.as_of
    )
    return [Expected(name="price", value=float(prices.sort("valid_from")["price"][-1]), unit="money")]


def _expected_demand(tables: Tables, scope: Scope) -> list[Expected]:
    """The sum of the 28-day means: sums of means are the means of sums."""
    rows = tables.in_scope(_newest(tables, "forecasts").filter(pl.col("horizon_days") == 28), scope)
    # A location's protection period may be 28 days too.
    once = rows.unique(["sku_id", "location_id"])
    return [Expected(name="expected demand", value=float(once["mean_units"].sum()), unit="units")]


def _to_send(tables: Tables, scope: Scope) -> list[Expected]:
    rows = tables.in_scope(_newest(tables, "restock_lines"), scope)
    units = float(rows["units"].sum())
    return [Expected(name="to send", value=units, unit="units")] if units else []


def _at_risk(tables: Tables, scope: Scope) -> list[Expected]:
    rows = tables.in_scope(_newest(tables, "restock_lines"), scope).filter(pl.col("run_out_probability") >= 0.3)
    return [Expected(name="lines at risk", value=float(rows.height), unit="lines")] if rows.height else []


def _rising(tables: Tables, scope: Scope) -> list[Expected]:
    rows = _newest(tables, "signals").filter(
        pl.col("market") == scope.get("market", ""), pl.col("stage") != "fading", pl.col("authors") >= 5
    )
    lexicon = load_lexicon()
    worst = rows.sort("severity", "ratio", descending=True).head(3)
    return [Expected(name="rising term", text=lexicon.label(term, tables.language)) for term in worst["term_id"]]


def _authors(tables: Tables, scope: Scope) -> list[Expected]:
    rows = _newest(tables, "signals").filter(pl.col("term_id") == scope["term"], pl.col("market") == "")
    if rows.is_empty():
        raise FactError(f"{scope['term']!r} does not rise: this suite is about the demo retailer (`reassort demo`).")
    return [Expected(name="authors", value=float(rows["authors"].item()), unit="authors")]


def _reviews(tables: Tables, scope: Scope) -> list[Expected]:
    ids = tables.skus(scope)["product_id"].unique().to_list()
    day = pl.col("published_at").dt.date()
    rows = tables.read("posts").filter(
        pl.col("product_id").is_in(ids),
        ~pl.col("spam"),
        pl.col("duplicate_of") == "",
        day.is_null() | (day < tables.as_of),
    )
    return [Expected(name="posts", value=float(rows.height), unit="posts")]


def _last_day(tables: Tables, scope: Scope) -> list[Expected]:
    last = tables.read(scope["table"]).filter(pl.col("date") < tables.as_of)["date"].max()
    return [Expected(name="last day", day=last if isinstance(last, date) else None)]


def _newest(tables: Tables, table: str) -> pl.DataFrame:
    rows = tables.read(table).filter(pl.col("as_of") <= tables.as_of)
    return rows.filter(pl.col("as_of") == pl.col("as_of").max())


_FACTS: Mapping[str, Callable[[Tables, Scope], list[Expected]]] = {
    "on_hand": _on_hand,
    "out_of_stock": _out_of_stock,
    "too_many": _too_many,
    "on_the_way": _on_the_way,
    "sold": _sold,
    "sold_change": _sold_change,
    "best_seller": _best_seller,
    "worst_seller": _worst_seller,
    "most_returned": _most_returned,
    "stores": _stores,
    "complaints": _complaints,
    "returned": _returned,
    "products": _products,
    "price": _price,
    "expected_demand": _expected_demand,
    "to_send": _to_send,
    "at_risk": _at_risk,
    "rising": _rising,
    "authors": _authors,
    "reviews": _reviews,
    "last_day": _last_day,
}
