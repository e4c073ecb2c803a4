"""What the brief says of stock at risk."""

from __future__ import annotations

from datetime import date
from typing import cast

import pytest

from copilot.briefs import actions
from copilot.briefs.citing import Citations
from copilot.evidence import Evidence, Figure, Row, make_evidence
from copilot.lookups.context import Context


def _at_risk(*reasons: str) -> Evidence:
    figures = {"run_out_probability": 0.9, "run_out_probability_after": 0.6}
    row = Row(
        labels={"product": "Odette", "product_id": "odette", "sku_id": "1", "location": "Lyon"},
        figures=tuple(Figure(name=name, value=value, unit="share") for name, value in figures.items()),
        reasons=reasons,
    )
    return make_evidence("restock", as_of=date(2026, 11, 2), sources={"restock_lines": 1}, rows=[row])


@pytest.mark.parametrize(
    ("reasons", "blamed"),
    [
        pytest.param(("order_up_to", "warehouse_limit"), True, id="the warehouse is short"),
        pytest.param(("order_up_to", "pack_rounding"), False, id="a pack too many would not pay"),
    ],
)
def test_the_warehouse_is_named_only_where_it_is_the_limit(
    reasons: tuple[str, ...], blamed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "at_risk", lambda *_args, **_options: _at_risk(*reasons))
    (item,) = actions.risk_items(cast(Context, None), "en", Citations())
    assert any("warehouse" in sentence for sentence in item.sentences) == blamed
