"""Made-up weather, forecasts of it, and a panel that sells by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np
import polars as pl

from copilot.planning.leading.weather_lookback import Outlook
from copilot.planning.series import DemandPanel
from tests.copilot.planning.shop import MONDAY, day, panel_of, table

DAYS = 168
PLACES = table(
    "locations",
    [{"location_id": f"place{n:02d}", "city": "Lyon" if n < 5 else None, "country": "FR"} for n in range(10)],
)


def sky(seed: int = 5) -> tuple[list[float], list[float]]:
    """Degrees and millimetres of the days, warm and cold spells of a few days."""
    chance = np.random.default_rng(seed)
    level, degrees = 0.0, []
    for push in chance.normal(0.0, 2.5, DAYS + 10):
        level = 0.7 * level + push
        degrees.append(15.0 + level)
    rain = np.where(chance.random(DAYS + 10) < 0.3, 8.0, 0.0)
    return degrees, rain.tolist()


@cache
def outlook(*, wrong: float = 0.0, until: int = DAYS, forecasts: bool = True) -> Outlook:
    """Weather before day `until`, and what was forecast of it each evening, `wrong` degrees off (one standard
    deviation)."""
    degrees, rain = sky()
    off = np.random.default_rng(8).normal(0.0, wrong, (DAYS, 8)) if wrong else np.zeros((DAYS, 8))
    seen = [{"date": day(n), "city": "Lyon", "temperature_c": degrees[n], "rain_mm": rain[n]} for n in range(until)]
    said = [
        {
            "issued_on": day(n),
            "date": day(n) + timedelta(days=ahead),
            "city": "Lyon",
            "temperature_c": degrees[n + ahead] + off[n, ahead],
            "rain_mm": rain[n + ahead],
        }
        for n in range(until)
        for ahead in range(1, 8)
    ]
    return Outlook(
        weather=table("weather", seen),
        forecasts=table("weather_forecasts", said if forecasts else []),
        locations=PLACES,
    )


@cache
def shop(*, warmth: float = 0.06, wetness: float = -0.5) -> DemandPanel:
    """A hundred series in ten places that gain `warmth` a degree and lose by rain; half the places have no city."""
    degrees, rain = np.array(sky())[:, :DAYS]
    factor = np.exp(warmth * (degrees - 15.0) + wetness * rain / (rain + 3.0))
    panel = panel_of(np.random.default_rng(6).poisson(3.0 * np.broadcast_to(factor, (100, DAYS))).astype(np.float64))
    city = pl.Series([int(place[5:]) for place in panel.series["location_id"]])
    named = panel.series.with_columns(city=pl.when(city < 5).then(pl.lit("Lyon")).otherwise(pl.lit("")))
    return replace(panel, series=named, start=MONDAY)
