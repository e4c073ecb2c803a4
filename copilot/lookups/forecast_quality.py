"""How good kept forecasts turned out to be, as the daily check holds them against sales."""

from __future__ import annotations

from datetime import timedelta

from copilot.evidence import Evidence, Unit, make_evidence
from copilot.lookups.context import Context
from copilot.lookups.rows import to_figures
from copilot.lookups.scope import EVERYTHING, Scope
from copilot.planning.check_record import CHECKS_TABLE, newest_check

_UNITS: dict[str, Unit] = {
    "sold_units": "units",
    "error_share": "share",
    "rule_error_share": "share",
    "bias_share": "share",
    "coverage_share": "share",
    "series": "lines",
}


def forecast_quality(context: Context, scope: Scope = EVERYTHING) -> Evidence:
    """The newest check of kept forecasts, over all products and places.

    Totals: `error_share`, absolute errors of a day, SKU and location over units sold; `rule_error_share`, the same of
    the mean of the 28 days before; `bias_share`, above 0 where too much was forecast; `coverage_share` of weeks in
    their 80 % interval; `series` compared. Dates: the days compared. Notes: `not_checked` where no forecast is old
    enough, `checked_as_a_whole` where the scope asks for a part, and `training_due` where the check says so.
    """
    check = newest_check(context.workspace.lake, as_of=context.as_of)
    sources = context.versions(CHECKS_TABLE, "forecasts", "sales")
    if check is None:
        return make_evidence("forecast", as_of=context.as_of, sources=sources, notes=["not_checked"])
    cells: dict[str, object] = {
        "sold_units": check.units,
        "error_share": check.wape,
        "rule_error_share": check.rule_wape,
        "bias_share": check.bias,
        "coverage_share": check.coverage,
        "series": check.series,
    }
    asks_part = scope.names_skus or scope.names_locations
    return make_evidence(
        "forecast",
        as_of=context.as_of,
        sources=sources,
        totals=to_figures(cells, _UNITS),
        dates={"since": check.made_on, "last_day": check.made_on + timedelta(days=check.days - 1)},
        notes=[*(["checked_as_a_whole"] if asks_part else []), *(["training_due"] if check.codes else [])],
    )
