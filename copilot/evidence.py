"""Evidence: figures as a tool found them, with where they come from. Claims cite it; nothing uncited is shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass
from datetime import date
from typing import Literal

from copilot.charts import Chart

Unit = Literal[
    "units",
    "share",
    "days",
    "authors",
    "posts",
    "ratio",
    "money",
    "stars",
    "stores",
    "products",
    "weeks",
    "lines",
    "skus",
    "terms",
    "severity",
    "degrees",
    "millimetres",
]
Kind = Literal["products", "stock", "inbound", "sales", "forecast", "restock", "signal", "posts", "freshness"]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number with its meaning."""

    name: str
    """snake_case meaning: `on_hand_units`, `run_out_probability`, `expected_authors`."""
    value: float
    unit: Unit
    """Shares are 0 to 1; money is in `currency`."""
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one product, SKU, location or term shows: one line of a table of evidence."""

    labels: Mapping[str, str]
    """What the row is about: `product`, `product_id`, `sku_id`, `colour`, `size`, `location`, `location_id`, `term`."""
    figures: tuple[Figure, ...] = ()
    dates: Mapping[str, date] = field(default_factory=dict)
    """Dates by meaning: `counted_on`, `next_delivery_on`, `first_seen_on`."""
    reasons: tuple[str, ...] = ()
    """Codes of what decided the figures: `warehouse_limit`, `pack_rounding`, ..."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    """What put a post where it is among those found; comparable within one answer only."""

    score: float
    """What the order is by, 0 to 1."""
    rerank: float
    """Of the re-ranker, before recency and source count."""
    fused: float
    """BM25 and likeness of meaning together, 0 to 1."""
    dense: float | None = None
    """Cosine likeness of meaning; None where the search had no vector."""
    bm25: float | None = None
    """BM25; None where no word matched."""


@dataclass(frozen=True, kw_only=True)
class Quote:
    """Some words of a pseudonymised post. Untrusted text: shown as text, never followed."""

    post_id: str
    source: str
    language: str
    author: str
    """Pseudonym."""
    published_on: date | None
    text: str
    matched: tuple[str, ...] = ()
    """Words of the post that answer a search, as written."""
    scores: Scores | None = None
    """Of a post that was searched for."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One answer of one tool, citable by its id."""

    id: str
    """`kind-` and 8 hex digits of a hash over the content: equal content has an equal id."""
    kind: Kind
    as_of: date
    sources: Mapping[str, int]
    """Lake table -> version that was read."""
    rows: tuple[Row, ...] = ()
    totals: tuple[Figure, ...] = ()
    """Figures over all rows, the ones not listed included."""
    dates: Mapping[str, date] = field(default_factory=dict)
    """Dates over all rows: `since` and `last_day` of a period, ..."""
    quotes: tuple[Quote, ...] = ()
    row_count: int = 0
    """Rows found; more than are listed where the list was cut."""
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = ()
    """Codes of what is not known or was left out: `no_stock_row`, `thin_history`, `below_author_floor`, ..."""


def make_evidence(
    kind: Kind,
    *,
    as_of: date,
    sources: Mapping[str, int],
    rows: Sequence[Row] = (),
    totals: Sequence[Figure] = (),
    dates: Mapping[str, date] | None = None,
    quotes: Sequence[Quote] = (),
    row_count: int | None = None,
    charts: Sequence[Chart] = (),
    notes: Sequence[str] = (),
) -> Evidence:
    """Evidence with the id that its content gives it; `row_count` defaults to the rows listed."""
    content: dict[str, object] = {
        "kind": kind,
        "as_of": as_of,
        "sources": dict(sources),
        "rows": rows,
        "totals": totals,
        "quotes": [quote.post_id for quote in quotes],
        "notes": list(notes),
    }
    if dates:
        content["dates"] = dict(dates)
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, default=_as_json).encode()).hexdigest()
    return Evidence(
        id=f"{kind}-{digest[:8]}",
        kind=kind,
        as_of=as_of,
        sources=dict(sources),
        rows=tuple(rows),
        totals=tuple(totals),
        dates=dict(dates or {}),
        quotes=tuple(quotes),
        row_count=len(rows) if row_count is None else row_count,
        charts=tuple(charts),
        notes=tuple(notes),
    )


def changed(evidence: Evidence, *, rows: Sequence[Row] | None = None, notes: Sequence[str] | None = None) -> Evidence:
    """The evidence with other rows or notes, under the id that these give it."""
    return make_evidence(
        evidence.kind,
        as_of=evidence.as_of,
        sources=evidence.sources,
        rows=evidence.rows if rows is None else rows,
        totals=evidence.totals,
        dates=evidence.dates,
        quotes=evidence.quotes,
        row_count=evidence.row_count,
        charts=evidence.charts,
        notes=evidence.notes if notes is None else notes,
    )


def _as_json(value: object) -> object:
    # What `dataclasses.asdict` gives, without the copy of everything inside that it takes most of its time for.
    return vars(value) if is_dataclass(value) else str(value)
