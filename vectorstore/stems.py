"""Words by stem, as BM25 sees them, and which words say little."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from qdrant_edge import Bm25, Bm25Config, StopwordsSet

from vectorstore.bm25 import LANGUAGES, query_model
from vectorstore.emoji import emoji_number, emoji_of

_DEFAULT = "en"


@cache
def stemmer(language: str) -> Callable[[str], int]:
    """Word -> number of its stem in that language (ISO 639-1; English where there is no analyser for it).

    Accents and case do not count; stop words and emoji have stems too.
    """
    name = LANGUAGES.get(language, LANGUAGES[_DEFAULT])
    model = Bm25(Bm25Config(language=name, ascii_folding=True, stopwords=StopwordsSet(languages=set(), custom=set())))
    known: dict[str, int] = {}

    def stem(word: str) -> int:
        if word not in known:
            if len(known) >= _MOST_KEPT:
                known.clear()
            found = model.embed_query(word).indices
            known[word] = int(found[0]) if found else emoji_number(word)
        return known[word]

    return stem


@cache
def is_stop_word(word: str, language: str = "") -> bool:
    """Whether the language (ISO 639-1) calls the word a stop word; of a language that is not known, whether two of them
    or English do."""
    if emoji_of(word):
        return False
    stopping = [name for name in LANGUAGES.values() if not query_model(name).embed_query(word).indices]
    if language in LANGUAGES:
        return LANGUAGES[language] in stopping
    return len(stopping) > 1 or LANGUAGES[_DEFAULT] in stopping


_MOST_KEPT = 200_000
