"""Lists of names, places and common words: faker's, and what the fashion texts say in lower case."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import faker.providers.person
from babel import Locale

from ingestion.data_files import read_yaml
from ingestion.pseudonymise.names.gazetteer import COMMON, FIRST, LAST, PLACE, Gazetteer
from ingestion.pseudonymise.names.words import WORD

LANGUAGES = ("en", "fr", "it", "de", "es")
_LOCALES = {
    "en": ("en_US", "en_GB", "en_IE"),
    "fr": ("fr_FR", "fr_BE", "fr_CH", "fr_CA", "fr_DZ"),
    "it": ("it_IT",),
    "de": ("de_DE", "de_AT", "de_CH"),
    "es": ("es_ES", "es_MX", "es_CO", "es_AR"),
}
_LOREM = ("en_US", "fr_FR", "it_IT", "de_DE", "es_ES", "nl_NL")
_CITIES = ("de_DE", "de_AT")
_REGIONS = (
    ("fr_FR", "regions"),
    ("es_ES", "states"),
    ("en_US", "states"),
    ("en_GB", "counties"),
    ("de_DE", "states"),
    ("it_IT", "states"),
)
_MORE_PLACES = Path(__file__).parent / "places.txt"
_MORE_COMMON = Path(__file__).parent / "sentences" / "common.yaml"
_SHORTEST_NAME = 2
_SHORTEST_PLACE = 4
_OFTEN = 3
_LOWER_TO_TITLE = 0.5


@dataclass(frozen=True, kw_only=True)
class NameLists:
    """Names of people in one language, sorted, without doubles."""

    first: tuple[str, ...]
    last: tuple[str, ...]


def names_by_language() -> dict[str, NameLists]:
    """The names that sentences in each of `LANGUAGES` are made with."""
    return {language: _names(locales) for language, locales in _LOCALES.items()}


def gazetteer(lower_case_texts: Iterable[str]) -> Gazetteer:
    """Names of every locale of faker in Latin letters, places, and common words.

    Common words are those of faker's lorem lists and those that `lower_case_texts` often write in lower case.
    """
    every = _names([module.name for module in pkgutil.iter_modules(faker.providers.person.__path__)])
    return Gazetteer.of(
        {
            FIRST: _words(every.first, _SHORTEST_NAME),
            LAST: _words(every.last, _SHORTEST_NAME),
            COMMON: common_words(lower_case_texts),
            PLACE: _words(_places(), _SHORTEST_PLACE),
        }
    )


def common_words(texts: Iterable[str]) -> set[str]:
    """Words of faker's lorem lists, `more_common_words`, and those that the texts often write in lower case."""
    seen = Counter(word for text in texts for word in WORD.findall(text))
    listed = {
        word
        for locale in _LOREM
        for entry in importlib.import_module(f"faker.providers.lorem.{locale}").Provider.word_list
        for word in WORD.findall(entry)
    }
    more = {word for words in more_common_words().values() for word in words}
    return (
        more
        | listed
        | {
            word
            for word, times in seen.items()
            if word.islower() and times >= max(_OFTEN, _LOWER_TO_TITLE * seen[word.capitalize()])
        }
    )


def more_common_words() -> dict[str, list[str]]:
    """Words of customers in each language, in lower case; some are names of people as well."""
    by_language = read_yaml(_MORE_COMMON)
    return {code: words.split() for code, words in by_language.items()}


def _names(locales: Iterable[str]) -> NameLists:
    first: set[str] = set()
    last: set[str] = set()
    for locale in locales:
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for attribute in ("first_names", "first_names_male", "first_names_female"):
            first.update(_listed(provider, attribute))
        last.update(_listed(provider, "last_names"))
    return NameLists(first=tuple(sorted(filter(_latin, first))), last=tuple(sorted(filter(_latin, last))))


def _listed(provider: type, attribute: str) -> list[str]:
    listed = getattr(provider, attribute, ())
    if isinstance(listed, (tuple, list, set, Mapping)):
        return [name for name in listed if isinstance(name, str)]
    return []


def _latin(name: str) -> bool:
    return len(name) >= _SHORTEST_NAME and name[0].isupper() and all(ord(character) < 0x250 for character in name)


def _places() -> set[str]:
    places = {name for language in LANGUAGES for name in Locale(language).territories.values()}
    places.update(_MORE_PLACES.read_text(encoding="utf-8").splitlines())
    for locale in _CITIES:
        places.update(importlib.import_module(f"faker.providers.address.{locale}").Provider.cities)
    for locale, attribute in _REGIONS:
        places.update(_listed(importlib.import_module(f"faker.providers.address.{locale}").Provider, attribute))
    return {place for place in places if len(WORD.findall(place)) == 1}


def _words(names: Iterable[str], shortest: int) -> set[str]:
    return {word for name in names for word in WORD.findall(name) if len(word) >= shortest}


def held_out(name: str, *, percent: int = 15) -> bool:
    """Whether a name is kept for measuring: no training sentence is made with it."""
    return crc32(name.encode()) % 100 < percent
