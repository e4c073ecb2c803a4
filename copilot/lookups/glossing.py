"""Texts of other languages word by word in English, for models that know English alone.

The words are those of the lexicon and of the review words, the longest first; no grammar, no word order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import cast

from copilot.lookups.meanings import Meanings, load_meanings
from copilot.signals.lexicon import Lexicon, fold
from ingestion.data_files import read_yaml

_FILE = Path(__file__).with_name("small_words.yaml")
_WORD = re.compile(r"\w+")

GLOSSED: frozenset[str] = frozenset({"fr", "it", "de", "es"})
"""Languages (ISO 639-1) whose words are known beside English."""


def gloss(text: str, language: str, lexicon: Lexicon) -> str:
    """The text in English words; unchanged in English and in languages whose words are not known.

    `La robe taille petit, mais le tissu est doux` -> `the dress runs small but the fabric is soft`
    """
    if language not in GLOSSED:
        return text
    return " ".join(_said(_WORD.findall(text.lower()), load_meanings(lexicon), language))


def _said(words: Sequence[str], meanings: Meanings, language: str) -> Iterator[str]:
    folded = [fold(word) for word in words]
    at = 0
    while at < len(words):
        english, length = _longest(folded[at : at + meanings.longest], meanings, language)
        yield from [words[at]] if english is None else [english] if english else []
        at += length


def _longest(folded: Sequence[str], meanings: Meanings, language: str) -> tuple[str | None, int]:
    """What the most words from the first on mean, and how many those are; None: the first means nothing by itself."""
    small = _small_words()[language]
    for length in range(len(folded), 0, -1):
        listed = small.get(" ".join(folded[:length]))
        if listed is not None:
            return listed, length
        found = meanings.of(tuple(folded[:length]), language)
        if found:
            return found[0].forms["en"][0], length
    return None, 1


@cache
def _small_words() -> Mapping[str, Mapping[str, str]]:
    return cast("Mapping[str, Mapping[str, str]]", read_yaml(_FILE))
