"""Products without history, forecast from those that are like them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from copilot.planning.arrays import Floats
from copilot.planning.calibration import UNCALIBRATED
from copilot.planning.demand_model import DemandModel, rates_of, state_of
from copilot.planning.effects import no_effects
from copilot.planning.launches.cold_start import Shop, forecast_launches
from copilot.planning.launches.facts import FACTS
from copilot.planning.launches.records import ANALOGUES_SCHEMA, LaunchForecast
from copilot.planning.series import DemandPanel
from ingestion.retail.contracts import CONTRACTS
from tests.copilot.planning.shop import MONDAY, day, no_drivers

DAYS, AHEAD = 150, 60
PLACES = {"L1": 0.5, "L2": 0.3, "L3": 0.2}
SIZES = {"S": 0.7, "M": 0.3}
OLD = day(-400)
AS_OF = day(DAYS)


def products(*new: tuple[str, str, date]) -> pl.DataFrame:
    """24 coats and 24 bags, silk ones at twelve units a day and cotton ones at three; and new ones."""
    rows = [(f"{kind}{i:02d}", kind, ("silk", "cotton")[i % 2], OLD) for kind in ("coat", "bag") for i in range(24)]
    rows += [(name, "coat", material, launched) for name, material, launched in new]
    return pl.DataFrame(
        [
            {"product_id": name, "name": name, "category": kind, "material": material, "launched_on": launched}
            for name, kind, material, launched in rows
        ]
    )


def shop(*new: tuple[str, str, date], sold: dict[str, float] | None = None, seed: int = 1) -> Shop:
    """The shop after 150 days. `sold`: units a day of new products since their launch; none: not carried before."""
    found, chance = products(*new), np.random.default_rng(seed)
    levels = {"silk": 12.0, "cotton": 3.0}
    rows, units, seen = [], [], []
    for name, kind, material, launched in found.select("product_id", "category", "material", "launched_on").iter_rows():
        is_new = name in {each[0] for each in new}
        level = (sold or {}).get(name, 0.0) if is_new else levels[material] * chance.gamma(25.0, 1 / 25.0)
        on_sale = np.arange(DAYS) >= (launched - MONDAY).days if level else np.zeros(DAYS, dtype=np.bool_)
        for place, share in PLACES.items():
            for size, part in SIZES.items():
                rows.append((f"{name}-{size}", place, name, kind, "ecru", size, "FR", "store"))
                units.append(chance.poisson(level * share * part, DAYS) * on_sale)
                seen.append(on_sale)
    names = ("sku_id", "location_id", "product_id", "category", "colour", "size", "country", "kind")
    panel = DemandPanel(
        series=pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row"),
        start=MONDAY,
        units=np.array(units, dtype=np.float32),
        availability=np.array(seen, dtype=np.float32),
        censored=np.zeros((len(rows), DAYS), dtype=np.bool_),
    )
    drivers = no_drivers(MONDAY, DAYS + AHEAD)
    model = DemandModel(effects=no_effects(panel, drivers), calibration=UNCALIBRATED)
    state = state_of(panel, drivers, model)
    skus = panel.series.select("sku_id", "product_id", "colour", "size").unique("sku_id").sort("sku_id")
    catalogue = skus.join(found, on="product_id").with_columns(
        **{name: pl.lit(None, pl.String) for name in ("department", "brand", "supplier", "attributes", "description")}
    )
    return Shop(
        as_of=AS_OF,
        catalogue=catalogue,
        prices=CONTRACTS["prices"].schema.to_frame(),
        state=state,
        rate=rates_of(state, model),
        model=model,
        drivers=drivers,
        since=MONDAY,
        panel=lambda skus: panel.rows(panel.series["sku_id"].is_in(skus).to_numpy()),
    )


def forecast(of: Shop) -> LaunchForecast:
    found = forecast_launches(of, AHEAD)
    assert found is not None
    return found


def total(found: LaunchForecast) -> float:
    """Units a day of all new series in a week of curve 1."""
    return float(found.rate.sum())


@pytest.mark.parametrize(("material", "usual"), [("silk", 12.0), ("cotton", 3.0)])
def test_a_product_without_a_sale_is_forecast_at_the_level_of_those_like_it(material: str, usual: float) -> None:
    found = forecast(shop(("new", material, AS_OF)))
    assert abs(total(found) - usual) < 0.55 * abs(total(found) - 7.5)
    assert len(found.rows) == len(PLACES) * len(SIZES)


def test_series_split_by_the_shares_of_locations_and_sizes() -> None:
    of = shop(("new", "silk", AS_OF))
    found = forecast(of)
    shares = dict(zip(of.state.series[found.rows].select("location_id", "size").rows(), found.rate, strict=True))
    for place, share in PLACES.items():
        for size, part in SIZES.items():
            assert shares[place, size] / total(found) == pytest.approx(share * part, rel=0.12)


def test_it_is_surer_of_series_within_a_product_than_of_the_product() -> None:
    found = forecast(shop(("new", "silk", AS_OF)))
    assert (found.rate_variance > found.common_variance).all()
    assert len(set(found.common_variance)) == 1


def test_what_series_drift_each_for_itself_is_no_doubt_about_their_product() -> None:
    of = shop(("new", "silk", AS_OF))
    spread = replace(UNCALIBRATED.spread, drift=0.5, common_variance=0.02)
    drifting = replace(of, model=replace(of.model, calibration=replace(UNCALIBRATED, spread=spread)))
    usual, wide = forecast(of), forecast(drifting)
    assert wide.common_variance == pytest.approx(usual.common_variance)
    assert wide.rate_variance == pytest.approx(usual.rate_variance + 0.4)
    (low, high), (lower, higher) = (_interval(each) for each in (usual, wide))
    assert lower < low < high < higher


def _interval(found: LaunchForecast) -> tuple[float, float]:
    """Factors on the product's weekly units between which four of five lie."""
    own = found.analogues.filter(analogue_id="")
    return own["interval_low"][0], own["interval_high"][0]


def test_first_sales_take_over_from_the_analogues() -> None:
    none, few, many = (
        total(forecast(shop(("new", "cotton", AS_OF - timedelta(days=days)), sold={"new": 15.0} if days else {})))
        for days in (0, 4, 40)
    )
    assert none < 5.0 < few
    assert few < many
    assert many == pytest.approx(15.0, rel=0.25)


def test_nothing_is_wanted_before_the_launch() -> None:
    found = forecast(shop(("new", "silk", AS_OF + timedelta(days=10))))
    assert not found.curve[:, :10].any()
    assert found.curve[:, 10:] == pytest.approx(1.0, abs=0.05)


def test_overdispersed_launches_bend_the_curve_less() -> None:
    launched = {f"past{number}": 4.0 for number in range(6)}
    of = shop(("new", "silk", AS_OF), *((name, "silk", day(30)) for name in launched), sold=launched)
    spread = replace(UNCALIBRATED.spread, dispersion=20.0)
    unlike = replace(of, model=replace(of.model, calibration=replace(UNCALIBRATED, spread=spread)))
    even, bent = (float(np.abs(forecast(each).curve - 1.0).max()) for each in (unlike, of))
    assert even < 0.5 * bent


def test_no_new_product_is_no_work() -> None:
    def never(skus: list[str]) -> DemandPanel:
        raise AssertionError(skus)

    assert forecast_launches(replace(shop(), panel=never), AHEAD) is None


def test_a_shop_with_few_products_foretells_nothing() -> None:
    of = shop(("new", "silk", AS_OF))
    few = of.state.series["product_id"].is_in(["coat00", "coat01", "new"]).to_numpy()
    kept = np.flatnonzero(few)
    small = replace(
        of,
        state=replace(
            of.state,
            series=of.state.series[kept],
            evidence=replace(of.state.evidence, units=of.state.evidence.units[kept]),
            history_days=of.state.history_days[kept],
        ),
    )
    assert forecast_launches(small, AHEAD) is None


def test_analogues_are_named_with_weights_that_add_up_and_what_is_alike() -> None:
    found = forecast(shop(("new", "silk", AS_OF), ("other", "cotton", AS_OF))).analogues
    assert found.schema == ANALOGUES_SCHEMA
    rows = found.filter(product_id="new")
    assert rows["analogue_id"][0] == ""
    best = rows[1]
    assert best["analogue_id"].item()[-2:] in {f"{number:02d}" for number in range(0, 24, 2)}
    assert "material" in best["alike"].item().to_list()
    assert rows["weight"].sum() <= 1.0 + 1e-9
    own = rows[0]
    assert own["interval_low"].item() < 1.0 < own["interval_high"].item()
    assert sum(own["weekly_units"].item()[:8]) / 56 == pytest.approx(12.0, rel=0.3)


def test_the_same_shop_gives_the_same_forecast() -> None:
    first, again = (forecast(shop(("new", "silk", AS_OF))) for _ in range(2))
    assert np.array_equal(first.rate, again.rate)
    assert first.analogues.equals(again.analogues)


def test_texts_are_read_where_they_may_count_alone() -> None:
    def embed(texts: object) -> Floats:
        raise LookupError

    of = shop(("new", "silk", AS_OF))
    with pytest.raises(LookupError):
        forecast_launches(of, AHEAD, embed=embed)
    use = np.array([fact == "material" for fact in FACTS])
    found = forecast_launches(of, AHEAD, use=use)
    assert found is not None
    assert total(found) == pytest.approx(12.0, rel=0.3)


def test_what_sold_from_the_beginning_without_a_launch_date_is_no_launch() -> None:
    def never(skus: list[str]) -> DemandPanel:
        raise AssertionError(skus)

    of = shop(("new", "silk", AS_OF))
    undated = of.catalogue.with_columns(launched_on=pl.lit(None, pl.Date))
    assert total(forecast(replace(of, catalogue=undated, panel=never))) > 3.0
