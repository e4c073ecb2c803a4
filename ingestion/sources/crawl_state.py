"""What crawling remembers between runs: failing hosts, what robots.txt said, which version of a page was read last,
which source was not read to its end, how far a listing was read.

Kept in the lake table `crawl_state`. Keys are hashes: an address may name a person.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Literal

import polars as pl

from ingestion.lake import Lake

CRAWL_STATE = "crawl_state"
CRAWL_STATE_SCHEMA = pl.Schema(
    {"kind": pl.String(), "key": pl.String(), "value": pl.String(), "saved_at": pl.Datetime("us", "UTC")}
)
"""Columns of the lake table `crawl_state`; `value` is JSON. Key: kind, key."""

Kind = Literal["breaker", "robots", "page", "gap", "listing"]


class CrawlState:
    """Small values by kind and key, in memory until they are saved."""

    def __init__(self, values: dict[tuple[str, str], dict[str, str]] | None = None) -> None:
        self._values = values or {}
        self._changed: set[tuple[str, str]] = set()

    @classmethod
    def load(cls, lake: Lake) -> CrawlState:
        """What the last run saved; nothing where none did."""
        if not lake.exists(CRAWL_STATE):
            return cls()
        rows = lake.read(CRAWL_STATE).iter_rows(named=True)
        return cls({(row["kind"], row["key"]): json.loads(row["value"]) for row in rows})

    def get(self, kind: Kind, *names: str) -> dict[str, str]:
        """What is remembered; empty where nothing is."""
        return self._values.get((kind, _key(names)), {})

    def put(self, kind: Kind, *names: str, value: dict[str, str]) -> None:
        """Remember; an empty value: nothing."""
        key = (kind, _key(names))
        if self._values.get(key, {}) != value:
            self._values[key] = value
            self._changed.add(key)

    def save(self, lake: Lake, now: datetime) -> None:
        """Write what changed, in one commit."""
        if not self._changed:
            return
        rows = [
            {"kind": kind, "key": key, "value": json.dumps(self._values[kind, key]), "saved_at": now}
            for kind, key in sorted(self._changed)
        ]
        lake.merge(CRAWL_STATE, pl.DataFrame(rows, schema=CRAWL_STATE_SCHEMA), key=["kind", "key"])
        self._changed.clear()


def _key(names: tuple[str, ...]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:32]
