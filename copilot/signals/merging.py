"""Candidates for new phrases that mean the same, made one; what a term of the lexicon already means is none.

Same words in another order or language, synonyms of the lexicon, other endings, and slips of typing: `Concepts`. A slip
is a word that hardly anybody wrote before, a letter away from one in a phrase that more people write.

Of phrases that rise, those that differ in one word which no term means are one too where an encoder finds them alike:
`scallop mules`, `scalloped mules`. How alike was set on such pairs (`benchmarks/phrase_merging.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from copilot.signals.concepts import Concepts, Meaning, Same, differs_in_a_word, is_same, is_slip, words_of

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts -> rows of unit length, of an encoder that knows meaning."""
ALIKE = 0.85
"""Cosine from which on two phrases that differ in one word are one."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A run of words that enough authors say."""

    phrase_id: str
    form: str
    """As most of its authors spell it."""
    language: str
    authors: int


def merge(
    candidates: Iterable[Candidate], concepts: Concepts, established: Set[str], names: Set[str] = frozenset()
) -> dict[str, str]:
    """Id of each candidate -> id of the one that it is another form of, which is its own for most.

    Candidates that say what a term says are left out, and so are those whose one unlisted word is of `names`, what
    products are called. `established` are words that people wrote before, folded: no
    slips. A candidate joins one with more authors, and is compared with that one alone: likeness does not chain.
    """
    merging = _Merging(concepts, established, names)
    return {
        candidate.phrase_id: joined
        for candidate in sorted(candidates, key=lambda one: (-one.authors, one.phrase_id))
        if (joined := merging.place(candidate))
    }


def alike(candidates: Sequence[Candidate], concepts: Concepts, encode: Encode) -> dict[str, str]:
    """Ids of candidates that an encoder finds to be another's forms -> the other's id, which has more authors.

    Nothing is encoded where no two candidates differ in one unlisted word alone.
    """
    ordered = sorted(candidates, key=lambda one: (-one.authors, one.phrase_id))
    meanings = {one.phrase_id: concepts.of(one.form, one.language) for one in ordered}
    pairs = [
        (one, other)
        for one, other in combinations(ordered, 2)
        if differs_in_a_word(meanings[one.phrase_id], meanings[other.phrase_id])
    ]
    if not pairs:
        return {}
    forms = sorted({one.form.lstrip("#") for pair in pairs for one in pair})
    row = {form: place for place, form in enumerate(forms)}
    vectors = encode(forms)
    joined: dict[str, str] = {}
    for one, other in pairs:
        likeness = float(vectors[row[one.form.lstrip("#")]] @ vectors[row[other.form.lstrip("#")]])
        if likeness >= ALIKE and one.phrase_id not in joined:
            joined.setdefault(other.phrase_id, one.phrase_id)
    return joined


class _Merging:
    def __init__(self, concepts: Concepts, established: Set[str], names: Set[str]) -> None:
        self._concepts, self._established, self._names = concepts, established, names
        self._heads: dict[str, list[tuple[str, tuple[Meaning, ...]]]] = defaultdict(list)
        """Id in a meaning, or beginning of a word that no term means -> phrases that have it."""

    def place(self, candidate: Candidate) -> str:
        """Id of the phrase that the candidate is; empty: none, but a term's or a product's."""
        meanings = self._concepts.of(candidate.form, candidate.language)
        if not meanings:
            return candidate.phrase_id
        unlisted = words_of(meanings)
        if len(unlisted) == 1 and unlisted <= self._names:
            return ""
        same = _or_slip(unlisted - self._established)
        if self._concepts.term_of(meanings, same):
            return ""
        looked_up = _ids(meanings) | _starts(unlisted - self._established)
        near = {head for key in looked_up for head in self._heads[key]}
        joined = min((id for id, head in near if is_same(meanings, head, same)), default="")
        if not joined:
            for key in _ids(meanings) | _starts(unlisted):
                self._heads[key].append((candidate.phrase_id, meanings))
        return joined or candidate.phrase_id


def _or_slip(unheard: Set[str]) -> Same:
    """How words of a candidate are compared: those that are unheard of may be slips."""

    def same(word: Meaning, other: Meaning) -> bool:
        return not word.isdisjoint(other) or (not unheard.isdisjoint(words_of([word])) and is_slip(word, other))

    return same


def _ids(meanings: Sequence[Meaning]) -> frozenset[str]:
    return frozenset().union(*meanings)


def _starts(words: Set[str]) -> frozenset[str]:
    return frozenset(f"{word[0]}*" for word in words)
