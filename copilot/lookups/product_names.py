"""Products by the words of their names, whole or as far as they tell a product apart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from math import log

import polars as pl
from rapidfuzz import fuzz, process

from copilot.lookups.text import Token, fold, phrase_of, singular

_ENOUGH = 0.6
"""Share of a longer name's information that must be said."""


@dataclass(frozen=True, kw_only=True)
class NamedProducts:
    """Words of a text that name a product; several ids where they fit several."""

    words: frozenset[str]
    product_ids: tuple[str, ...]


class ProductNames:
    """The names of all products. `generic` words (categories, colours, everyday words) do not tell products apart."""

    def __init__(self, catalogue: pl.DataFrame, *, generic: Set[str]) -> None:
        names = catalogue.select("product_id", "name").unique("product_id").sort("product_id")
        self._names: dict[str, str] = {product_id: name or product_id for product_id, name in names.iter_rows()}
        self._phrases = {product_id: phrase_of(name) for product_id, name in self._names.items()}
        counts = Counter(word for phrase in self._phrases.values() for word in set(phrase))
        self._weight = {word: log(1 + len(self._names) / count) for word, count in counts.items()}
        self._unique = {word for word, count in counts.items() if count == 1}
        self._telling: dict[str, frozenset[str]] = {}
        self._by_word: dict[str, list[str]] = defaultdict(list)
        self._generic_only: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for product_id, phrase in self._phrases.items():
            telling = frozenset(word for word in phrase if word not in generic and not word.isdigit())
            if not telling:
                self._generic_only[phrase].append(product_id)
            self._telling[product_id] = telling
            for word in telling:
                self._by_word[word].append(product_id)
        self.ids = {fold(product_id): product_id for product_id in self._names}

    @property
    def words(self) -> frozenset[str]:
        """Words that tell products apart."""
        return frozenset(self._by_word)

    def label(self, product_id: str) -> str:
        """The product's name; its id where it is unknown."""
        return self._names.get(product_id) or product_id

    def by_id(self, code: str) -> str | None:
        """The product whose id this is, in any case."""
        return self.ids.get(fold(code))

    def find(self, found: Sequence[Token], text: str) -> list[NamedProducts]:
        """Products that the words name: those whose names are said best, no word used twice."""
        words = [singular(token.word) for token in found]
        said = frozenset(words)
        named = [NamedProducts(words=frozenset(p), product_ids=tuple(ids)) for p, ids in self._said_whole(found, text)]
        used = {word for one in named for word in one.words}
        candidates = {id for word in said for id in self._by_word.get(word, ())}
        ranked = sorted((self._fit(id, said - used), id) for id in candidates)
        while ranked:
            (missing, score), best = ranked[0]
            if missing == 1.0:
                break
            matched = self._telling[best] & (said - used)
            same = tuple(id for fit, id in ranked if fit == (missing, score) and self._telling[id] & said == matched)
            named.append(NamedProducts(words=matched, product_ids=same))
            used |= matched
            ranked = sorted((self._fit(id, said - used), id) for _, id in ranked if id not in same)
        return named

    def closest(self, word: str, *, limit: int = 3) -> list[str]:
        """Names most like the word, best first."""
        found = process.extract(word, list(self._names.values()), scorer=fuzz.WRatio, limit=limit, score_cutoff=60)
        return list(dict.fromkeys(name for name, _, _ in found))

    def _fit(self, product_id: str, said: Set[str]) -> tuple[float, float]:
        """(share of the name's information that is missing, minus what is said); (1, 0) where it is not named."""
        telling = self._telling[product_id]
        whole = sum(self._weight[word] for word in telling)
        part = sum(self._weight[word] for word in telling & said)
        enough = part / whole >= (_ENOUGH if len(telling) > 2 else 1.0)
        sole = any(word in self._unique and len(word) > 3 for word in telling & said) and len(telling) <= 3
        return (round(1 - part / whole, 6), -part) if part and (enough or sole) else (1.0, 0.0)

    def _said_whole(self, found: Sequence[Token], text: str) -> list[tuple[tuple[str, ...], list[str]]]:
        """Names made of everyday words alone count when said whole and with a capital: `Blanche`, not `blanche`."""
        words = tuple(singular(token.word) for token in found)
        said = []
        for phrase, ids in self._generic_only.items():
            for start in range(len(words) - len(phrase) + 1):
                if words[start : start + len(phrase)] == phrase and text[found[start].start].isupper():
                    said.append((phrase, ids))
                    break
        return said
