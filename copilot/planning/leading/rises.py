"""Rises of terms as they were called on each morning, with the SKUs that each is about.

Past mornings are replayed by the detector, which looks at each in turn and at no later post: what it called on a
morning was known then. Links are those of today's catalogue and reviews, as a catalogue keeps no history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from copilot.planning.arrays import Flags
from copilot.settings import SignalSettings
from copilot.signals.counting import read_volumes
from copilot.signals.detection import REPLAYED
from copilot.signals.lexicon import load_lexicon
from copilot.signals.mentions import MENTIONS
from copilot.signals.past import MOST_MORNINGS, find_past_rises
from copilot.signals.products import ProductLinks, product_links
from copilot.signals.records import Term
from copilot.signals.weeks import DAYS, HISTORY_WEEKS
from ingestion.errors import TableMissingError
from ingestion.lake import Lake
from ingestion.warehouse import Warehouse

FOLLOWED_DAYS = 84
"""Days since the first of a rise after which it says nothing more."""
_LEAST_SCORE = 0.5
_COLOUR = "colour:"


@dataclass(frozen=True, kw_only=True)
class KnownRise:
    """One rise that was called, and what it is about."""

    term_id: str
    called_on: date
    """Morning from which on it was known."""
    first_day: date
    """Of the rise, as known then."""
    sku_ids: frozenset[str]

    def is_known(self, morning: date) -> bool:
        """Whether it was known on that morning, and still says something."""
        return self.called_on <= morning < self.first_day + timedelta(days=FOLLOWED_DAYS)

    def moves(self, series: pl.DataFrame) -> Flags:
        """Which series (sku_id) it is about."""
        flags: Flags = series["sku_id"].is_in(list(self.sku_ids)).to_numpy()
        return flags


def known_rises(
    lake: Lake, warehouse: Warehouse, as_of: date, settings: SignalSettings, *, mornings: int = REPLAYED
) -> tuple[KnownRise, ...]:
    """Rises over all markets of the `mornings` before `as_of`, that of `as_of` among them, oldest first.

    Those without a linked SKU are left out; none where no mention or no product is known.
    """
    try:
        mentions = lake.scan(MENTIONS).filter(pl.col("date") < as_of).collect()
        links = product_links(warehouse, lake, as_of)
        catalogue = warehouse.catalogue()
    except TableMissingError:
        return ()
    mornings = min(mornings, MOST_MORNINGS)
    volumes = read_volumes(lake, as_of, days=DAYS * HISTORY_WEEKS + mornings)
    lives = find_past_rises(mentions, volumes, as_of, settings, mornings=mornings)
    return linked_rises(lives, links, catalogue)


def linked_rises(lives: pl.DataFrame, links: ProductLinks, catalogue: pl.DataFrame) -> tuple[KnownRise, ...]:
    """Rises (term_id, began_on, first_day) that are about a SKU of the catalogue, oldest first."""
    terms = load_lexicon().terms
    skus = {
        term_id: _skus(terms[term_id], links, catalogue) for term_id in lives["term_id"].unique() if term_id in terms
    }
    rows = lives.sort("began_on", "term_id").select("term_id", "began_on", "first_day").rows()
    return tuple(
        KnownRise(term_id=term_id, called_on=called_on, first_day=first_day, sku_ids=skus[term_id])
        for term_id, called_on, first_day in rows
        if skus.get(term_id)
    )


def any_moves(rises: Sequence[KnownRise], series: pl.DataFrame) -> Flags:
    """Series that one of the rises is about."""
    every = frozenset[str]().union(*(rise.sku_ids for rise in rises))
    flags: Flags = series["sku_id"].is_in(list(every)).to_numpy()
    return flags


def _skus(term: Term, links: ProductLinks, catalogue: pl.DataFrame) -> frozenset[str]:
    """SKUs of the products that the term is about; of a colour, those in it."""
    products = [link.product_id for link in links.of(term.term_id) if link.score >= _LEAST_SCORE]
    colours = [
        one.removeprefix(_COLOUR) for part in term.attributes for one in part.split("|") if one.startswith(_COLOUR)
    ]
    linked = catalogue.filter(pl.col("product_id").is_in(products))
    if colours:
        linked = linked.filter(pl.col("colour").str.to_lowercase().is_in(colours))
    return frozenset(linked["sku_id"])
