"""Stores, web shop and warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from ingestion.demo.material import load
from ingestion.retail.contracts import LOCATIONS

COUNTRIES = ("FR", "IT", "GB", "DE")
"""Countries with stores, in the order of every array that has a country axis."""

CURRENCIES = {"FR": "EUR", "IT": "EUR", "GB": "GBP", "DE": "EUR"}

_WEB_SIZE_IN_STORES = 4.0


@dataclass(frozen=True, kw_only=True)
class Location:
    """Where stock lies and, but for the warehouse, is sold."""

    location_id: str
    name: str
    kind: Literal["store", "web", "warehouse"]
    city: str
    """Empty for the web shop."""
    country: str
    size: float
    """Demand relative to the average store."""
    lead_time_days: int
    review_period_days: int


def build_network(stores: int) -> tuple[Location, ...]:
    """That many stores, then the web shop, then the warehouse."""
    data = load("network")
    listed = data["stores"]
    found = []
    for number in range(stores):
        row, round_ = listed[number % len(listed)], number // len(listed)
        busy = row["size"] >= 1.4
        found.append(
            Location(
                location_id=f"{row['country']}{number + 1:03d}",
                name=row["name"] if round_ == 0 else f"{row['name']} {round_ + 1}",
                kind="store",
                city=row["city"],
                country=row["country"],
                size=row["size"] * 0.85**round_,
                lead_time_days=data["lead_time_days"][row["country"]],
                review_period_days=4 if busy else 7,
            )
        )
    return (*found, _web(stores), _warehouse())


def _web(stores: int) -> Location:
    return Location(
        location_id="WEB",
        name="Web shop",
        kind="web",
        city="",
        country="FR",
        size=_WEB_SIZE_IN_STORES * max(stores, 6) / 24,
        lead_time_days=1,
        review_period_days=2,
    )


def _warehouse() -> Location:
    return Location(
        location_id="WH",
        name="Central warehouse",
        kind="warehouse",
        city="Lyon",
        country="FR",
        size=0.0,
        lead_time_days=0,
        review_period_days=14,
    )


def locations_frame(network: tuple[Location, ...]) -> pl.DataFrame:
    """Table `locations`."""
    return pl.DataFrame(
        [
            {
                "location_id": place.location_id,
                "name": place.name,
                "kind": place.kind,
                "city": place.city or None,
                "country": place.country,
                "lead_time_days": place.lead_time_days,
                "review_period_days": place.review_period_days,
            }
            for place in network
        ],
        schema=LOCATIONS.schema,
    )
