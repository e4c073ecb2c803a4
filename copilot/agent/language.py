"""Which of the two languages a question is in, from its small words: `language.yaml`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from copilot.settings import Language
from ingestion.data_files import read_yaml

_ACCENT = re.compile(r"[àâçèéêëîïôûùœ]", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


def language_of(text: str) -> Language | None:
    """`en`, `fr`, or None where the words do not say: a bare product name, another language."""
    bare = text.lower().translate(str.maketrans("àâçèéêëîïôûùœ", "aaceeeeiiouuo"))
    words = _WORD.findall(bare)
    french = sum(word in _small_words()["fr"] for word in words) + (0.5 if _ACCENT.search(text) else 0)
    english = sum(word in _small_words()["en"] for word in words)
    if french == english:
        return None
    return "fr" if french > english else "en"


@cache
def _small_words() -> dict[str, frozenset[str]]:
    data = read_yaml(Path(__file__).with_suffix(".yaml"))
    return {language: frozenset(str(words).split()) for language, words in data.items()}
