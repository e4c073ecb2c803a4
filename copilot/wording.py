"""How numbers, money, shares, dates and fixed phrases are written in English and French.

Words are in `phrases/LANGUAGE.yaml` and `phrases/LANGUAGE.ROOM.yaml`, read as one tree per language: a key is its
path, `units.units`. A phrase is text with `{variables}`, or the forms `one` and `other` that its variable `count`
chooses from.

French separates thousands, units and percent signs with non-breaking spaces, which stay in the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from string import Formatter

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, get_currency_symbol

from copilot.evidence import Figure
from copilot.settings import Language
from ingestion.data_files import read_yaml

NO_BREAK = "\u00a0"
Forms = Mapping[str, str]

_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}
"""Shown alike in both languages: French rules would write `£GB`."""
LANGUAGES: tuple[Language, ...] = ("en", "fr")
"""Languages that briefs and answers are written in."""
_LOCALES: Mapping[Language, str] = {"en": "en_GB", "fr": "fr"}
_WORD = re.compile(r"[a-z0-9]+")
FOLDER = Path(__file__).parent / "phrases"
_MILLION = 1_000_000.0
_COMPACT_FROM = 10_000.0
"""Money from here on is written in thousands."""


def number(value: float, language: Language, *, decimals: int | None = None) -> str:
    """`1,234.5` or `1 234,5`. Without `decimals`: none for whole numbers, two below 1, else one."""
    if decimals is None:
        decimals = 0 if float(value).is_integer() else 2 if abs(value) < 1 else 1
    rounded = round(value, decimals) + 0.0  # `+ 0.0` turns a negative zero into zero
    return _decimal(rounded, language, decimals)


def share(value: float, language: Language) -> str:
    """`86%` or `86 %` from 0.86; a tenth where rounding would say none or all, and `<0.1%` or `>99.9%` beyond that."""
    decimals = 0 if round(value, 2) not in (0.0, 1.0) or value in (0.0, 1.0) else 1
    if decimals and 0 < value < 0.0005:
        return f"<{_percent(0.1, language, 1)}"
    if decimals and 0.9995 <= value < 1:
        return f">{_percent(99.9, language, 1)}"
    return _percent(100 * value, language, decimals)


def change(value: float, language: Language) -> str:
    """A relative change with its sign: `+12%`, `-3 %` from 0.12, -0.03."""
    return f"{'+' if round(value, 2) > 0 else ''}{_percent(100 * value, language, 0)}"


def ratio(value: float, language: Language) -> str:
    """`3.1x` or `3,1 x`."""
    return f"{_decimal(value, language, 1)}{'' if language == 'en' else NO_BREAK}x"


def money(value: float, currency: str, language: Language, *, cents: bool = False) -> str:
    """`€18.4k` or `18,4 k€` from 10,000 on, whole amounts below; `cents` writes them, and nothing in thousands.

    `currency` is an ISO 4217 code, or empty where none is known: then no sign is written.
    """
    symbol = _SIGNS.get(currency) or (get_currency_symbol(currency, locale=_LOCALES[language]) if currency else "")
    if cents:
        return _with_symbol(_decimal(abs(value), language, 2), "", symbol, language, negative=value < 0)
    size = abs(value)
    # 999,950 would round to 1,000.0 thousand.
    if size >= _MILLION - 50:
        text, suffix = _decimal(size / _MILLION, language, 1), "M"
    elif size >= _COMPACT_FROM:
        text, suffix = _decimal(size / 1_000, language, 1), "k"
    else:
        text, suffix = _decimal(size, language, 0), ""
    return _with_symbol(text, suffix, symbol, language, negative=value < 0 and round(size) > 0)


def day(value: date, language: Language, *, year: bool = False, weekday: bool = False) -> str:
    """`2 November`, `lundi 2 novembre 2026`; the first of a month is `1er` in French."""
    pattern = f"{'EEEE ' if weekday else ''}d MMMM{' y' if year else ''}"
    text = str(format_date(value, pattern, locale=_LOCALES[language]))
    return re.sub(r"\b1 (?=\D)", "1er ", text, count=1) if language == "fr" and value.day == 1 else text


def month(value: date, language: Language) -> str:
    """`November 2026`, `novembre 2026`."""
    return str(format_date(value, "MMMM y", locale=_LOCALES[language]))


def span(since: date, last_day: date, language: Language, *, year: bool = False) -> str:
    """Days from one to another, both included: `from 1 to 15 May`, `du 1er mai au 2 juin`, `on 1 May` for one day.

    With `year`, and where the two differ in it, the years are written too.
    """
    if since == last_day:
        return phrase("spans.day", language, day=day(since, language, year=year))
    with_year = year or since.year != last_day.year
    same_month = (since.year, since.month) == (last_day.year, last_day.month)
    first = _day_of_month(since, language) if same_month else day(since, language, year=with_year)
    days = {"since": first, "last_day": day(last_day, language, year=with_year)}
    return phrase("spans.days", language, **days)


def _day_of_month(value: date, language: Language) -> str:
    return day(value, language).split()[0]


def country(code: str, language: Language) -> str:
    """The name of an ISO 3166 country; the code where it is none."""
    return str(Locale.parse(_LOCALES[language]).territories.get(code, code))


def figure(value: Figure, language: Language) -> str:
    """A figure with its unit: `42 pieces`, `86 %`, `3,1 x`, `18,4 k€`."""
    if value.unit == "share":
        return share(value.value, language)
    if value.unit == "ratio":
        return ratio(value.value, language)
    if value.unit == "money":
        return money(value.value, value.currency, language)
    # A tenth of a piece says nothing beside ten of them.
    return phrase(f"units.{value.unit}", language, count=round(value.value) if abs(value.value) >= 10 else value.value)


def listing(items: Sequence[str], language: Language) -> str:
    """`a, b and c`; an empty list is an empty text."""
    return str(format_list(list(items), locale=_LOCALES[language])) if items else ""


def label(group: str, code: str, language: Language) -> str:
    """How a code is called: group `figures`, `dates`, `reasons`, `notes`, `stages`, `kinds`, `tables`, ...

    A code may carry what it is about after a colon (`signal:linen`): the phrase of `signal` then takes it as `about`.
    Codes without a phrase are shown with spaces for underscores, so that a new reason is readable before it is worded.
    """
    name, _, about = code.partition(":")
    key = f"{group}.{name}"
    entry = _phrases(language).get(key)
    if entry is None:
        return code.replace("_", " ")
    return phrase(key, language, **({"about": about.replace("_", " ")} if variables(entry) else {}))


def value(catalogue_value: str, language: Language) -> str:
    """A colour or size of the catalogue as a reader calls it: `brown` is `marron`; others as they are."""
    entry = _phrases(language).get(f"values.{catalogue_value.lower().replace(' ', '_')}")
    return entry if isinstance(entry, str) else catalogue_value


def event(name: str, language: Language) -> str:
    """A holiday or event of the calendar as a reader calls it: `Christmas Day` is `Noël`; others as they are.

    Names that fall on one day are joined by semicolons, and each is said.
    """
    said = []
    for part in name.split(";"):
        bare = unicodedata.normalize("NFKD", part).encode("ascii", "ignore").decode().lower()
        entry = _phrases(language).get(f"events.{'_'.join(_WORD.findall(bare))}")
        said.append(entry if isinstance(entry, str) else part.strip())
    return "; ".join(dict.fromkeys(said))


def phrase(key: str, language: Language, **values: object) -> str:
    """The phrase at `key` with its variables filled in; numbers are written the language's way, texts as they are.

    Raises KeyError for an unknown key, ValueError for a missing or extra variable.
    """
    entry = _phrases(language).get(key)
    if entry is None:
        raise KeyError(f"No phrase {key!r} in {language}.")
    declared = variables(entry)
    if declared != values.keys():
        raise ValueError(f"Phrase {key!r} takes {sorted(declared)}, not {sorted(values)}.")
    text = entry if isinstance(entry, str) else entry[_plural(values["count"], language)]
    return text.format(**{name: _written(value, language) for name, value in values.items()})


def phrase_keys(language: Language) -> Mapping[str, frozenset[str]]:
    """Every key of a language and the variables that it takes."""
    return {key: variables(entry) for key, entry in _phrases(language).items()}


def variables(entry: str | Forms) -> frozenset[str]:
    """Variables of a phrase; one with forms always takes `count`."""
    texts = [entry] if isinstance(entry, str) else [*entry.values()]
    found = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
    return frozenset(found if isinstance(entry, str) else found | {"count"})


@cache
def _phrases(language: Language) -> Mapping[str, str | Forms]:
    found: dict[str, str | Forms] = {}
    for path in sorted([FOLDER / f"{language}.yaml", *FOLDER.glob(f"{language}.*.yaml")]):
        for key, entry in _flat(read_yaml(path), ""):
            if key in found:
                raise ValueError(f"{path.name}: {key!r} is in another file too.")
            found[key] = entry
    return found


def _flat(tree: Mapping[str, object], prefix: str) -> list[tuple[str, str | Forms]]:
    flat: list[tuple[str, str | Forms]] = []
    for name, node in tree.items():
        key = f"{prefix}{name}"
        if isinstance(node, Mapping) and node.keys() != {"one", "other"}:
            flat += _flat(node, f"{key}.")
        elif isinstance(node, Mapping):
            flat.append((key, {form: str(text).rstrip() for form, text in node.items()}))
        else:
            flat.append((key, str(node).rstrip()))
    return flat


def _plural(count: object, language: Language) -> str:
    if not isinstance(count, int | float):
        raise ValueError(f"`count` is a number, not {count!r}.")
    # French takes the singular below 2, English for exactly one.
    return "one" if (abs(count) < 2 if language == "fr" else count == 1) else "other"


def _written(value: object, language: Language) -> str:
    if isinstance(value, date):
        return day(value, language)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value, language)
    return str(value)


def _decimal(value: float, language: Language, decimals: int) -> str:
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return str(format_decimal(round(value, decimals) + 0.0, format=pattern, locale=_LOCALES[language]))


def _percent(percent: float, language: Language, decimals: int) -> str:
    return f"{_decimal(percent, language, decimals)}{'' if language == 'en' else NO_BREAK}%"


def _with_symbol(text: str, suffix: str, symbol: str, language: Language, *, negative: bool) -> str:
    sign = "-" if negative else ""
    if language == "en":
        return f"{sign}{symbol}{text}{suffix}"
    return f"{sign}{text}{NO_BREAK}{suffix}{symbol}" if suffix or symbol else f"{sign}{text}"
