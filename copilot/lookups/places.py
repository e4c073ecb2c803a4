"""Which places there are, and how long deliveries to them take."""

from __future__ import annotations

import polars as pl

from copilot.evidence import Evidence, Unit, make_evidence
from copilot.lookups.context import Context
from copilot.lookups.rows import to_figures, to_rows
from copilot.lookups.scope import Scope

_UNITS: dict[str, Unit] = {"lead_time_days": "days", "review_period_days": "days"}


def find_places(context: Context, scope: Scope, *, limit: int = 30) -> Evidence:
    """Stores, web shops and warehouses in scope, with their lead time and the days between two deliveries.

    The total `stores` counts stores alone.
    """
    places = scope.locations(context.locations).sort("kind", "country", "name")
    named = places.rename({"name": "location", "kind": "channel"})
    return make_evidence(
        "stock",
        as_of=context.as_of,
        sources=context.versions("locations"),
        rows=to_rows(named.head(limit), _UNITS),
        totals=to_figures({"stores": places.filter(pl.col("kind") == "store").height}, {"stores": "stores"}),
        row_count=places.height,
        notes=["cut"] if places.height > limit else [],
    )
