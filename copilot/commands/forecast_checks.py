"""The daily check of forecasts in words, for the commands that show it."""

from __future__ import annotations

from copilot.planning.check_record import ForecastCheck


def summary(check: ForecastCheck) -> str:
    """How the forecasts did, in one sentence."""
    promised = "" if check.promised_ratio is None else f", {check.promised_ratio:.2f} promised"
    covered = "" if check.coverage is None else f", {check.coverage:.0%} of weeks in their 80 % interval"
    ratio = check.wape / check.rule_wape if check.rule_wape > 0.0 else float("nan")
    return (
        f"Forecasts of {check.made_on}, {check.days} days on: error {check.wape:.0%} ({ratio:.2f} of that of the mean "
        f"of 28 days{promised}), bias {check.bias:+.0%}{covered}."
    )


def missed(check: ForecastCheck) -> str:
    """The same with why it is time to train."""
    return f"{summary(check)} Training is due ({', '.join(check.codes)})."
