"""BM25 terms of documents and queries, the same in every store.

A document is analysed in its own language where that is known: lower-cased, accents folded, stop words dropped,
words stemmed; emoji are terms too. The index weighs its terms by

    tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / mean_length))

and, at query time, by inverse document frequency (Robertson and Zaragoza, 2009).

A query is short and its language seldom sure, so its words are stemmed in every supported language and the stems
put together: `robes` finds the French `rob` and the English `robe`. Stop words are dropped where two languages agree on
them, or where the query is plainly in one language. One list alone would not do: `hat` is a German stop word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain

from qdrant_edge import Bm25, Bm25Config, Language, StopwordsSet

from vectorstore.emoji import emoji_number, emoji_of

ANALYSER_VERSION = 2
"""Raised whenever the terms of a text change: an index made with another version must be rebuilt."""

LANGUAGES: Mapping[str, str] = {
    "en": "english",
    "fr": "french",
    "it": "italian",
    "de": "german",
    "es": "spanish",
}
"""ISO 639-1 code -> analyser language."""

MEAN_LENGTH_TERMS = 32.0
"""Terms of a typical post or review after stop words; fixed, so that adding documents changes no stored weight."""

# Stop words that folding would hide, because the analyser compares after it. The French `été` (also: summer) stays.
_FOLDED_STOPWORDS: Mapping[str, frozenset[str]] = {
    "english": frozenset(),
    "french": frozenset({"a", "meme", "etes", "etait", "etaient", "etant", "etais", "etions", "etiez"}),
    "italian": frozenset({"e", "piu", "perche", "si", "puo", "cosi", "pero", "gia", "sara"}),
    "german": frozenset({"fur", "uber", "konnen", "konnte", "wurde", "wurden", "wahrend"}),
    "spanish": frozenset({"mas", "tambien", "el", "si", "que", "como", "esta", "estan", "tu", "mi", "habia", "sera"}),
}
_WORD = re.compile(r"\w+")
_PLAIN_STOPWORDS = 2
_K1 = 1.2
_B = 0.4
"""Longer posts say more, so that length counts for less than usual (0.75): of reviews by their titles (odd rows), BM25
alone finds 9 % more among the first ten, and fused with vectors 11 %."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A sparse vector: hashed terms and their weights, of one length."""

    indices: list[int]
    values: list[float]

    def __bool__(self) -> bool:
        return bool(self.indices)


class Bm25Analyser:
    """Texts to BM25 terms.

    Args:
        language: the analyser language of documents whose own is unknown, one of `LANGUAGES`' values.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES.values():
            raise ValueError(f"no BM25 analyser for language {language!r}: one of {sorted(LANGUAGES.values())}")
        self._language = language
        self._models = {name: query_model(name) for name in LANGUAGES.values()}

    def document(self, text: str, language: object = None) -> Terms:
        """Weighted terms of a document; `language` is an ISO 639-1 code, or anything else where it is unknown."""
        name = LANGUAGES.get(language, self._language) if isinstance(language, str) else self._language
        vector = self._models[name].embed_document(text)
        indices, values = list(vector.indices), list(vector.values)
        for emoji, times in Counter(emoji_of(text)).items():
            indices.append(emoji_number(emoji))
            values.append(times * (_K1 + 1.0) / (times + _K1))  # as in a text of mean length
        return Terms(indices=indices, values=values)

    def query(self, text: str, further: Mapping[str, Mapping[str, float]] | None = None) -> Terms:
        """Terms of a query, weight 1 each, and of other wordings (see `Query.further`) with theirs; empty where all
        are stop words. A term that comes twice has its highest weight; languages without an analyser are passed over.
        """
        stems = {word: self._stems(word) for word in sorted(set(_WORD.findall(text.lower())))}
        plain = self._plain_language(stems)
        weights: dict[int, float] = {}
        for by_language in stems.values():
            stopped = [name for name, found in by_language.items() if not found]
            if len(stopped) < _PLAIN_STOPWORDS and plain not in stopped:
                weights.update(dict.fromkeys(chain(*by_language.values()), 1.0))
        for language, words in (further or {}).items():
            for word, weight in words.items() if language in LANGUAGES else ():
                for index in self._models[LANGUAGES[language]].embed_query(word).indices:
                    weights[index] = max(weights.get(index, 0.0), weight)
        weights |= dict.fromkeys(map(emoji_number, emoji_of(text)), 1.0)
        indices = sorted(weights)
        return Terms(indices=indices, values=[weights[index] for index in indices])

    def _stems(self, word: str) -> dict[str, list[int]]:
        return {name: list(model.embed_query(word).indices) for name, model in self._models.items()}

    def _plain_language(self, stems: Mapping[str, Mapping[str, list[int]]]) -> str | None:
        """The language with most stop words in the query, if two or more, or one in the default language."""
        counts = Counter(name for by_language in stems.values() for name, found in by_language.items() if not found)
        ranked = counts.most_common(2)
        if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
            return None
        name, count = ranked[0]
        return name if count >= _PLAIN_STOPWORDS or name == self._language else None


@cache
def query_model(language: str) -> Bm25:
    """The analyser of a language, one of `LANGUAGES`' values."""
    return Bm25(
        Bm25Config(
            language=language,
            ascii_folding=True,
            k=_K1,
            b=_B,
            avg_len=MEAN_LENGTH_TERMS,
            stopwords=StopwordsSet(
                languages={getattr(Language, language.capitalize())}, custom=set(_FOLDED_STOPWORDS[language])
            ),
        )
    )
