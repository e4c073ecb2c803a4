"""Promotions that run, and places that there are."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from copilot.lookups.context import Context
from copilot.lookups.places import find_places
from copilot.lookups.promotions import promotions
from copilot.lookups.scope import EVERYTHING, Period, Scope
from ingestion.retail.contracts import CONTRACTS
from tests.copilot.lookups.figures import cells, totals
from tests.copilot.lookups.retailer import AS_OF, write_retailer

TODAY = Period(since=AS_OF, before=date(2026, 11, 3))


def test_promotions_of_the_days_products_and_countries_asked_for_deepest_first(tmp_path: Path) -> None:
    workspace = write_retailer(tmp_path)
    rows = [
        ("p1", "odette", "FR", date(2026, 10, 30), date(2026, 11, 5), 0.2),
        ("p2", "alba-dress", "FR", AS_OF, AS_OF, 0.3),
        ("p3", "odette", "IT", date(2026, 10, 30), date(2026, 11, 5), 0.5),
        ("p4", "odette", "FR", date(2026, 10, 1), date(2026, 11, 1), 0.6),
    ]
    workspace.lake.append("promotions", pl.DataFrame(rows, schema=CONTRACTS["promotions"].schema, orient="row"))
    with Context(workspace, AS_OF) as context:
        found = promotions(context, Scope(countries=("FR",)), period=TODAY)
        coats = promotions(context, Scope(categories=("coat",), countries=("FR",)), period=TODAY)
        assert promotions(context, Scope(countries=("GB",)), period=TODAY).notes == ("no_promotions",)
    assert [(row.labels["product"], cells(row)["discount_share"]) for row in found.rows] == [
        ("Alba", 0.3),
        ("Odette", 0.2),
    ]
    assert [row.dates["ends_on"] for row in coats.rows] == [date(2026, 11, 5)]


def test_places_with_their_lead_times(context: Context) -> None:
    assert totals(find_places(context, EVERYTHING)) == {"stores": 7}
    (milan,) = find_places(context, Scope(countries=("IT",))).rows
    assert (milan.labels["location"], cells(milan)) == ("Milan", {"lead_time_days": 3, "review_period_days": 7})
