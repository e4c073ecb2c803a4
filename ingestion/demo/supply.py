"""Stock day by day: what arrives, what is sold while it lasts, what comes back, what is ordered.

A day: deliveries arrive; returns go back on the shelf; customers buy while stock lasts; stock is counted; orders leave
the warehouse and go out to suppliers. A store's order leaves the warehouse on the evening it is made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from ingestion.demo.chance import generator
from ingestion.demo.demand import DemandModel, season_by_day
from ingestion.demo.movements import Journal, Movements, Places
from ingestion.demo.network import Location
from ingestion.demo.policy import build_policy, ration, smooth, store_orders, supplier_orders
from ingestion.demo.styles import Range
from ingestion.demo.takeback import Takeback

_OPENING_COVER_DAYS = 12
_OPENING_WAREHOUSE_DAYS = 60
_PREPARED_DAYS = 7
"""Days before a launch that stores may order, and twice that the first supplier delivery arrives."""
_LATE_SHARE = 0.06

Ints = npt.NDArray[np.int64]
Arrivals = dict[int, list[tuple[Ints, Ints]]]


class Supply:
    """One run through all days; use it once."""

    def __init__(
        self,
        model: DemandModel,
        range_: Range,
        network: tuple[Location, ...],
        paid: npt.NDArray[np.float64],
    ) -> None:
        self._model = model
        self._series = model.series
        self._paid = paid
        self._chance = generator(model.seed, "supply")
        self._sku_style = np.array([sku.style for sku in range_.skus])
        later = season_by_day(range_, start=model.start, days=model.days + 365)
        self._policy = build_policy(model, range_, network, later)
        self._launch = np.array([(style.launched_on - model.start).days for style in range_.styles])
        self._journal = Journal(places=_places(model, len(range_.skus), network))
        self._takeback = Takeback(model, range_, network)
        self._numbers = 0
        self._arrivals: Arrivals = defaultdict(list)
        self._open()

    def run(self) -> Iterator[Movements]:
        """The days in order, a block at a time."""
        for number in range(self._model.blocks):
            first, wanted = self._model.block(number)
            for offset, demand in enumerate(wanted):
                self._day(first + offset, demand)
            yield self._journal.empty()

    def _open(self) -> None:
        """Stock on the evening before the first day, and first deliveries of what is launched later."""
        series, model = self._series, self._model
        on_sale = self._launch[series.style] <= _PREPARED_DAYS
        season = model.season[np.clip(self._launch[series.style], 0, model.days - 1), series.style]
        self._forecast = series.base * season * self._chance.lognormal(0, 0.25, len(series))
        units = self._chance.poisson(self._forecast * _OPENING_COVER_DAYS + 1.0)
        self._on_hand = np.where(on_sale, np.maximum(units, 1), 0).astype(np.int64)
        self._coming = np.zeros(len(series), dtype=np.int64)
        total = np.bincount(series.sku, weights=self._forecast, minlength=len(self._sku_style))
        cover = _OPENING_WAREHOUSE_DAYS + self._policy.supplier_lead_days / 2
        first = np.ceil(total * cover * self._policy.supplier_judgement / 12).astype(np.int64) * 12
        launch = self._launch[self._sku_style]
        ready = launch <= 2 * _PREPARED_DAYS
        self._warehouse = np.where(ready, first, 0)
        self._warehouse_coming = np.where(ready, 0, first)
        for day in np.unique(launch[~ready]):
            chosen = np.flatnonzero((launch == day) & (first > 0))
            due = np.full(len(chosen), day - 2 * _PREPARED_DAYS)
            ordered = due - self._policy.supplier_lead_days[chosen]
            self._send(chosen + len(series), first[chosen], ordered=ordered, expected=due, late=np.zeros_like(due))
        self._counted = np.concatenate([self._on_hand, self._warehouse])
        everything = np.arange(len(self._counted))
        self._journal.stock.append((np.full(len(everything), -1), everything, self._counted))

    def _day(self, day: int, demand: npt.NDArray[np.int32]) -> None:
        self._receive(day)
        self._take_back(day)
        sold = np.minimum(demand, self._on_hand)
        self._on_hand -= sold
        self._sell(day, demand, sold)
        launch = self._launch[self._series.style]
        self._forecast = smooth(self._forecast, sold, launch <= day)
        self._order(day, launch - _PREPARED_DAYS <= day)
        self._count(day)

    def _receive(self, day: int) -> None:
        for positions, units in self._arrivals.pop(day, []):
            in_stores = positions < len(self._series)
            at, arrived = positions[in_stores], units[in_stores]
            np.add.at(self._on_hand, at, arrived)
            np.subtract.at(self._coming, at, arrived)
            at, arrived = positions[~in_stores] - len(self._series), units[~in_stores]
            np.add.at(self._warehouse, at, arrived)
            np.subtract.at(self._warehouse_coming, at, arrived)

    def _take_back(self, day: int) -> None:
        at, units, value = self._takeback.due(day)
        self._on_hand[at] += units
        if len(at):
            self._journal.sales.append((np.full(len(at), day), at, -units, -value))

    def _sell(self, day: int, demand: npt.NDArray[np.int32], sold: npt.NDArray[np.int64]) -> None:
        at = np.flatnonzero(sold)
        price = self._paid[day, self._series.style[at], self._series.country[at]]
        self._journal.sales.append((np.full(len(at), day), at, sold[at], sold[at] * price))
        self._takeback.sell(day, at, sold[at], price)
        short = np.flatnonzero(demand > sold)
        self._journal.lost.append((np.full(len(short), day), short, demand[short] - sold[short]))

    def _order(self, day: int, prepared: npt.NDArray[np.bool_]) -> None:
        series, policy = self._series, self._policy
        asked = store_orders(
            policy,
            day,
            forecast=self._forecast,
            position=self._on_hand + self._coming,
            style=series.style,
            chance=self._chance,
        )
        asked[~prepared] = 0
        sent = ration(asked, series.sku, self._warehouse, pack=policy.pack, priority=policy.priority)
        at = np.flatnonzero(sent)
        self._warehouse -= np.bincount(series.sku, weights=sent, minlength=len(self._warehouse)).astype(np.int64)
        self._coming += sent
        late = np.where(self._chance.random(len(at)) < _LATE_SHARE, self._chance.integers(1, 4, len(at)), 0)
        self._send(at, sent[at], ordered=np.full(len(at), day), expected=day + policy.lead_days[at], late=late)
        self._order_from_suppliers(day, prepared)

    def _order_from_suppliers(self, day: int, prepared: npt.NDArray[np.bool_]) -> None:
        skus = len(self._warehouse)
        weights = self._forecast * prepared
        forecast = np.bincount(self._series.sku, weights=weights, minlength=skus).astype(np.float64)
        position = self._warehouse + self._warehouse_coming
        units = supplier_orders(self._policy, day, forecast=forecast, position=position, style=self._sku_style)
        at = np.flatnonzero(units)
        self._warehouse_coming += units
        late = np.maximum(np.round(self._chance.normal(0.5, 3.0, len(at))), -3).astype(np.int64)
        expected = day + self._policy.supplier_lead_days[at]
        self._send(at + len(self._series), units[at], ordered=np.full(len(at), day), expected=expected, late=late)

    def _send(self, positions: Ints, units: Ints, *, ordered: Ints, expected: Ints, late: Ints) -> None:
        arrives = expected + late
        numbers = self._numbers + 1 + np.arange(len(positions))
        self._numbers += len(positions)
        received = np.where(arrives < self._model.days, arrives, -1)
        self._journal.inbound.append((numbers, positions, units, ordered, expected, received))
        for day in np.unique(arrives[arrives < self._model.days]):
            chosen = arrives == day
            self._arrivals[int(day)].append((positions[chosen], units[chosen]))

    def _count(self, day: int) -> None:
        now = np.concatenate([self._on_hand, self._warehouse])
        changed = np.flatnonzero(now != self._counted)
        self._journal.stock.append((np.full(len(changed), day), changed, now[changed]))
        self._counted = now


def _places(model: DemandModel, skus: int, network: tuple[Location, ...]) -> Places:
    warehouse = next(place for place in network if place.kind == "warehouse")
    location_ids = pl.Series(model.location_ids, dtype=pl.String).gather(model.series.location)
    sku_ids = pl.Series(model.sku_ids, dtype=pl.String)
    return Places(
        start=date.fromordinal(model.start.toordinal()),
        location_ids=location_ids.append(pl.Series([warehouse.location_id] * skus, dtype=pl.String)),
        sku_ids=sku_ids.gather(model.series.sku).append(sku_ids),
        country=np.concatenate([model.series.country, np.zeros(skus, dtype=np.int64)]),
    )
