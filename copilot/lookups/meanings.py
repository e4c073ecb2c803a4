"""What words of a question can mean: terms of the fashion lexicon, and everyday words of reviews, in five languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from copilot.errors import SettingsError
from copilot.signals.lexicon import Lexicon, fold
from copilot.signals.lexicon.inflect import inflections
from ingestion.data_files import read_yaml
from vectorstore.stems import stemmer

_SHORTEST_PART = 3
_SHORTEST_OF_COMPOUND = 4
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
        "it": """il lo la i gli le un uno una di a da in con su per tra fra del dello della dei degli delle al allo
            alla ai agli alle dal dalla nel nella nei nelle sul sulla sui sulle e ed o ma che chi cui non si mi ti ci
            vi ne io tu lui lei noi voi loro sono sei siamo era ho hai ha hanno essere avere questo questa questi
            queste quello quella quale quali come dove quando perche anche molto troppo troppa piu gia solo l d c s
            se""",
        "de": """der die das den dem des ein eine einen einem einer eines und oder aber in im an am auf aus bei mit
            nach von vom zu zum zur fur uber unter vor ist sind war waren bin hat habe haben wird werden kann ich du
            er sie es wir ihr mich mir dich sich mein meine dein sein seine nicht kein keine auch nur noch sehr so
            wie was wer wo wann warum welche welcher welches dass wenn als ob schon man""",
        "es": """el la los las un una unos unas de del a al en con por para sin sobre entre y e o u pero que quien
            cual cuales como donde cuando porque no se me te nos os le les lo yo tu ella ellos nosotros es son era
            fue soy esta estan estoy ser estar he ha han hay mi mis su sus este esta estos estas ese esa eso muy mas
            tambien ya solo si demasiado demasiada""",
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
    anywhere: frozenset[str] = field(default=frozenset(), hash=False)
    """Folded forms that mean it in texts of any language."""

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
        self._stems: dict[tuple[str, int], list[Meaning]] = {}
        for term in lexicon.terms.values():
            if term.term_id in _OPPOSITES:
                continue
            bound = {fold(form) for form in term.bound}
            anywhere = frozenset(fold(form) for forms in term.forms.values() for form in forms) - bound
            self._add(Meaning(id=term.term_id, forms=term.forms, anywhere=anywhere))
        for entry in words:
            forms = {language: tuple(said) for language, said in entry.items()}
            self._add(Meaning(id=f"word:{forms['en'][0]}", forms=forms))
        self.longest = max(len(tokens) for tokens in self._forms)
        self._languages: dict[str, set[str]] = {}
        for tokens, readings in self._forms.items():
            for token in tokens:
                self._languages.setdefault(token, set()).update(*(reading.languages for reading in readings))

    def of(self, tokens: tuple[str, ...], language: str) -> list[Meaning]:
        """What the folded words mean in a question of that language: what the language lists, or else what is meant in
        all languages, or else (one word, in any language but English, whose forms are listed) what the language lists
        with another ending. Terms come before everyday words."""
        readings = self._forms.get(tokens, [])
        found = [reading.meaning for reading in readings if language in reading.languages]
        found = found or [reading.meaning for reading in readings if not reading.languages]
        if not found and len(tokens) == 1 and language != "en":
            found = self._stems.get((language, stemmer(language)(tokens[0])), [])
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

    def compound(self, word: str) -> list[str]:
        """The two German words that a longer folded one is made of (`leinenkleid`); itself where it is known, or is not
        made of two."""
        if word in self._languages:
            return [word]
        for end in range(_SHORTEST_OF_COMPOUND, len(word) - _SHORTEST_OF_COMPOUND + 1):
            parts = [word[:end], word[end:]]
            if all("de" in self.languages(part) for part in parts):
                return parts
        return [word]

    def _is_part(self, word: str) -> bool:
        known = len(word) >= _SHORTEST_PART and word in self._languages
        return known or any(word in small for small in SMALL_WORDS.values())

    def _add(self, meaning: Meaning) -> None:
        for language, forms in meaning.forms.items():
            for form in forms:
                for tokens in _with_plurals(form, language):
                    if len(tokens) == 1:
                        self._stems.setdefault((language, stemmer(language)(tokens[0])), []).append(meaning)
                    there = self._forms.setdefault(tokens, [])
                    there.append(Reading(meaning=meaning, languages=frozenset({language})))
                    if fold(form) in meaning.anywhere:
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
    entries = read_yaml(path)
    for entry in entries:
        known = {"en", "fr"} <= set(entry) <= set(SMALL_WORDS)
        if not known or not all(isinstance(word, str) for said in entry.values() for word in said):
            raise SettingsError(f"{path}, entry {entry!r}: English and French words are needed, as text.")
    return list(entries)
