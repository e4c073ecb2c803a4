"""Months and days of the week in five languages: they come back every year, and are about no product."""

from __future__ import annotations

from functools import cache

from babel import Locale

_LANGUAGES = ("en", "fr", "it", "de", "es")
_WIDTHS = ("wide", "abbreviated")


@cache
def calendar_words() -> frozenset[str]:
    """Names of months and weekdays, whole and short, in lower case as people write them."""
    locales = [Locale(language) for language in _LANGUAGES]
    named = [
        getattr(locale, kind)["format"][width] for locale in locales for kind in ("months", "days") for width in _WIDTHS
    ]
    return frozenset(name.lower().rstrip(".") for names in named for name in names.values())
