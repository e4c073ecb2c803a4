"""Answers on products, stock, sales and returns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from copilot import wording
from copilot.agent.offline.writing.pieces import Page, RowWords, in_all, join, listed
from copilot.evidence import Row

_LACKING = 3
_TOLD_WHOLE = 2
"""So few products are told with their launch and supplier."""


def stock(page: Page) -> str:
    """What is on hand and on the way."""
    on_hand, coming = _on_hand(page), _coming(page)
    if not page.evidence.rows:
        # Asked what is on its way, nothing is an answer.
        known = page.total_figure("on_hand_units") is not None and "no_products" not in page.evidence.notes
        return join(*([coming, on_hand] if known and page.count("stores") else [page.say("stock.none")]), page.notes())
    lead = join(coming, on_hand) if page.evidence.dates else join(on_hand, coming)
    single = len(page.evidence.rows) == 1 and not _says_more(page)
    basis = page.say("stock.basis", day=wording.day(page.evidence.as_of, page.language))
    return join(lead, [] if single else listed(page, _stock_row), in_all(page, "lines"), basis, page.notes())


def _on_hand(page: Page) -> str:
    values: dict[str, object] = {"on_hand": page.total("on_hand_units")}
    if page.total("warehouse_units"):
        held, kept = page.total("held_units"), page.total("warehouse_units")
        return page.say("stock.in_both", **values, held=held, kept=kept, stores=page.total("stores"))
    if page.count("stores"):
        return page.say("stock.in_stores", **values, stores=page.total("stores"))
    return page.say("stock.elsewhere" if page.count("on_hand_units") else "stock.nowhere", **values)


def _coming(page: Page) -> str:
    values: dict[str, object] = {"amount": page.total("inbound_units"), "count": page.count("inbound_units")}
    due, day = page.span(), page.evidence.dates.get("next_delivery_on")
    if not page.count("inbound_units"):
        return page.say("stock.none_due", span=due) if due else page.say("stock.no_inbound")
    if due:
        return page.say("stock.coming_due", **values, span=due)
    if day is None:
        return page.say("stock.coming", **values)
    key = "stock.coming_first_late" if day < page.evidence.as_of else "stock.coming_first"
    return page.say(key, **values, day=wording.day(day, page.language))


def _says_more(page: Page) -> bool:
    names = {figure.name for figure in page.evidence.rows[0].figures}
    return bool(names - {"on_hand_units", "inbound_units"} or page.evidence.rows[0].dates)


def _stock_row(row: RowWords) -> Iterator[str]:
    yield row.clause("on_hand", "on_hand_units")
    yield _coming_to(row)
    yield row.clause("run_out", "run_out_probability")


def _coming_to(row: RowWords) -> str:
    """What is on its way there, with the day; empty where nothing is."""
    day = row.row.dates.get("next_delivery_on")
    if not row.is_positive("inbound_units"):
        return ""
    if day is None:
        return row.clause("coming", "inbound_units")
    key = "coming_late" if day < row.page.evidence.as_of else "coming_on"
    return row.clause(key, "inbound_units", day=row.day("next_delivery_on"))


def sales(page: Page) -> str:
    """What sold, against a year before."""
    sold = page.total_figure("sold_units")
    if sold is None or not page.evidence.rows:
        return join(page.say("sales.none"), page.notes())
    values: dict[str, object] = {
        "sold": page.total("sold_units"),
        "count": page.count("sold_units"),
        "revenue": page.total("revenue"),
        "span": page.span(),
    }
    rows = listed(page, _sales_row) if len(page.evidence.rows) > 1 else []
    order = next((code for code in ("least_sold", "growth", "decline") if code in page.evidence.notes), "")
    order += "_compared" if order in ("growth", "decline") and page.total("sold_units_compared") else ""
    first = page.say(f"sales.{order}") if rows and order else ""
    return join(_sold(page, values), first, rows, in_all(page, "lines"), page.say("sales.basis"), page.notes())


def _sold(page: Page, values: dict[str, object]) -> str:
    """What sold, with what it is compared with: a year before, or the days asked for."""
    change = page.total_figure("change_share")
    earlier = page.total("sold_units_compared")
    if earlier:
        since, last_day = page.evidence.dates["compared_since"], page.evidence.dates["compared_last_day"]
        values["base"] = wording.span(since, last_day, page.language, year=last_day.year != page.evidence.as_of.year)
        if change is None:
            return page.say("sales.lead_beside", **values, earlier=earlier)
        return page.say("sales.lead_compared", **values, change=page.change(change), earlier=earlier)
    if change is None:
        return page.say("sales.lead", **values)
    earlier = page.total("sold_units_last_year")
    return page.say("sales.lead_change", **values, change=page.change(change), earlier=earlier)


def _sales_row(row: RowWords) -> Iterator[str]:
    change, earlier = row.figure("change_share"), row.amount("sold_units_compared")
    changed = {} if change is None else {"change": row.page.change(change)}
    if earlier:
        yield row.clause("sold_compared" if changed else "sold_beside", "sold_units", earlier=earlier, **changed)
    else:
        yield row.clause("sold_change" if changed else "sold", "sold_units", **changed)
    yield row.clause("revenue", "revenue")


def returns(page: Page) -> str:
    """Shares of what was sold that came back."""
    sold = page.total_figure("sold_units")
    if sold is None or not sold.value or not page.evidence.rows:
        return join(page.say("returns.none"), page.notes())
    lead = page.say(
        "returns.lead",
        share=page.total("return_share"),
        returned=page.total("returned_units"),
        sold=page.total("sold_units"),
        span=page.span(),
    )
    return join(lead, listed(page, _returns_row), page.say("returns.basis"), page.notes())


def _returns_row(row: RowWords) -> Iterator[str]:
    share = row.amount("return_share")
    if share:
        yield row.page.say("row.returned", share=share, amount=row.amount("returned_units"))
    else:
        # Sold before the days asked about.
        yield row.clause("returned_only", "returned_units")
    yield row.clause("sold", "sold_units")


def out(page: Page) -> str:
    """What is out of stock now."""
    basis = page.say("stock.basis", day=wording.day(page.evidence.as_of, page.language))
    if not page.evidence.rows:
        return join(page.say("out.none"), basis, page.notes())
    values = {name: page.total(name) for name in ("out_lines", "stores")}
    lead = page.say("out.lead", lines=values["out_lines"], stores=values["stores"])
    return join(lead, listed(page, _out_row), in_all(page, "lines"), basis, page.notes())


def _out_row(row: RowWords) -> Iterator[str]:
    yield _coming_to(row)
    yield row.clause("demand", "mean_demand_units") if row.is_positive("mean_demand_units") else ""
    yield row.clause("send", "restock_units") if row.is_positive("restock_units") else ""


def cover(page: Page) -> str:
    """How long stock lasts, what is too much, and where more would sell."""
    if not page.evidence.rows:
        return join(page.say("cover.none"), page.notes())
    values = {name: page.total(name) for name in ("on_hand_units", "stores", "mean_demand_units", "cover_days")}
    last_day = page.evidence.dates["last_day"]
    lead = page.say(
        "cover.lead" if values["cover_days"] else "cover.lead_no_demand",
        on_hand=values["on_hand_units"],
        stores=values["stores"],
        demand=values["mean_demand_units"],
        last_day=wording.day(last_day, page.language),
        **({"cover": values["cover_days"]} if values["cover_days"] else {}),
    )
    kept = page.total("warehouse_units")
    held = page.say("cover.kept", units=kept) if kept else ""
    surplus, lacking = (_ranked(page, name) for name in ("surplus_units", "short_units"))
    if "asked_until" in page.evidence.dates:
        rows = listed(page, _short_row, rows=lacking)
        return join(_reach(page), _lasts(page, last_day, lacking), lead, held, rows, page.notes("beyond_horizon"))
    too_many = page.say("cover.surplus", units=page.total("surplus_units"))
    return join(
        lead,
        held,
        too_many if surplus else page.say("cover.no_surplus"),
        listed(page, _surplus_row, rows=surplus),
        in_all(page, "lines") if surplus else "",
        page.say("cover.short") if lacking else "",
        listed(page, _short_row, rows=lacking, most=_LACKING),
        page.say("cover.basis"),
        page.notes(),
    )


def _reach(page: Page) -> str:
    """That the day asked for is out of reach: what follows is of fewer days."""
    if "beyond_horizon" not in page.evidence.notes:
        return ""
    asked, reached = (wording.day(page.evidence.dates[name], page.language) for name in ("asked_until", "last_day"))
    return page.say("cover.reach", reached=reached, asked=asked)


def _lasts(page: Page, last_day: date, lacking: Sequence[Row]) -> str:
    """Whether stock lasts until a day at the demand expected."""
    day = wording.day(last_day, page.language)
    short = page.total("short_units")
    return page.say("cover.runs_short", units=short, day=day) if lacking else page.say("cover.lasts", day=day)


def _ranked(page: Page, name: str) -> list[Row]:
    """Rows that have some of that figure, most first."""
    amounts = [(figure.value, row) for row in page.evidence.rows for figure in row.figures if figure.name == name]
    ranked = sorted(amounts, key=lambda pair: -pair[0])
    return [row for amount, row in ranked if amount >= 1]


def _surplus_row(row: RowWords) -> Iterator[str]:
    yield row.clause("surplus", "surplus_units")
    yield row.clause("on_hand", "on_hand_units")
    yield row.clause("cover", "cover_days")


def _short_row(row: RowWords) -> Iterator[str]:
    yield row.clause("short", "short_units")
    yield row.clause("on_hand", "on_hand_units")
    yield row.clause("coming", "inbound_units") if row.is_positive("inbound_units") else ""
    yield row.clause("cover", "cover_days")


def promotions(page: Page) -> str:
    """Which promotions run."""
    if not page.evidence.rows:
        return join(page.say("promotions.none", span=page.span()), page.notes())
    lead = page.say("promotions.lead", span=page.span())
    return join(lead, listed(page, _promotion_row), in_all(page, "lines"), page.notes())


def _promotion_row(row: RowWords) -> Iterator[str]:
    yield row.clause("reduced", "discount_share")
    starts, ends = row.row.dates.get("starts_on"), row.row.dates.get("ends_on")
    yield wording.span(starts, ends, row.page.language) if starts and ends else ""


def places(page: Page) -> str:
    """Which places there are."""
    if not page.evidence.rows:
        return join(page.say("places.none"), page.notes())
    lead = page.say("places.lead", stores=page.total("stores"))
    return join(lead, listed(page, _place_row), in_all(page, "places"), page.notes())


def _place_row(row: RowWords) -> Iterator[str]:
    yield wording.label("channels", row.row.labels["channel"], row.page.language)
    yield row.clause("lead_time", "lead_time_days")
    yield row.clause("review", "review_period_days")


def products(page: Page) -> str:
    """Which products there are."""
    if not page.evidence.rows:
        return join(page.say("products.none"), page.notes())
    lead = page.say("products.lead", products=page.total("products"))
    return join(lead, listed(page, _product_row), page.notes())


def _product_row(row: RowWords) -> Iterator[str]:
    yield row.clause("price", "price")
    yield row.clause("on_hand", "on_hand_units")
    yield row.clause("sold_28", "sold_units_28_days")
    if len(row.page.evidence.rows) <= _TOLD_WHOLE:
        launched = row.day("launched_on", year=True)
        yield row.page.say("row.launched", day=launched) if launched else ""
        supplier = row.row.labels.get("supplier", "")
        yield row.page.say("row.supplier", supplier=supplier) if supplier else ""
