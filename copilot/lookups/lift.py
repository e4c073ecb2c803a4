"""What rising terms do to sales of the products that they are about: measured once a morning, and kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
import polars as pl

from copilot.errors import NoDataError
from copilot.lookups.context import Context
from copilot.lookups.trends import newest_signals
from copilot.planning.arrays import Floats
from copilot.planning.demand_model import daily_means, joined, rates_of, state_of
from copilot.planning.forecast import PanelReader
from copilot.planning.series import DemandPanel
from copilot.signals.kept import write_day
from copilot.signals.lift import Lift, estimate_lift, nothing_known
from copilot.signals.records import Term
from ingestion.errors import TableMissingError

LIFTS = "lifts"
LONGEST_DAYS = 28
_LEAST_SCORE = 0.5
LIFTS_SCHEMA = pl.Schema(
    {
        "as_of": pl.Date(),
        "term_id": pl.String(),
        "verdict": pl.String(),
        "share": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "delay_days": pl.Int64(),
        "p_value": pl.Float64(),
        "placebo_share": pl.Float64(),
        "days": pl.Int64(),
        "products": pl.Int64(),
        "controls": pl.Int64(),
    }
)
"""Lake table `lifts`: what the rising terms of a morning did to demand by then, as `Lift`. Key: as_of, term_id."""


@dataclass(frozen=True, kw_only=True)
class _Rise:
    """A rising term with what it may move."""

    term: Term
    began: date
    linked: frozenset[str]
    """Products that it is about."""
    apart: frozenset[str]
    """Products of other rising terms: no controls."""


def lift_of_term(context: Context, term_id: str) -> Lift:
    """Lift of the products linked to a rising term since its rise began, at most four weeks; see `signals.lift`.

    As kept for this morning; without that it is measured now, which fits the demand model. Raises `UnknownNameError`
    for an id that the lexicon lacks, `NoDataError` for a term that does not rise, and where nothing was sold before it
    rose.
    """
    term = context.lexicon.term(term_id)
    rises = [rise for rise in _rises(context) if rise.term.term_id == term_id]
    if not rises:
        raise NoDataError(f"{term.labels['en']!r} does not rise on {context.as_of}: there is no lift to measure.")
    kept = kept_lift(context, term_id)
    if kept is not None:
        return kept
    measured = measure_lifts(context, rises=rises)
    if term_id not in measured:
        raise NoDataError(f"No sales before {rises[0].began}, when {term.labels['en']!r} began to rise.")
    return measured[term_id]


def kept_lift(context: Context, term_id: str) -> Lift | None:
    """The lift as it was measured for this morning; None: it was not."""
    try:
        kept = context.workspace.lake.scan(LIFTS)
    except TableMissingError:
        return None
    rows = kept.filter(pl.col("as_of") == context.as_of, pl.col("term_id") == term_id).collect()
    fields = [name for name in LIFTS_SCHEMA.names() if name not in ("as_of", "term_id")]
    return Lift(**rows.select(fields).row(0, named=True)) if rows.height else None


def update_lifts(context: Context, reader: PanelReader | None = None) -> int:
    """Measure the lifts of this morning's rising terms and keep them in the lake table `lifts`; return how many.

    Again on the same tables nothing changes. `reader` is one of this morning that others read from too.
    """
    try:
        found = measure_lifts(context, reader=reader)
    except NoDataError:
        return 0
    rows = [{"as_of": context.as_of, "term_id": term_id, **asdict(lift)} for term_id, lift in sorted(found.items())]
    write_day(context.workspace.lake, LIFTS, pl.DataFrame(rows, schema=LIFTS_SCHEMA), context.as_of)
    return len(rows)


def measure_lifts(
    context: Context, *, rises: list[_Rise] | None = None, reader: PanelReader | None = None
) -> Mapping[str, Lift]:
    """Term -> lift of the rising terms; those that began before the sales did are left out.

    Expectations are those of the demand model, with the rates of the series as of the eve of each rise; what series
    share is learnt from all days up to this morning. Controls are products of the sample that the model is fitted to.
    Of a colour the SKUs in it count. Raises `NoDataError` where signals were never looked for, and where nothing was
    ever sold.
    """
    rises = _rises(context) if rises is None else rises
    found = {rise.term.term_id: nothing_known(days=_days(rise, context.as_of)) for rise in rises if not rise.linked}
    linked = [rise for rise in rises if rise.linked]
    if not linked:
        return found
    if reader is None:
        reader = PanelReader(context.warehouse, context.as_of, context.workspace.settings.planning)
    panels = _panels(reader, frozenset[str]().union(*(rise.linked for rise in linked)))
    by_day: dict[date, list[_Rise]] = {}
    for rise in linked:
        by_day.setdefault(rise.began, []).append(rise)
    for began, of_day in sorted(by_day.items()):
        if began <= reader.since:
            continue
        days = min((reader.as_of - began).days, LONGEST_DAYS)
        since = list(_since(reader, panels, began, days))
        found |= {rise.term.term_id: _estimate(since, rise, days) for rise in of_day}
    return found


def _rises(context: Context) -> list[_Rise]:
    """Every rising term once, since it began to rise in all markets, or else in the first one it is in."""
    signals, _ = newest_signals(context)
    first = signals.sort("term_id", "market").unique("term_id", keep="first", maintain_order=True)
    terms = [row for row in first.iter_rows(named=True) if row["term_id"] in context.lexicon.terms]
    linked = {row["term_id"]: _linked(context, row["term_id"]) for row in terms}
    return [
        _Rise(
            term=context.lexicon.term(row["term_id"]),
            began=row["first_seen_on"],
            linked=linked[row["term_id"]],
            apart=frozenset[str]().union(*(others for term, others in linked.items() if term != row["term_id"])),
        )
        for row in terms
    ]


def _linked(context: Context, term_id: str) -> frozenset[str]:
    return frozenset(link.product_id for link in context.product_links.of(term_id) if link.score >= _LEAST_SCORE)


def _panels(reader: PanelReader, linked: frozenset[str]) -> list[DemandPanel]:
    """The sample, and the linked products that are not in it."""
    of_sample = reader.pieces[0]
    missing = reader.catalogue.filter(pl.col("product_id").is_in(linked), ~pl.col("sku_id").is_in(of_sample))
    return [reader.sample, *([reader.panel(missing["sku_id"].to_list())] if missing.height else [])]


def _since(
    reader: PanelReader, panels: list[DemandPanel], began: date, days: int
) -> Iterator[tuple[pl.DataFrame, Floats, Floats]]:
    """Series, their units and expected units (series, days) from the day on; 0 where demand could not be seen."""
    drivers, model = reader.drivers, reader.fitted
    states = [state_of(panel.until(began), drivers, model) for panel in panels]
    rate, first = rates_of(joined(states), model).mean, 0
    for panel in panels:
        own = rate[first : first + panel.series.height]
        first += panel.series.height
        after = slice((began - panel.start).days, (began - panel.start).days + days)
        used = (panel.availability[:, after] >= 1.0) & ~panel.censored[:, after]
        means = daily_means(panel.series, own, model, drivers, began, days)
        yield panel.series, panel.units[:, after] * used, means * used


def _estimate(since: list[tuple[pl.DataFrame, Floats, Floats]], rise: _Rise, days: int) -> Lift:
    colours = {one.partition(":")[2] for part in rise.term.attributes for one in part.split("|") if "colour:" in one}
    in_colour = pl.col("colour").str.to_lowercase().is_in(colours) if colours else pl.lit(value=True)
    is_linked = pl.col("product_id").is_in(rise.linked)
    meant = (is_linked & in_colour) | ~pl.col("product_id").is_in(rise.linked | rise.apart)
    products = sorted({product for series, _, _ in since for product in series["product_id"].unique()})
    units, expected = np.zeros((len(products), days)), np.zeros((len(products), days))
    for series, seen, wanted in since:
        kept = series.select(meant).to_series().to_numpy()
        rows = np.searchsorted(products, series["product_id"].to_numpy()[kept])
        np.add.at(units, rows, seen[kept])
        np.add.at(expected, rows, wanted[kept])
    return estimate_lift(units, expected, np.array([product in rise.linked for product in products]))


def _days(rise: _Rise, as_of: date) -> int:
    return min((as_of - rise.began).days, LONGEST_DAYS)
