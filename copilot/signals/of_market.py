"""A market's proof beside that of all markets: what would tell few people of the other markets apart is left out.

Whoever sees both could take one from the other. So a part of a market's rise is shown only where nobody, or enough
authors, are in the same part elsewhere; words and threads, whose authors elsewhere are not counted, are not shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import polars as pl

from copilot.floor import Floor
from copilot.signals.excess import Part
from copilot.signals.proof import SignalProof
from copilot.signals.weeks import DAYS


def beside_all_markets(proof: SignalProof, elsewhere: pl.DataFrame, floor: Floor) -> SignalProof:
    """The proof of one market's signal as it may be shown; `elsewhere` are the term's mentions in the other markets."""
    crowd, spike = proof.crowd, proof.spike
    week = elsewhere.filter(pl.col("date") >= proof.signal.as_of - timedelta(days=DAYS))
    if crowd is not None and not _may_be_apart(elsewhere.filter(pl.col("date") >= crowd.since), floor):
        crowd = None
    if spike.peak_on is not None and not _may_be_apart(elsewhere.filter(pl.col("date") == spike.peak_on), floor):
        spike = replace(spike, peak_on=None, peak_share=None)
    return replace(
        proof,
        sources=_kept(proof.sources, week, "source", floor),
        products=_kept(proof.products, week, "product_id", floor),
        crowd=crowd,
        spike=replace(spike, thread_share=None, threads=0),
        words=replace(proof.words, said_with=()),
    )


def _kept(parts: Iterable[Part], week: pl.DataFrame, key: str, floor: Floor) -> tuple[Part, ...]:
    return tuple(part for part in parts if _may_be_apart(week.filter(pl.col(key) == part.name), floor))


def _may_be_apart(others: pl.DataFrame, floor: Floor) -> bool:
    authors = others["author"].n_unique()
    return authors == 0 or floor.shows(authors)
