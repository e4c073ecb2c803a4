"""Products that nothing carries, as if the places of their category did."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from copilot.planning.launches.cold_start import Shop
from copilot.planning.launches.uncarried import as_if_carried
from tests.copilot.planning.launches.test_cold_start import AS_OF, PLACES, shop
from tests.copilot.planning.shop import table

LOCATIONS = table(
    "locations",
    [{"location_id": place, "name": place, "kind": "store", "country": "FR"} for place in (*PLACES, "closed")],
)


def catalogued(of: Shop, **changed: str) -> Shop:
    """The shop with a product in the catalogue that no series has."""
    like = of.catalogue.filter(product_id="coat00").with_columns(
        product_id=pl.lit("lina"),
        sku_id=pl.format("lina-{}", "size"),
        launched_on=pl.lit(AS_OF),
        **{name: pl.lit(value) for name, value in changed.items()},
    )
    return replace(of, catalogue=pl.concat([of.catalogue, like]))


def weekly(found: pl.DataFrame) -> float:
    """Units of the product's own first week."""
    return float(found.filter(analogue_id="")["weekly_units"][0][0])


def test_it_is_told_as_one_that_is_new_there() -> None:
    of = catalogued(shop())
    found = as_if_carried(of, ["lina"], locations=LOCATIONS)
    assert set(found["product_id"]) == {"lina"}
    analogues = found.filter(pl.col("analogue_id") != "")
    silk = of.catalogue.filter(material="silk")["product_id"].to_list()
    assert analogues["analogue_id"][0] in silk
    assert analogues["analogue_id"][0].startswith("coat")
    assert 50.0 < weekly(found) < 120.0
    assert found.filter(analogue_id="")["history_days"].to_list() == [0]
    assert not of.state.series["product_id"].is_in(["lina"]).any()


def test_cotton_is_told_to_sell_less() -> None:
    silk, cotton = (
        weekly(as_if_carried(catalogued(shop(), material=material), ["lina"], locations=LOCATIONS))
        for material in ("silk", "cotton")
    )
    assert cotton < 0.6 * silk


def test_a_category_that_is_nowhere_is_told_in_all_places_that_sell() -> None:
    of = catalogued(shop(), category="cape")
    assert weekly(as_if_carried(of, ["lina"], locations=LOCATIONS)) > 10.0


@pytest.mark.parametrize("case", ["no SKU", "too few to learn from"])
def test_without_skus_or_others_nothing_is_told(case: str) -> None:
    of = catalogued(shop())
    if case == "no SKU":
        assert as_if_carried(of, ["nobody"], locations=LOCATIONS).is_empty()
        return
    few = of.state.series["product_id"].is_in(["coat00", "coat01"])
    rows = few.arg_true().to_numpy()
    state = of.state
    small = replace(
        of,
        state=replace(
            state,
            series=state.series.filter(few),
            evidence=replace(state.evidence, units=state.evidence.units[rows], exposure=state.evidence.exposure[rows]),
            recent=replace(state.recent, units=state.recent.units[rows], exposure=state.recent.exposure[rows]),
            history_days=state.history_days[rows],
            in_stock_share=state.in_stock_share[rows],
        ),
        rate=replace(of.rate, mean=of.rate.mean[rows], variation=of.rate.variation[rows]),
    )
    assert as_if_carried(small, ["lina"], locations=LOCATIONS).is_empty()
