"""Which language a text is written in, by py3langid's naive Bayes over byte n-grams."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

UNDETERMINED = "und"
_NO_LANGUAGE = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[@#]\w+|\d+")
_LETTER = re.compile(r"[^\W\d_]")
_FEWEST_LETTERS = 10
"""Below it, the right language was found for 56 % of French and 68 % of English titles: not worth saying."""
_LEAST_CONFIDENCE = 0.7
"""At it, two thirds of English titles of 15 to 30 characters get a language, and 99 % of these the right one."""


_NEIGHBOURS = ("pt", "nl")
"""Told apart from the languages that are asked for: without them, Portuguese is taken for Spanish or Italian, and Dutch
for German, and surely so."""
_ENOUGH_CHARACTERS = 400
"""The first ones say it: more text changes nothing and takes longer."""


class LanguageDetector:
    """Detects some languages, and tells Portuguese and Dutch apart from them. Loading takes half a second, once."""

    def __init__(self, languages: Sequence[str]) -> None:
        """`languages`: ISO 639-1 codes to choose from."""
        self._languages = frozenset(languages)
        self._identifier = _identifier((*languages, *(code for code in _NEIGHBOURS if code not in languages)))

    def detect(self, text: str) -> str:
        """ISO 639-1 code, or `und` where the text is too short or the model is not sure. Addresses, handles, hashtags
        and numbers are passed over.
        """
        words = _NO_LANGUAGE.sub(" ", text)[:_ENOUGH_CHARACTERS]
        if len(_LETTER.findall(words[:200])) < _FEWEST_LETTERS:
            return UNDETERMINED
        ranked = self._identifier.rank(words)
        language, confidence = ranked[0]
        if language in self._languages:
            # A neighbour that comes second is no reason to doubt between the languages asked for.
            confidence /= sum(share for code, share in ranked if code in self._languages)
        return str(language) if confidence >= _LEAST_CONFIDENCE else UNDETERMINED


@cache
def _identifier(languages: tuple[str, ...]) -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(languages))
    return identifier
