"""Answers on products, stock, sales and returns."""

from __future__ import annotations

from collections.abc import Iterator

from copilot import wording
from copilot.agent.offline.writing.pieces import Page, RowWords, in_all, join, listed


def stock(page: Page) -> str:
    """What is on hand and on the way."""
    if not page.evidence.rows:
        return join(page.say("stock.none"), page.notes())
    coming = page.total_figure("inbound_units")
    values: dict[str, object] = {"on_hand": page.total("on_hand_units"), "stores": page.total("stores")}
    if coming is not None and coming.value > 0:
        lead = page.say("stock.lead_coming", **values, coming=page.total("inbound_units"))
    else:
        lead = join(page.say("stock.lead", **values), page.say("stock.no_inbound"))
    single = len(page.evidence.rows) == 1 and not _says_more(page)
    basis = page.say("stock.basis", day=wording.day(page.evidence.as_of, page.language))
    return join(lead, [] if single else listed(page, _stock_row), in_all(page, "lines"), basis, page.notes())


def _says_more(page: Page) -> bool:
    names = {figure.name for figure in page.evidence.rows[0].figures}
    return bool(names - {"on_hand_units", "inbound_units"} or page.evidence.rows[0].dates)


def _stock_row(row: RowWords) -> Iterator[str]:
    yield row.clause("on_hand", "on_hand_units")
    if row.is_positive("inbound_units"):
        day = row.day("next_delivery_on")
        yield row.clause("coming_on", "inbound_units", day=day) if day else row.clause("coming", "inbound_units")
    yield row.clause("run_out", "run_out_probability")


def sales(page: Page) -> str:
    """What sold, against a year before."""
    sold = page.total_figure("sold_units")
    if sold is None or not page.evidence.rows:
        return join(page.say("sales.none"), page.notes())
    values: dict[str, object] = {
        "sold": page.total("sold_units"),
        "revenue": page.total("revenue"),
        "span": page.span(),
    }
    change = page.total_figure("change_share")
    if change is None:
        lead = page.say("sales.lead", **values)
    else:
        earlier = page.total("sold_units_last_year")
        lead = page.say("sales.lead_change", **values, change=page.change(change), earlier=earlier)
    rows = listed(page, _sales_row) if len(page.evidence.rows) > 1 else []
    return join(lead, rows, in_all(page, "lines"), page.say("sales.basis"), page.notes())


def _sales_row(row: RowWords) -> Iterator[str]:
    change = row.figure("change_share")
    if change is None:
        yield row.clause("sold", "sold_units")
    else:
        yield row.clause("sold_change", "sold_units", change=row.page.change(change))
    yield row.clause("revenue", "revenue")


def returns(page: Page) -> str:
    """Shares of what was sold that came back, by size."""
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
    yield row.clause("sold", "sold_units")


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
