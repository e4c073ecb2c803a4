"""Cities and countries of the world, in English and French: to know a place where the retailer has none."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from babel import Locale

from copilot.lookups.text import phrase_of

_NO_CITIES = ("Etc/", "SystemV/", "US/", "Canada/", "Brazil/", "Mexico/", "Chile/", "Antarctica/")


@cache
def world_places() -> frozenset[tuple[str, ...]]:
    """Folded words of countries, and of the cities that time zones are named for."""
    zones = [zone for zone in available_timezones() if "/" in zone and not zone.startswith(_NO_CITIES)]
    cities = {zone.rpartition("/")[2].replace("_", " ") for zone in zones}
    countries: set[str] = set()
    for language in ("en", "fr"):
        locale = Locale(language)
        cities |= {names["city"] for zone, names in locale.time_zones.items() if zone in zones and "city" in names}
        countries |= {name for code, name in locale.territories.items() if len(code) == 2}
    return frozenset(phrase_of(name) for name in cities | countries)
