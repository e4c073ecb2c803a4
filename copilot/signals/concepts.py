"""What the words of a phrase mean: terms of the lexicon in any of its languages, or else the stems of the words.

Two phrases mean the same when their words do, one by one and in any order: `moss tartan skirt`, `jupe tartan moss`.
Words that differ in a letter are one where nobody used the rarer spelling before. Garments are terms: phrases about
different ones never mean the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import permutations

from rapidfuzz.distance import OSA

from copilot.signals.lexicon import Lexicon, fold
from copilot.signals.lexicon.inflect import inflections
from vectorstore.stems import is_stop_word, stemmer

Meaning = frozenset[str]
"""Ids of what one word, or one form of several, may mean: terms; of words that no term means `=word` and
`~language:stem`. Words that terms mean have `!language:word` too."""
Same = Callable[[Meaning, Meaning], bool]
_NO_TERM = "=~!"
_LONGEST_PHRASE = 4
_ONE_SLIP, _TWO_SLIPS = 5, 10
"""Letters from which on one letter may differ, and two."""


class Concepts:
    """The meanings of phrases by one lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._forms: dict[tuple[str, ...], dict[str, frozenset[str]]] = defaultdict(dict)
        for term in lexicon.terms.values():
            bound = {words_in(form) for form in term.bound}
            for language, forms in term.forms.items():
                for tokens in map(words_in, forms):
                    spoken = frozenset({language}) if tokens in bound else frozenset[str]()
                    for said in (tokens, *inflections(tokens, language)):
                        before = self._forms[said].get(term.term_id)
                        here = spoken if before is None else before | spoken if before and spoken else frozenset()
                        self._forms[said][term.term_id] = here
        self._longest = max(map(len, self._forms))
        self._wholes = self._terms_of_several(lexicon)

    def of(self, phrase: str, language: str, *, without: str = "") -> tuple[Meaning, ...]:
        """What each word of the phrase means, in order; forms of several words are one, small words are left out.

        `without` is a term to be taken apart: `camel_coat` is camel and coat.
        """
        return tuple(self._meanings(words_in(phrase), language, without=without))

    def term_of(self, meanings: Sequence[Meaning], same: Same | None = None) -> str:
        """The term that all of these together are called; empty: none is. `same` as in `is_same`."""
        terms = sorted(id for id in meanings[0] if id[0] not in _NO_TERM) if len(meanings) == 1 else []
        if terms:
            return terms[0]
        wholes = {whole for meaning in meanings for id in meaning for whole in self._wholes.get(id, ())}
        return min((term for term, whole in wholes if is_same(meanings, whole, same)), default="")

    def _terms_of_several(self, lexicon: Lexicon) -> dict[str, list[tuple[str, tuple[Meaning, ...]]]]:
        """Id in a meaning -> terms whose forms hold it beside others: `mesh` -> `mesh_flats`, mesh and flats."""
        found: dict[str, list[tuple[str, tuple[Meaning, ...]]]] = defaultdict(list)
        for term in lexicon.terms.values():
            for language, forms in term.forms.items():
                for tokens in map(words_in, forms):
                    whole = tuple(self._meanings(tokens, language, without=term.term_id))
                    if len(whole) > 1:
                        for id in frozenset().union(*whole):
                            found[id].append((term.term_id, whole))
        return found

    def _meanings(self, words: tuple[str, ...], language: str, *, without: str) -> Iterator[Meaning]:
        at = 0
        while at < len(words):
            for end in range(min(len(words), at + self._longest), at, -1):
                terms = self._terms(words[at:end], language) - {without}
                if terms:
                    yield terms if end > at + 1 else terms | {f"!{language}:{words[at]}"}
                    at = end
                    break
            else:
                if not _is_small(words[at], language):
                    yield frozenset({f"={words[at]}", f"~{language}:{stemmer(language)(words[at])}"})
                at += 1

    def _terms(self, words: tuple[str, ...], language: str) -> Meaning:
        spoken = self._forms.get(words, {})
        return frozenset(term for term, languages in spoken.items() if not languages or language in languages)


def is_same(left: Sequence[Meaning], right: Sequence[Meaning], same: Same | None = None) -> bool:
    """Whether the words of two phrases mean the same, one by one; `same` decides on two words (default: they share a
    meaning)."""
    if len(left) != len(right) or not left or len(left) > _LONGEST_PHRASE:
        return False
    alike = same or (lambda one, other: not one.isdisjoint(other))
    return any(all(map(alike, left, order)) for order in permutations(right))


def differs_in_a_word(left: Sequence[Meaning], right: Sequence[Meaning]) -> bool:
    """Whether two phrases share all words but one each, of which one at least means no term."""
    if len(left) != len(right) or not 1 < len(left) <= _LONGEST_PHRASE:
        return False
    return any(_all_but_one(list(zip(left, order, strict=True))) for order in permutations(right))


def _all_but_one(pairs: Sequence[tuple[Meaning, Meaning]]) -> bool:
    apart = [pair for pair in pairs if pair[0].isdisjoint(pair[1])]
    return len(apart) == 1 and any(map(_is_unknown, apart[0]))


def is_slip(one: Meaning, other: Meaning) -> bool:
    """Whether two words, of which one at least means no term, differ as one typed wrong does."""
    first, second = _word(one), _word(other)
    if not first or not second or not (_is_unknown(one) or _is_unknown(other)):
        return False
    shorter = min(len(first), len(second))
    slips = 0 if shorter < _ONE_SLIP else 1 if shorter < _TWO_SLIPS else 2
    return first[0] == second[0] and 0 < OSA.distance(first, second, score_cutoff=slips) <= slips


def words_of(meanings: Sequence[Meaning]) -> frozenset[str]:
    """The words that no term means."""
    return frozenset(_word(meaning) for meaning in meanings if _is_unknown(meaning))


def words_in(form: str) -> tuple[str, ...]:
    """The words of a form, folded."""
    folded = fold(form.replace("’", "'").lstrip("#"))
    return tuple("".join(character if character.isalnum() else " " for character in folded).split())


@cache
def load_concepts(lexicon: Lexicon) -> Concepts:
    """The concepts of a lexicon, made once."""
    return Concepts(lexicon)


def _word(meaning: Meaning) -> str:
    return next((id.rpartition(":")[2].lstrip("=") for id in meaning if id[0] in "=!"), "")


def _is_unknown(meaning: Meaning) -> bool:
    return any(id[0] == "=" for id in meaning)


@cache
def _is_small(word: str, language: str) -> bool:
    return is_stop_word(word, language)
