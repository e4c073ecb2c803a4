"""What to do today and what is at risk: the restock plan by style, in sentences that cite it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from copilot import wording
from copilot.briefs.citing import Citations, total, totals, value
from copilot.briefs.records import Item
from copilot.errors import NoDataError
from copilot.evidence import Evidence, Row
from copilot.lookups.context import Context
from copilot.lookups.forecast import demand_forecast
from copilot.lookups.restock import AT_RISK, at_risk, restock_lines
from copilot.lookups.scope import EVERYTHING, Scope
from copilot.settings import Language
from copilot.wording import day, label, listing, money, number, phrase, share

_MOST_STYLES = 6
_WITH_FORECAST = 3
_MOST_ROWS = 40
_ALL = 100_000


def restock_items(
    context: Context, language: Language, citations: Citations, rising: Mapping[str, Sequence[tuple[str, int]]]
) -> tuple[Item, ...]:
    """Styles to restock, those that bring the most units first.

    `rising` gives, for a product id, the terms that rise on it and the number of the evidence that says so.
    """
    plan = restock_lines(context, EVERYTHING, limit=_ALL, language=language)
    gained = _by_product(plan.rows, "expected_sales_units")
    chosen = sorted(gained, key=lambda product_id: (-gained[product_id], product_id))[:_MOST_STYLES]
    items = []
    for place, product_id in enumerate(chosen):
        scope = Scope(product_ids=(product_id,))
        evidence = restock_lines(context, scope, limit=_MOST_ROWS, language=language)
        item = _restock_item(evidence, language, citations, rising.get(product_id, ()))
        if place < _WITH_FORECAST:
            item = _with_forecast(item, _forecast_of(context, scope, language), citations, language)
        items.append(item)
    return tuple(items)


def risk_items(context: Context, language: Language, citations: Citations) -> tuple[Item, ...]:
    """Styles that stay likely to run out whatever is sent today, by how much demand is at stake."""
    open_rows = [row for row in at_risk(context, EVERYTHING, limit=_ALL).rows if _stays_at_risk(row)]
    at_stake: dict[str, float] = defaultdict(float)
    for row in open_rows:
        at_stake[row.labels["product_id"]] += value(row, "mean_demand_units") * _risk_after(row)
    chosen = sorted(at_stake, key=lambda product_id: (-at_stake[product_id], product_id))[:_MOST_STYLES]
    items = []
    for product_id in chosen:
        evidence = at_risk(context, Scope(product_ids=(product_id,)), limit=_MOST_ROWS, language=language)
        items.append(_risk_item(evidence, language, citations))
    return tuple(items)


def _restock_item(
    evidence: Evidence, language: Language, citations: Citations, rising: Sequence[tuple[str, int]]
) -> Item:
    cited = citations.cite(evidence)
    units, wanted = total(evidence, "restock_units"), total(evidence, "wanted_units")
    where = phrase("units.stores", language, count=int(total(evidence, "stores")))
    sentences = [
        phrase("briefs.restock.send", language, where=where, units=_units(units, language), n=cited),
        phrase("briefs.restock.most", language, destinations=_destinations(evidence.rows, language), n=cited),
        phrase("briefs.restock.risk", language, places=_riskiest(evidence.rows, language), n=cited),
    ]
    gain = listing(
        [money(figure.value, figure.currency, language) for figure in totals(evidence, "expected_sales_value")],
        language,
    )
    sold = number(total(evidence, "expected_sales_units"), language, decimals=0)
    sentences.append(phrase("briefs.restock.gain", language, units=sold, money=gain, n=cited))
    if wanted > units and any("warehouse_limit" in row.reasons for row in evidence.rows):
        sentences.append(
            phrase(
                "briefs.restock.limit",
                language,
                units=_units(units, language),
                wanted=_units(wanted, language),
                n=cited,
            )
        )
    sentences += [phrase("briefs.restock.why", language, term=term, n=by) for term, by in rising]
    return Item(
        title=phrase("briefs.restock.title", language, product=evidence.rows[0].labels["product"]),
        sentences=tuple(sentences),
        citations=(cited, *(by for _, by in rising)),
        charts=evidence.charts[:1],
        table=_table(evidence.rows, language, ("restock_units", "on_hand_units", "inbound_units", "mean_demand_units")),
    )


def _forecast_of(context: Context, scope: Scope, language: Language) -> Evidence | None:
    """Demand of the style in the next four weeks; None where no forecast was kept."""
    try:
        found = demand_forecast(context, scope, limit=1, language=language)
    except NoDataError:
        return None
    return found if found.rows else None


def _with_forecast(item: Item, forecast: Evidence | None, citations: Citations, language: Language) -> Item:
    """The item with the demand that its style is expected to have, how sure that is and what it rests on."""
    if forecast is None:
        return item
    cited = citations.cite(forecast)
    mean, low, high = (
        _units(round(total(forecast, name)), language) for name in ("mean_demand_units", "p10_units", "p90_units")
    )
    sentence = phrase(
        "briefs.restock.demand",
        language,
        since=day(forecast.dates["since"], language),
        last=day(forecast.dates["last_day"], language),
        mean=mean,
        low=low,
        high=high,
        days=phrase("units.days", language, count=int(total(forecast, "history_days"))),
        share=share(total(forecast, "in_stock_share"), language),
        n=cited,
    )
    return replace(
        item,
        sentences=(*item.sentences, sentence),
        citations=(*item.citations, cited),
        charts=(*item.charts, *forecast.charts[:1]),
    )


def _risk_item(evidence: Evidence, language: Language, citations: Citations) -> Item:
    cited = citations.cite(evidence)
    rows = [row for row in evidence.rows if _stays_at_risk(row)]
    sentences = [phrase("briefs.risk.where", language, places=_riskiest(rows, language, after=True), n=cited)]
    if any("warehouse_limit" in row.reasons for row in rows):
        sentences.append(phrase("briefs.risk.why", language, n=cited))
    return Item(
        title=phrase("briefs.risk.title", language, product=rows[0].labels["product"]),
        sentences=tuple(sentences),
        citations=(cited,),
        charts=evidence.charts[:1],
        table=_table(rows, language, ("on_hand_units", "inbound_units", "mean_demand_units", "restock_units")),
    )


def _by_product(rows: Sequence[Row], name: str) -> dict[str, float]:
    sums: dict[str, float] = defaultdict(float)
    for row in rows:
        sums[row.labels["product_id"]] += value(row, name)
    return sums


def _destinations(rows: Sequence[Row], language: Language) -> str:
    """The three lines that get most: `Lyon, camel 38 (6)`."""
    most = sorted(rows, key=lambda row: -value(row, "restock_units"))[:3]
    return listing(
        [f"{_place(row, language)} ({number(value(row, 'restock_units'), language)})" for row in most], language
    )


def _riskiest(rows: Sequence[Row], language: Language, *, after: bool = False) -> str:
    """The three lines most likely to run out: `Lyon, camel 38 (86 %)`."""
    name = "run_out_probability_after" if after else "run_out_probability"
    most = sorted(rows, key=lambda row: (-value(row, name), -value(row, "mean_demand_units")))[:3]
    return listing([f"{_place(row, language)} ({share(value(row, name), language)})" for row in most], language)


def _place(row: Row, language: Language) -> str:
    sku = " ".join(wording.value(row.labels[name], language) for name in ("colour", "size") if name in row.labels)
    return f"{row.labels['location']}, {sku}" if sku else row.labels["location"]


def _stays_at_risk(row: Row) -> bool:
    return _risk_after(row) >= AT_RISK


def _risk_after(row: Row) -> float:
    return value(row, "run_out_probability_after")


def _units(units: float, language: Language) -> str:
    return phrase("units.units", language, count=int(units))


def _table(rows: Sequence[Row], language: Language, names: Sequence[str]) -> tuple[Mapping[str, str], ...]:
    return tuple(
        {
            label("labels", "location", language): row.labels["location"],
            label("labels", "sku_id", language): row.labels["sku_id"],
            label("labels", "colour", language): wording.value(row.labels.get("colour", ""), language),
            label("labels", "size", language): wording.value(row.labels.get("size", ""), language),
            **{label("figures", name, language): number(value(row, name), language) for name in names},
            label("figures", "run_out_probability", language): share(value(row, "run_out_probability"), language),
            label("figures", "run_out_probability_after", language): share(_risk_after(row), language),
            label("dates", "next_delivery_on", language): _delivery(row, language),
        }
        for row in rows
    )


def _delivery(row: Row, language: Language) -> str:
    return day(row.dates["next_delivery_on"], language) if "next_delivery_on" in row.dates else ""
