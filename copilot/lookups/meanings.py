"""What words of a question can mean: terms of the fashion lexicon, and everyday words of English and French reviews."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from copilot.errors import SettingsError
from copilot.signals.lexicon import Lexicon, fold
from copilot.signals.lexicon.inflect import inflections

REVIEW_WORDS_FILE = Path(__file__).with_name("review_words.yaml")

SMALL_WORDS: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        "a an the of in on at to for from and or with without is are was do does did it its this that these those my i"  # noqa: SIM905
        " you your we they them what which who how why when where not no too very so as by about has have had any"
        " all me s t".split()
    ),
    "fr": frozenset(
        "a au aux de des du d en et la le les l un une est sont etait qui que qu quoi quel quelle quels quelles"  # noqa: SIM905
        " comment pourquoi ou dans sur pour par avec sans ne n pas plus tres trop ce cet cette ces mon ma mes ton ta"
        " son sa ses nous vous ils elles il elle je j tu on se s y c m t me te leur leurs tout tous toute"
        " toutes".split()
    ),
}
"""Words that carry no meaning of their own, folded: they tell which language a question is in."""


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """One thing that can be said, and how it is said."""

    id: str
    """Term of the lexicon, or `word:` and its English word."""
    forms: Mapping[str, tuple[str, ...]] = field(hash=False)
    """Language (ISO 639-1) -> ways of saying it, the commonest first."""

    @property
    def is_term(self) -> bool:
        """Whether it is a term of the lexicon."""
        return not self.id.startswith("word:")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a form means, and in which languages it does; none named: in all."""

    meaning: Meaning
    languages: frozenset[str]


class Meanings:
    """Folded forms and what they mean."""

    def __init__(self, lexicon: Lexicon, words: Sequence[Mapping[str, Sequence[str]]]) -> None:
        self._forms: dict[tuple[str, ...], list[Reading]] = {}
        for term in lexicon.terms.values():
            bound = {fold(form) for form in term.bound}
            self._add(Meaning(id=term.term_id, forms=term.forms), bound=bound)
        for entry in words:
            forms = {language: tuple(said) for language, said in entry.items()}
            self._add(Meaning(id=f"word:{forms['en'][0]}", forms=forms), bound=None)
        self.longest = max(len(tokens) for tokens in self._forms)
        self._words = {token for tokens in self._forms for token in tokens}

    def of(self, tokens: tuple[str, ...], language: str) -> list[Meaning]:
        """What the folded words mean in a question of that language; those that the language lists come first, and
        others only where there are none. Terms come before everyday words."""
        readings = self._forms.get(tokens, [])
        own = [reading.meaning for reading in readings if language in reading.languages]
        found = own or [reading.meaning for reading in readings if not reading.languages]
        return list(dict.fromkeys(sorted(found, key=lambda meaning: not meaning.is_term)))

    def languages(self, word: str) -> frozenset[str]:
        """Languages in which the folded word stands alone for something."""
        return frozenset(language for reading in self._forms.get((word,), []) for language in reading.languages)

    def parts(self, word: str) -> list[str]:
        """The words that a hashtag is made of, fewest first choice; itself where it cannot be made of known words."""
        if word in self._words:
            return [word]
        best: dict[int, list[str]] = {0: []}
        small = SMALL_WORDS["en"] | SMALL_WORDS["fr"]
        for end in range(1, len(word) + 1):
            ways = [
                [*best[start], word[start:end]]
                for start in best
                if start < end and (word[start:end] in small or (word[start:end] in self._words and end - start > 2))
            ]
            if ways:
                best[end] = min(ways, key=lambda way: (len(way), way))
        return best.get(len(word), [word])

    def _add(self, meaning: Meaning, *, bound: set[str] | None) -> None:
        """`bound`: folded forms that hold in their languages alone; None: all of them do."""
        for language, forms in meaning.forms.items():
            for form in forms:
                alone = bound is None or fold(form) in bound
                for tokens in _with_plurals(form, language):
                    there = self._forms.setdefault(tokens, [])
                    there.append(Reading(meaning=meaning, languages=frozenset({language})))
                    if not alone:
                        there.append(Reading(meaning=meaning, languages=frozenset()))


def _with_plurals(form: str, language: str) -> Iterator[tuple[str, ...]]:
    tokens = tuple(words_of(form))
    if tokens:
        yield tokens
        yield from inflections(tokens, language)


def words_of(text: str) -> list[str]:
    """Folded words of a text."""
    return "".join(character if character.isalnum() else " " for character in fold(text)).split()


@cache
def load_meanings(lexicon: Lexicon) -> Meanings:
    """The lexicon's terms and the review words that ship. Raises `SettingsError` for a file that does not fit."""
    return Meanings(lexicon, read_review_words(REVIEW_WORDS_FILE))


def read_review_words(path: Path) -> list[Mapping[str, Sequence[str]]]:
    """Entries of a file of review words. Raises `SettingsError`, naming the entry."""
    entries = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    for entry in entries:
        if set(entry) != {"en", "fr"} or not all(isinstance(word, str) for said in entry.values() for word in said):
            raise SettingsError(f"{path}, entry {entry!r}: English and French words are needed, as text.")
    return list(entries)
