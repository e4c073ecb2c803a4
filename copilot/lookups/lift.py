"""What a rising term does to sales of the products that it is about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from copilot.errors import NoDataError
from copilot.lookups.context import Context
from copilot.lookups.trends import newest_signals
from copilot.planning.arrays import Floats
from copilot.planning.demand_model import daily_means, fit_model, joined, rates_of, state_of
from copilot.planning.forecast import PanelReader
from copilot.signals.lift import Lift, estimate_lift
from copilot.signals.records import Term

LONGEST_DAYS = 28
_LEAST_SCORE = 0.5


def lift_of_term(context: Context, term_id: str) -> Lift:
    """Lift of the products linked to a rising term since its rise began, at most four weeks; see `signals.lift`.

    Expectations are those of the demand model fitted to the days before the rise. Of a colour the SKUs in it count.
    Products linked to other rising terms are no controls. Raises `UnknownNameError` for an id that the lexicon lacks,
    `NoDataError` for a term that does not rise, and where nothing was sold before the rise.
    """
    term = context.lexicon.term(term_id)
    signals, _ = newest_signals(context)
    own = signals.filter(pl.col("term_id") == term_id).sort("market")
    if own.is_empty():
        raise NoDataError(f"{term.labels['en']!r} does not rise on {context.as_of}: there is no lift to measure.")
    began: date = own["first_seen_on"][0]
    reader = PanelReader(context.workspace.warehouse, context.as_of, context.workspace.settings.planning)
    if began <= reader.since:
        raise NoDataError(f"No sales before {began}, when {term.labels['en']!r} began to rise.")
    others = [other for other in signals["term_id"].unique() if other != term_id]
    apart = frozenset[str]().union(*(_linked(context, other) for other in others))
    return _estimate(reader, began, term, linked=_linked(context, term_id), apart=apart)


def _linked(context: Context, term_id: str) -> frozenset[str]:
    return frozenset(link.product_id for link in context.product_links.of(term_id) if link.score >= _LEAST_SCORE)


def _estimate(reader: PanelReader, began: date, term: Term, *, linked: frozenset[str], apart: frozenset[str]) -> Lift:
    colours = {one.partition(":")[2] for part in term.attributes for one in part.split("|") if "colour:" in one}
    in_colour = pl.col("colour").str.to_lowercase().is_in(colours) if colours else pl.lit(value=True)
    is_linked = pl.col("product_id").is_in(linked)
    meant = (is_linked & in_colour) | ~pl.col("product_id").is_in(linked | apart)
    products = sorted(reader.catalogue["product_id"].unique())
    days = min((reader.as_of - began).days, LONGEST_DAYS)
    units, expected = np.zeros((len(products), days)), np.zeros((len(products), days))
    for series, seen, wanted in _since(reader, began, days):
        kept = series.select(meant).to_series().to_numpy()
        rows = np.searchsorted(products, series["product_id"].to_numpy()[kept])
        np.add.at(units, rows, seen[kept])
        np.add.at(expected, rows, wanted[kept])
    return estimate_lift(units, expected, np.array([product in linked for product in products]))


def _since(reader: PanelReader, began: date, days: int) -> Iterator[tuple[pl.DataFrame, Floats, Floats]]:
    """Series, their units and expected units (series, days) from the day on; 0 where demand could not be seen."""
    drivers = reader.drivers
    model = fit_model(reader.sample.until(began), drivers)
    states = [state_of(panel.until(began), drivers, model) for panel in reader.panels()]
    rate, first = rates_of(joined(states), model).mean, 0
    for panel in reader.panels():
        own = rate[first : first + panel.series.height]
        first += panel.series.height
        after = slice((began - panel.start).days, (began - panel.start).days + days)
        used = (panel.availability[:, after] >= 1.0) & ~panel.censored[:, after]
        means = daily_means(panel.series, own, model, drivers, began, days)
        yield panel.series, panel.units[:, after] * used, means * used
