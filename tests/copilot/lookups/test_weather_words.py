"""Weather as planners say it."""

from __future__ import annotations

import pytest

from copilot.lookups.weather_words import RAIN_MM, USUAL_CHANGE_DEGREES, SaidWeather, weather_in, weather_said

SAID: dict[str, SaidWeather | None] = {
    "warmer": SaidWeather(degrees=USUAL_CHANGE_DEGREES),
    "canicule": SaidWeather(degrees=USUAL_CHANGE_DEGREES),
    "plus froid": SaidWeather(degrees=-USUAL_CHANGE_DEGREES),
    "colder": SaidWeather(degrees=-USUAL_CHANGE_DEGREES),
    "+3": SaidWeather(degrees=3.0),
    "-2.5": SaidWeather(degrees=-2.5),
    "+5C": SaidWeather(degrees=5.0),
    "5 degrees colder": SaidWeather(degrees=-5.0),
    "4 degrés de moins": SaidWeather(degrees=-4.0),
    "3,5 degrés de plus": SaidWeather(degrees=3.5),
    "-4° cold": SaidWeather(degrees=-4.0),
    "rain": SaidWeather(rain_mm=RAIN_MM),
    "il pleut": SaidWeather(rain_mm=RAIN_MM),
    "25 mm of rain": SaidWeather(rain_mm=25.0),
    "no rain": SaidWeather(rain_mm=0.0),
    "temps sec": SaidWeather(rain_mm=0.0),
    "cold and wet": SaidWeather(degrees=-USUAL_CHANGE_DEGREES, rain_mm=RAIN_MM),
    "snow": None,
    "weather": None,
    "": None,
}


@pytest.mark.parametrize("said", SAID)
def test_words_say_warmth_or_rain(said: str) -> None:
    assert weather_said(said) == SAID[said]


ASKED = {
    "What if it is cold and wet next week?": "cold",
    "Et s'il y a des averses samedi ?": "averses",
    "Et si une vague de gel arrive ?": "gel",
    "Et si la météo change ?": "meteo",
    "Et s'il fait 3 deg de moins ?": "3 deg moins",
    "What if there is no rain?": "no rain",
    "What if we sell less?": "",
    "What if it is Black Friday?": "",
}


@pytest.mark.parametrize("question", ASKED)
def test_a_question_names_weather_in_the_words_that_are_understood(question: str) -> None:
    assert weather_in(question) == ASKED[question]
