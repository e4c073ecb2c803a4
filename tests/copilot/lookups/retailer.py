"""A retailer small enough to check by hand: two products called Alba, one coat, five places, two weeks of sales."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl

from copilot.planning.records import RESTOCK_SCHEMA
from copilot.settings import Settings
from copilot.workspace import Workspace
from ingestion.retail.contracts import CONTRACTS

AS_OF = date(2026, 11, 2)
"""A Monday."""


def write_retailer(home: Path) -> Workspace:
    """A workspace with the retail tables and a restock plan; no posts."""
    workspace = Workspace(Settings(home=home))
    for table, rows in _tables().items():
        workspace.lake.append(table, pl.DataFrame(rows, schema=CONTRACTS[table].schema, orient="row"))
    workspace.lake.append("restock_lines", plan())
    return workspace


def plan() -> pl.DataFrame:
    """Two lines to send, one pair at risk that gets nothing, one that is well."""
    empty = dict.fromkeys(RESTOCK_SCHEMA, None)
    rows = [
        {"sku_id": "ALB-ECR-38", "location_id": "lyon", "units": 4, "wanted_units": 6, "on_hand_units": 1,
         "run_out_probability": 0.9, "run_out_probability_after": 0.2, "expected_sales_value": 500.0,
         "expected_sales_units": 4.0, "currency": "EUR", "reasons": ["order_up_to", "warehouse_limit"],
         "mean_demand_units": 5.0},
        {"sku_id": "ODE-CAM-38", "location_id": "covent", "units": 2, "wanted_units": 2, "on_hand_units": 3,
         "run_out_probability": 0.5, "run_out_probability_after": 0.1, "expected_sales_value": 400.0,
         "expected_sales_units": 1.5, "currency": "GBP", "reasons": ["order_up_to"], "mean_demand_units": 3.0},
        {"sku_id": "ODE-CAM-38", "location_id": "milan", "units": 0, "wanted_units": 1, "on_hand_units": 0,
         "run_out_probability": 0.7, "run_out_probability_after": 0.7, "expected_sales_value": 0.0,
         "expected_sales_units": 0.0, "currency": "EUR", "reasons": ["warehouse_limit"], "mean_demand_units": 1.0},
        {"sku_id": "ALB-ECR-40", "location_id": "marais", "units": 0, "wanted_units": 0, "on_hand_units": 30,
         "run_out_probability": 0.01, "run_out_probability_after": 0.01, "expected_sales_value": 0.0,
         "expected_sales_units": 0.0, "currency": "EUR", "reasons": [], "mean_demand_units": 2.0},
    ]  # fmt: skip
    shared = {"as_of": AS_OF, "inbound_units": 0, "order_up_to_units": 7, "protection_days": 9,
              "next_delivery_on": date(2026, 11, 4)}  # fmt: skip
    return pl.DataFrame([empty | shared | row for row in rows], schema=RESTOCK_SCHEMA)


def _tables() -> dict[str, list[tuple[object, ...]]]:
    skus: list[tuple[object, ...]] = [
        ("ALB-ECR-38", "alba-dress", "ecru", "38", 40.0, 2),
        ("ALB-ECR-40", "alba-dress", "ecru", "40", 40.0, 2),
        ("ALB-BLK-38", "alba-dress", "black", "38", 40.0, 2),
        ("ALS-TAN-38", "alba-sandals", "tan", "38", 35.0, 2),
        ("ODE-CAM-38", "odette", "camel", "38", 100.0, 1),
        ("TEE-BUR-M", "tee", "burgundy", "M", None, 1),
    ]
    return {
        "products": [
            ("alba-dress", "Alba", "dress", "women", "Reassort", "linen", "midi", "", "S", 30, None),
            ("alba-sandals", "Alba", "sandals", "shoes", "Reassort", "leather", "flat", "", "S", 30, None),
            ("odette", "Odette", "coat", "women", "Reassort", "wool", "long", "", "S", 49, None),
            ("tee", "Anouk", "top", "women", "Reassort", "cotton", "", "", "S", 20, None),
        ],
        "skus": skus,
        "locations": [
            ("lyon", "Lyon", "store", "Lyon", "FR", 2, 7),
            ("bordeaux", "Bordeaux", "store", "Bordeaux", "FR", 2, 7),
            ("marais", "Paris Marais", "store", "Paris", "FR", 2, 7),
            ("opera", "Paris Opéra", "store", "Paris", "FR", 2, 7),
            ("milan", "Milan", "store", "Milan", "IT", 3, 7),
            ("nice", "Nice", "store", "Nice", "FR", 2, 7),
            ("covent", "London Covent Garden", "store", "London", "GB", 5, 7),
            ("web-fr", "Web France", "web", "", "FR", 1, 7),
            ("dc", "Warehouse", "warehouse", "Lille", "FR", 0, 7),
        ],
        "sales": _sales(),
        "stock": [
            (date(2026, 10, 1), "lyon", "ALB-ECR-38", 9),
            (date(2026, 10, 30), "lyon", "ALB-ECR-38", 1),
            (date(2026, 10, 30), "marais", "ALB-ECR-38", 4),
            (date(2026, 10, 30), "marais", "ALB-ECR-40", 30),
            (date(2026, 10, 30), "lyon", "ODE-CAM-38", 7),
            (date(2026, 10, 30), "covent", "ODE-CAM-38", 3),
            (date(2026, 10, 30), "dc", "ODE-CAM-38", 50),
            (AS_OF, "lyon", "ALB-ECR-38", 99),  # of the day itself: not known that morning
        ],
        "inbound": [
            ("i1", "lyon", "ALB-ECR-38", 6, date(2026, 10, 30), date(2026, 11, 3), None),
            ("i2", "lyon", "ALB-ECR-38", 8, date(2026, 10, 1), date(2026, 10, 5), date(2026, 10, 5)),
        ],
        "prices": [
            ("alba-dress", "FR", date(2026, 1, 1), 129.0, "EUR"),
            ("alba-dress", "IT", date(2026, 1, 1), 135.0, "EUR"),
            ("alba-dress", "GB", date(2026, 1, 1), 119.0, "GBP"),
            ("odette", "FR", date(2026, 1, 1), 289.0, "EUR"),
        ],
    }  # fmt: skip


def _sales() -> list[tuple[object, ...]]:
    """Alba ecru 38 in Lyon: 2 a day from 19 to 31 October 2026, 1 a day a year before; one return; coats in London."""
    lines: list[tuple[object, ...]] = []
    for back in range(2, 15):
        day = AS_OF - timedelta(days=back)
        lines.append((f"a{back}", day, "lyon", "ALB-ECR-38", 2, 258.0, "EUR"))
        lines.append((f"b{back}", day - timedelta(days=364), "lyon", "ALB-ECR-38", 1, 129.0, "EUR"))
    lines.append(("r1", date(2026, 10, 31), "lyon", "ALB-ECR-38", -1, -129.0, "EUR"))
    lines.append(("m1", date(2026, 11, 1), "milan", "ALB-ECR-40", 3, 405.0, "EUR"))
    lines.append(("c1", date(2026, 10, 31), "covent", "ODE-CAM-38", 2, 500.0, "GBP"))
    return lines
