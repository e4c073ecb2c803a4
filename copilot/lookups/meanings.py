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

_SHORTEST_PART = 3
_OPPOSITES = frozenset({"wrong_length"})
"""Terms that hold opposites, which a question means one of."""
REVIEW_WORDS_FILE = Path(__file__).with_name("review_words.yaml")

SMALL_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": """a an the of in on at to for from and or with without is are was were do does did it its this that these
            those my i you your we they them what which who how why when where not no too very so as by about has have
            had any all me s t be been am will would can could should get got if then than but because since into out up
            just also only there here our his her him she he anything something m ve re ll d some there each""",
        "fr": """a au aux de des du d en et la le les l un une est sont etait qui que qu quoi quel quelle quels quelles
            comment pourquoi ou dans sur pour par avec sans ne n pas plus tres trop ce cet cette ces mon ma mes ton ta
            son sa ses nous vous ils elles il elle je j tu on se s y c m t me te leur leurs tout tous toute toutes car
            mais donc comme pendant puis lors depuis ai as ont avons avez suis es sommes etre avoir alors si aussi
            encore deja chez entre vers sous seulement""",
    }.items()
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
            if term.term_id in _OPPOSITES:
                continue
            bound = {fold(form) for form in term.bound}
            self._add(Meaning(id=term.term_id, forms=term.forms), bound=bound)
        for entry in words:
            forms = {language: tuple(said) for language, said in entry.items()}
            self._add(Meaning(id=f"word:{forms['en'][0]}", forms=forms), bound=None)
        self.longest = max(len(tokens) for tokens in self._forms)
        self._languages: dict[str, set[str]] = {}
        for tokens, readings in self._forms.items():
            for token in tokens:
                self._languages.setdefault(token, set()).update(*(reading.languages for reading in readings))

    def of(self, tokens: tuple[str, ...], language: str) -> list[Meaning]:
        """What the folded words mean in a question of that language; those that the language lists come first, and
        others only where there are none. Terms come before everyday words."""
        readings = self._forms.get(tokens, [])
        own = [reading.meaning for reading in readings if language in reading.languages]
        found = own or [reading.meaning for reading in readings if not reading.languages]
        return list(dict.fromkeys(sorted(found, key=lambda meaning: not meaning.is_term)))

    def languages(self, word: str) -> frozenset[str]:
        """Languages of the forms that the folded word is in."""
        return frozenset(self._languages.get(word, ()))

    def parts(self, word: str) -> list[str]:
        """The words that a hashtag is made of, fewest first choice; itself where it cannot be made of known words."""
        if word in self._languages:
            return [word]
        best: dict[int, list[str]] = {0: []}
        for end in range(1, len(word) + 1):
            ways = [[*best[start], word[start:end]] for start in best if self._is_part(word[start:end])]
            if ways:
                best[end] = min(ways, key=lambda way: (len(way), way))
        return best.get(len(word), [word])

    def _is_part(self, word: str) -> bool:
        known = len(word) >= _SHORTEST_PART and word in self._languages
        return known or any(word in small for small in SMALL_WORDS.values())

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
