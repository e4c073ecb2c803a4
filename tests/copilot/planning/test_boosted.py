"""The boosted correction: what it learns, that it never looks ahead, that it is saved and read back bit for bit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from copilot.errors import NoDataError, WorkspaceError
from copilot.planning.arrays import Floats
from copilot.planning.boosted import BoostedSettings, Correction, grow
from copilot.planning.boosted_model import BoostedModel, Study, drift_of, errors_of, study, train, wape_of
from copilot.planning.boosted_store import load_boosted, save_boosted
from copilot.planning.calibration import coverage, heterogeneity
from copilot.planning.demand_model import MODEL_NAME
from copilot.planning.features import FEATURE_GROUPS, FULL_DAY_FEATURES, Labels, feature_group
from copilot.planning.forecast import forecast_demand
from copilot.planning.history import Regressor
from copilot.planning.lessons import lesson_at, mornings_before
from copilot.planning.model_choice import BoostedChoice, choose_boosted
from copilot.planning.segment_spread import spreads_of
from copilot.planning.segments import SEGMENTS, segmentation_of
from copilot.planning.series import DemandPanel
from copilot.planning.tournament import TOURNAMENT_SCHEMA, tournament, won_by_boosted, write_tournament
from copilot.settings import PlanningSettings
from ingestion.lake import Lake
from tests.copilot.planning.shop import MONDAY, day, no_drivers, panel_of, small_retailer

DAYS = 70
DRIVERS = no_drivers(MONDAY, DAYS + 30)
SETTINGS = BoostedSettings(
    trained_days=7,
    step_days=7,
    mornings=2,
    held_mornings=1,
    rounds=40,
    learning_rate=0.1,
    leaves=15,
    least_rows_a_leaf=30,
)


def rainy_sales(seed: int = 1, count: int = 120) -> DemandPanel:
    """Series that sell three times as much on rainy days, which no effect of the base model tells."""
    chance = np.random.default_rng(seed)
    rate = chance.gamma(4.0, 0.5, count)[:, None] * np.where(rain(count) > 0, 3.0, 1.0)
    return panel_of(chance.poisson(rate).astype(np.float64))


def rain(count: int) -> Floats:
    days = np.random.default_rng(5).random(DAYS + 30) < 0.3
    return np.repeat(days[None].astype(np.float32), count, axis=0)


def weather(count: int = 120, *, name: str = "rain") -> Regressor:
    return Regressor(name=name, start=MONDAY, values=rain(count), known_ahead=True)


@pytest.fixture(scope="module")
def studied() -> Study:
    return study(rainy_sales(), DRIVERS, SETTINGS, regressors=[weather()])


@pytest.fixture(scope="module")
def trained(studied: Study) -> BoostedModel:
    model = train(studied, SETTINGS, as_of=day(DAYS), versions={"sales": 3})
    assert model is not None
    return model


def test_a_correction_learns_what_the_base_model_cannot_see(studied: Study) -> None:
    held = studied.held[0]
    assert held.means is not None
    assert wape_of(held.lesson, held.means)[0] < 0.8 * wape_of(held.lesson, held.lesson.base)[0]


def test_what_sells_seldom_is_not_forecast_away() -> None:
    panel = panel_of(np.random.default_rng(3).poisson(0.04, (600, DAYS)).astype(np.float64))
    held = study(panel, DRIVERS, SETTINGS).held[0]
    assert held.means is not None
    assert abs(wape_of(held.lesson, held.means)[1] - wape_of(held.lesson, held.lesson.base)[1]) < 0.15


def test_a_regressor_that_helps_is_kept_and_noise_is_not() -> None:
    noise = replace(weather(name="noise"), values=np.random.default_rng(9).random((120, DAYS + 30)).astype(np.float32))
    assert study(rainy_sales(), DRIVERS, SETTINGS, regressors=[noise, weather()]).kept == ("rain",)


def test_training_again_gives_the_same_trees(studied: Study, trained: BoostedModel) -> None:
    again = train(studied, SETTINGS, as_of=day(DAYS), versions={"sales": 3})
    assert again == trained


def test_a_lesson_knows_nothing_of_its_own_days() -> None:
    panel = rainy_sales(count=60)
    units = panel.units.copy()
    units[:, 50:] = 50.0
    kept, changed = (
        lesson_at(each, DRIVERS, day(50), days=7, labels=Labels.of(panel.series))
        for each in (panel, replace(panel, units=units))
    )
    assert np.array_equal(kept.features, changed.features, equal_nan=True)
    assert np.array_equal(kept.base, changed.base)
    assert (changed.units == 50.0).all()


def test_every_feature_is_of_a_group(studied: Study) -> None:
    names = studied.lessons[0].names
    groups = {name: feature_group(name) for name in names}
    assert {name for name, group in groups.items() if group == "other"} == {"rain", "rain_7", "rain_28"}
    assert set(groups.values()) | {"signals", "weather"} == set(FEATURE_GROUPS)
    assert (feature_group("signals_rise_7"), feature_group("weather_rain_mm")) == ("signals", "weather")


def test_groups_tell_what_sells_now_in_a_city_and_nothing_where_it_is_the_only_one() -> None:
    panel = rainy_sales(count=60)
    far = panel.series["location_id"].is_in(["place00", "place01", "place02"])
    units = panel.units.copy()
    units[np.flatnonzero(far.to_numpy()), 47:50] += 4.0
    cities = panel.series.with_columns(city=pl.when(far).then(pl.lit("Brest")).otherwise(pl.lit("Nice")))
    placed, alone = (
        lesson_at(replace(panel, series=series, units=units), DRIVERS, day(50), days=1, labels=Labels(values={}))
        for series in (cities, panel.series)
    )
    for name in ("product_id_city_ratio_3", "category_city_ratio_3", "category_city_ratio_1"):
        column = placed.features[:, placed.names.index(name)]
        assert column[far.to_numpy()].min() > column[~far.to_numpy()].max()
        assert np.isnan(alone.features[:, alone.names.index(name)]).all()


def test_a_part_time_day_teaches_in_proportion_and_a_sold_out_day_more_than_it_sold() -> None:
    panel = rainy_sales(count=60)
    share, censored = panel.availability.copy(), panel.censored.copy()
    share[0, 50], share[1, 50], censored[2, 50] = 0.5, 0.0, True
    units = panel.units.copy()
    units[0, 50], units[2, 50] = 2.0, 1.0
    odd = replace(panel, units=units, availability=share, censored=censored)
    labels = Labels.of(panel.series)
    lesson = lesson_at(odd, DRIVERS, day(50), days=7, labels=labels)
    assert (lesson.wanted[0, 0], lesson.weight[0, 0]) == (4.0, 0.5)
    assert lesson.weight[1, 0] == 0.0
    assert lesson.wanted[2, 0] > 1.0
    assert lesson.weight[2, 0] == 1.0
    assert lesson.full[:3, 0].tolist() == [False, False, False]
    less = lesson_at(odd, DRIVERS, day(50), days=7, labels=labels, part_time_weight=0.2)
    assert less.weight[:4, 0].tolist() == pytest.approx([0.1, 0.0, 1.0, 1.0])
    plain = lesson_at(odd, DRIVERS, day(50), days=7, labels=labels, recover=False)
    assert plain.weight[:3, 0].tolist() == [0.0, 0.0, 0.0]


def test_days_in_stock_throughout_are_told_apart_from_part_time_ones_that_sold_more() -> None:
    panel = rainy_sales(count=60)
    share, units = panel.availability.copy(), panel.units.copy()
    units[:, 43:50] = 2.0
    units[0, 48:50], share[0, 48:50], units[0, 50], share[0, 50] = 9.0, 1.2, 9.0, 1.2
    odd = replace(panel, units=units, availability=share)
    lesson = lesson_at(odd, DRIVERS, day(50), days=1, labels=Labels(values={}), part_time_weight=0.0)
    first = dict(zip(lesson.names, lesson.features[0], strict=True))
    assert (first["full_mean_7"], first["full_seen_7"]) == (2.0, pytest.approx(5 / 7))
    assert first["mean_7"] > 3.0
    assert first["full_ratio_7"] < first["ratio_7"]
    assert first["full_weekday"] == pytest.approx(units[0, [22, 29, 36, 43]].mean())
    assert (lesson.full[0, 0], lesson.weight[0, 0], lesson.weight[1, 0]) == (False, 0.0, 1.0)


def test_full_days_tell_trees_something_only_where_others_are_not_full(trained: BoostedModel) -> None:
    panel = rainy_sales()
    share = np.where(np.random.default_rng(4).random(panel.units.shape) < 0.2, 0.5, 1.0).astype(np.float32)
    lesson = lesson_at(replace(panel, availability=share), DRIVERS, day(50), days=7, labels=Labels(values={}))
    grown = grow([lesson], Labels(values={}), SETTINGS)
    assert grown is not None
    assert set(FULL_DAY_FEATURES) <= set(grown.names)
    assert set(trained.correction.names).isdisjoint(FULL_DAY_FEATURES)


def test_many_days_grow_more_and_larger_trees(studied: Study) -> None:
    few, many = (
        grow(studied.lessons[:1], studied.labels, replace(SETTINGS, many_rows=rows)) for rows in (1_000_000, 100)
    )
    assert few is not None
    assert many is not None
    assert (few.text.count("\nTree="), many.text.count("\nTree=")) == (40, 66)


def test_mornings_leave_their_days_and_enough_history() -> None:
    found = mornings_before(day(60), day(0), days=9, count=9, least_history_days=28, ahead_days=7)
    assert found == [day(53), day(44), day(35)]


def test_too_little_history_trains_nothing_and_compares_nothing() -> None:
    short = study(rainy_sales(count=20).until(day(30)), DRIVERS, SETTINGS)
    assert train(short, SETTINGS, as_of=day(30)) is None
    with pytest.raises(NoDataError, match="five weeks"):
        tournament(short.held, day(30))


def test_lessons_without_a_sale_grow_no_trees() -> None:
    still = study(panel_of(np.zeros((30, DAYS))), DRIVERS, SETTINGS)
    assert train(still, SETTINGS, as_of=day(DAYS)) is None
    assert tournament(still.held, day(DAYS))["wape"].null_count() == len(SEGMENTS) * 4 + 4
    assert grow([], Labels(values={}), SETTINGS) is None


def test_a_model_is_read_back_bit_for_bit(tmp_path: Path, studied: Study, trained: BoostedModel) -> None:
    assert load_boosted(tmp_path, as_of=day(DAYS)) is None
    save_boosted(tmp_path, trained)
    loaded = load_boosted(tmp_path, as_of=day(DAYS))
    assert loaded == trained
    lesson = studied.lessons[0]
    assert np.array_equal(loaded.correction.of_lesson(lesson), trained.correction.of_lesson(lesson))
    assert loaded.made_of.versions == {"sales": 3}


def test_models_of_earlier_mornings_stay_a_dozen_of_them(tmp_path: Path, trained: BoostedModel) -> None:
    for number in range(14):
        save_boosted(tmp_path, replace(trained, made_of=replace(trained.made_of, as_of=day(number))))
    assert load_boosted(tmp_path, as_of=day(1)) is None
    for morning in (2, 7, 99):
        loaded = load_boosted(tmp_path, as_of=day(morning))
        assert loaded is not None
        assert loaded.made_of.as_of == day(min(morning, 13))
    assert len(list(tmp_path.iterdir())) == 12


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 99}'], ids=["cut off", "not a model", "of another format"])
def test_a_file_that_is_no_model_says_how_to_make_one(tmp_path: Path, text: str) -> None:
    (tmp_path / f"demand-boosted-{day(DAYS)}.json").write_text(text, encoding="utf-8")
    with pytest.raises(WorkspaceError, match="--tournament"):
        load_boosted(tmp_path, as_of=day(DAYS))


def test_damaged_trees_are_refused_before_they_are_read(tmp_path: Path, trained: BoostedModel) -> None:
    path = save_boosted(tmp_path, trained)
    path.write_text(path.read_text(encoding="utf-8").replace("num_leaves=", "num_leaves=9", 1), encoding="utf-8")
    with pytest.raises(WorkspaceError, match="--tournament"):
        load_boosted(tmp_path, as_of=day(DAYS))


def test_spreads_cover_days_and_sums_as_they_say(studied: Study) -> None:
    held = studied.held[0]
    assert held.means is not None
    errors = errors_of(held.lesson, held.means)
    dispersion, rate, common = spreads_of([errors]).rows(errors.segment, errors.variation)
    assert (common <= rate).all()
    days = heterogeneity(held.means, dispersion[:, None], rate[:, None])
    assert coverage(errors.units.reshape(-1), held.means.reshape(-1), days.reshape(-1)) == pytest.approx(0.8, abs=0.03)
    total = held.means.sum(axis=1)
    sums = heterogeneity(total, dispersion, rate)
    assert coverage(errors.units.sum(axis=1), total, sums) == pytest.approx(0.8, abs=0.05)


def test_drift_says_why_to_train_again(trained: BoostedModel) -> None:
    panel = rainy_sales()
    fresh = drift_of(trained, panel, DRIVERS, regressors=[weather()])
    assert fresh is not None
    assert fresh.codes == ()
    aged = replace(trained, made_of=replace(trained.made_of, as_of=day(DAYS) - timedelta(days=100)))
    late = drift_of(aged, panel, DRIVERS, regressors=[weather()])
    assert late is not None
    assert late.codes == ("old",)
    dry = replace(weather(), values=1.0 - rain(120))
    wrong = drift_of(trained, panel, DRIVERS, regressors=[dry])
    assert wrong is not None
    assert "no_gain" in wrong.codes
    assert drift_of(trained, panel.until(day(30)), DRIVERS, regressors=[weather()]) is None


def test_segments_split_units_by_half_and_eight_tenths(studied: Study) -> None:
    history = studied.lessons[0].history
    codes = segmentation_of(history).codes(history) // 2
    units = history.units[:, -1]
    shares = [float(units[codes <= volume].sum() / units.sum()) for volume in (0, 1)]
    assert shares == pytest.approx([0.5, 0.8], abs=0.02)


def scores(*rows: tuple[str, str, float, float]) -> pl.DataFrame:
    """Segment, candidate, wape, bias."""
    return pl.DataFrame(
        [(day(0), segment, name, 2, 10, 99.0, wape, bias, False) for segment, name, wape, bias in rows],
        schema=TOURNAMENT_SCHEMA,
        orient="row",
    )


def test_the_closer_model_wins_unless_it_is_biased() -> None:
    found = scores(
        ("high-steady", "boosted", 0.3, 0.01),
        ("high-steady", MODEL_NAME, 0.4, 0.0),
        ("high-steady", "mean_7", 0.1, 0.0),
        ("low-steady", "boosted", 0.3, -0.4),
        ("low-steady", MODEL_NAME, 0.4, 0.0),
        ("medium-steady", MODEL_NAME, 0.4, 0.0),
        ("low-intermittent", "boosted", 0.3, -0.4),
        ("low-intermittent", MODEL_NAME, 0.4, 0.2),
        ("all", "boosted", 0.1, 0.0),
        ("all", MODEL_NAME, 0.4, 0.0),
    )
    assert won_by_boosted(found) == {"high-steady"}


def test_every_candidate_plays_every_segment_and_one_wins(studied: Study) -> None:
    found = tournament(studied.held, day(DAYS))
    assert found.schema == TOURNAMENT_SCHEMA
    assert set(found["segment"]) == {"all", *SEGMENTS}
    of_all = found.filter(segment="all")
    assert set(of_all["candidate"]) == {MODEL_NAME, "boosted", "mean_7", "mean_28", "last_week"}
    assert of_all.filter("won")["candidate"].to_list() == ["boosted"]
    held = studied.held[0].lesson
    wanted = float(np.abs(panel_rule(held.morning) - held.units)[held.full].sum() / held.units[held.full].sum())
    assert of_all.filter(candidate="last_week")["wape"].item() == pytest.approx(wanted)


def panel_rule(morning: date) -> Floats:
    """Units of the week before the morning."""
    last = (morning - MONDAY).days
    return rainy_sales().units[:, last - 7 : last]


def a_quarter_up() -> Correction:
    """Trees that raise every mean by a quarter."""
    import lightgbm

    rows = lightgbm.Dataset(np.zeros((60, 1)), label=np.full(60, 1.25), feature_name=["days_ahead"])
    trees = lightgbm.train({"objective": "poisson", "verbose": -1}, rows, 1)
    return Correction(text=trees.model_to_string(), names=("days_ahead",), labels=Labels(values={}), trained_days=7)


@pytest.fixture
def a_quarter_more(trained: BoostedModel) -> BoostedModel:
    return replace(trained, correction=a_quarter_up())


def test_forecasts_of_won_segments_are_corrected_and_say_so(tmp_path: Path, a_quarter_more: BoostedModel) -> None:
    _, warehouse = small_retailer(tmp_path, days=40)
    model = replace(a_quarter_more, segmentation=replace(a_quarter_more.segmentation, high_units=1.5, medium_units=0.5))
    choice = BoostedChoice(model=model, segments=frozenset({"high-steady"}))
    plain = forecast_demand(warehouse, day(40), PlanningSettings())
    found = forecast_demand(warehouse, day(40), PlanningSettings(), boosted=choice)
    assert found.drop("model").schema == plain.drop("model").schema
    week, before = (frame.filter(horizon_days=7).sort("location_id", "sku_id") for frame in (found, plain))
    gain = (week["mean_units"] / before["mean_units"]).to_numpy()
    # 2 a day in A, 1 in B.
    assert week["model"].to_list() == ["boosted", "boosted", MODEL_NAME, MODEL_NAME]
    assert gain == pytest.approx([1.25, 1.25, 1.0, 1.0])


def test_beyond_the_trained_days_the_correction_fades(tmp_path: Path, a_quarter_more: BoostedModel) -> None:
    _, warehouse = small_retailer(tmp_path, days=40)
    settings = PlanningSettings(horizon_days=63)
    choice = BoostedChoice(model=a_quarter_more, segments=frozenset(SEGMENTS))
    corrected, plain = (
        forecast_demand(warehouse, day(40), settings, boosted=each)
        .filter(horizon_days=63)
        .sort("location_id", "sku_id")["daily_units"][0]
        .to_numpy()
        for each in (choice, None)
    )
    logs = np.log(corrected / plain)
    assert logs[6] == pytest.approx(np.log(1.25))
    assert logs[34] == pytest.approx(np.log(1.25) / 2)
    assert logs[62] == pytest.approx(np.log(1.25) / 4)


def test_auto_takes_the_boosted_model_where_it_was_trained_and_won(tmp_path: Path, trained: BoostedModel) -> None:
    lake, models, auto = Lake(tmp_path / "lake"), tmp_path / "models", PlanningSettings()
    asked = PlanningSettings(model="boosted")
    assert choose_boosted(lake, models, auto, day(DAYS)) is None
    with pytest.raises(NoDataError, match="--tournament"):
        choose_boosted(lake, models, asked, day(DAYS))
    save_boosted(models, trained)
    assert choose_boosted(lake, models, auto, day(DAYS)) is None
    rows = scores(("high-steady", "boosted", 0.3, 0.01), ("high-steady", MODEL_NAME, 0.4, 0.0))
    write_tournament(lake, rows.with_columns(as_of=pl.lit(day(DAYS))), day(DAYS))
    chosen = choose_boosted(lake, models, auto, day(DAYS))
    assert chosen is not None
    assert chosen.segments == {"high-steady"}
    everywhere = choose_boosted(lake, models, asked, day(DAYS))
    assert everywhere is not None
    assert everywhere.segments == set(SEGMENTS)
    assert choose_boosted(lake, models, PlanningSettings(model="gamma-poisson"), day(DAYS)) is None
    assert choose_boosted(lake, models, auto, day(DAYS - 1)) is None
