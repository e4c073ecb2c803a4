"""Answers on forecasts, restocking and what may run out."""

from __future__ import annotations

from collections.abc import Iterator

from copilot import wording
from copilot.agent.offline.writing.forecasts import models
from copilot.agent.offline.writing.pieces import Page, RowWords, in_all, join, listed


def plan(page: Page) -> str:
    """What to send, or what is at risk: the totals tell which was asked."""
    return _at_risk(page) if page.total_figure("at_risk_lines") else _restock(page)


def forecast(page: Page) -> str:
    """Expected demand with its range, and what it rests on."""
    if not page.evidence.rows:
        return join(page.say("forecast.none"), page.notes())
    values: dict[str, object] = {"mean": page.total("mean_demand_units"), "span": page.span()}
    if page.total("p10_units") and page.total("p90_units"):
        lead = page.say("forecast.lead_range", **values, low=page.total("p10_units"), high=page.total("p90_units"))
    else:
        lead = page.say("forecast.lead", **values)
    rows = listed(page, _forecast_row) if len(page.evidence.rows) > 1 else []
    history, in_stock = page.total("history_days"), page.total("in_stock_share")
    if history and in_stock:
        basis = page.say("forecast.basis_stock", history=history, share=in_stock)
    else:
        basis = page.say("forecast.basis", history=history) if history else ""
    # That the days asked for are out of reach comes first: the figures are of other days.
    reach = page.say("forecast.reach") if "beyond_horizon" in page.evidence.notes else ""
    made_by = models(page)
    return join(reach, lead, rows, in_all(page, "lines"), basis, made_by, page.notes("beyond_horizon"))


def _forecast_row(row: RowWords) -> Iterator[str]:
    low, high = row.amount("p10_units"), row.amount("p90_units")
    if low and high:
        yield row.clause("demand_range", "mean_demand_units", low=low, high=high)
    else:
        yield row.clause("demand", "mean_demand_units")


def quality(page: Page) -> str:
    """How good kept forecasts turned out to be."""
    bias = page.total_figure("bias_share")
    if bias is None:
        return join(page.say("quality.none"), page.notes())
    lead = page.say(
        "quality.lead", span=page.span(), error=page.total("error_share"), rule=page.total("rule_error_share")
    )
    covered = page.total("coverage_share")
    return join(
        lead,
        page.say(
            f"quality.{'over' if bias.value > 0 else 'under'}", bias=wording.share(abs(bias.value), page.language)
        ),
        page.say("quality.covered", share=covered) if covered else "",
        page.say("quality.basis", series=page.total("series"), sold=page.total("sold_units")),
        page.notes(),
    )


def _restock(page: Page) -> str:
    if not page.evidence.rows:
        return join(page.say("restock.none"), page.notes())
    lead = page.say(
        "restock.lead",
        units=page.total("restock_units"),
        lines=page.total("lines"),
        stores=page.total("stores"),
        value=page.total("expected_sales_value"),
    )
    cost = page.total("cost")
    return join(
        lead,
        page.say("restock.cost", cost=cost) if cost else "",
        listed(page, _restock_row),
        in_all(page, "lines"),
        page.say("restock.basis", day=wording.day(page.evidence.as_of, page.language)),
        page.notes(),
    )


def _restock_row(row: RowWords) -> Iterator[str]:
    sent, wanted = row.figure("restock_units"), row.figure("wanted_units")
    if sent is not None and wanted is not None and wanted.value > sent.value:
        yield row.clause("send_short", "restock_units", wanted=row.amount("wanted_units"), count=wanted.value)
    else:
        yield row.clause("send", "restock_units")
    day = row.day("next_delivery_on")
    yield row.page.say("row.arrives", day=day) if day else ""
    before, after = row.amount("run_out_probability"), row.amount("run_out_probability_after")
    yield row.page.say("row.run_out_change", before=before, after=after) if before and after else ""
    if row.is_positive("expected_sales_value"):
        yield row.clause("brings", "expected_sales_value")
    reasons = [wording.label("reasons", code, row.page.language) for code in row.row.reasons if code != "order_up_to"]
    yield row.page.say("row.because", reasons=", ".join(reasons)) if reasons else ""


def _at_risk(page: Page) -> str:
    basis = page.say("at_risk.basis", threshold=page.total("threshold"))
    if not page.evidence.rows:
        return join(page.say("at_risk.none"), basis, page.notes())
    lead = page.say(
        "at_risk.lead",
        lines=page.total("at_risk_lines"),
        planned=page.total("lines_planned"),
        count=page.count("at_risk_lines"),
    )
    return join(lead, listed(page, _risk_row), in_all(page, "lines"), basis, page.notes())


def _risk_row(row: RowWords) -> Iterator[str]:
    yield row.clause("run_out", "run_out_probability")
    yield row.clause("on_hand", "on_hand_units")
    if row.is_positive("inbound_units"):
        yield row.clause("coming", "inbound_units")
    yield row.clause("demand", "mean_demand_units")
    if row.is_positive("restock_units"):
        yield row.clause("send", "restock_units")
