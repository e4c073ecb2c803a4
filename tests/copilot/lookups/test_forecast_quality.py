"""How good kept forecasts turned out to be."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from copilot.lookups.context import Context
from copilot.lookups.forecast_quality import forecast_quality
from copilot.lookups.scope import Scope
from copilot.planning.check_record import ForecastCheck, write_check
from tests.copilot.lookups.figures import totals
from tests.copilot.lookups.retailer import AS_OF, write_retailer


def check(as_of: date, wape: float, codes: tuple[str, ...] = ()) -> ForecastCheck:
    return ForecastCheck(
        as_of=as_of,
        made_on=date(2026, 10, 19),
        days=14,
        series=40,
        units=900.0,
        wape=wape,
        bias=-0.05,
        rule_wape=0.6,
        coverage=None,
        promised_ratio=None,
        promised_bias=None,
        codes=codes,
    )


def test_the_newest_check_known_that_morning_is_told(tmp_path: Path) -> None:
    workspace = write_retailer(tmp_path)
    for found in (check(date(2026, 11, 1), 0.4), check(AS_OF, 0.5, ("old",)), check(date(2026, 11, 3), 0.9)):
        write_check(workspace.lake, found)
    with Context(workspace, AS_OF) as context:
        told = forecast_quality(context, Scope(categories=("bag",)))
    assert totals(told) == {
        "sold_units": 900, "error_share": 0.5, "rule_error_share": 0.6, "bias_share": -0.05, "series": 40
    }  # fmt: skip
    assert told.dates == {"since": date(2026, 10, 19), "last_day": date(2026, 11, 1)}
    assert told.notes == ("checked_as_a_whole", "training_due")


def test_no_check_is_noted(context: Context) -> None:
    assert forecast_quality(context).notes == ("not_checked",)
