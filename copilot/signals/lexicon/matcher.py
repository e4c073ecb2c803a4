"""Terms in texts, in one pass: a trie over tokens, longest form first.

Time is linear in the length of the text: at each token the trie is followed as far as the text goes, which is at most
the longest form. Of forms that overlap the longest counts alone: `camel coat` is not also a `coat`, so that a rise of
the one is not a rise of the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from copilot.errors import SettingsError
from copilot.signals.lexicon.inflect import inflections
from copilot.signals.lexicon.tokens import tokenise
from copilot.signals.records import Term

_SHORTEST_JOINED = 8
"""Letters from which a form of several words is also found written as one."""
_SHORTEST_PART = 3
_SHORTEST_COMPOUND = 8
# What hashtags put before or after a term.
_TAG_WORDS = frozenset(
    [
        "outfit",
        "outfits",
        "ootd",
        "look",
        "looks",
        "style",
        "love",
        "inspo",
        "fashion",
        "mode",
        "moda",
        "trend",
        "trends",
        "tendance",
        "season",
        "summer",
        "winter",
        "autumn",
        "fall",
        "spring",
        "ete",
        "hiver",
        "sommer",
        "estate",
        "girl",
        "girls",
        "my",
        "the",
        "new",
        "best",
        "day",
        "vibes",
        "vibe",
        "era",
        "lover",
        "lovers",
        "addict",
        "aesthetic",
        "femme",
        "donna",
        "damen",
        "women",
        "woman",
        "automne",
        "printemps",
        "shopping",
        "of",
        "and",
        "for",
    ]
)
_GERMAN_LINKS = ("", "s", "n", "en")


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """What a form means."""

    term_id: str
    """Empty: a phrase that holds a form and means something else."""
    languages: frozenset[str]
    """Languages of the posts in which it means that; empty: all."""

    def holds_in(self, language: str) -> bool:
        return not self.languages or language in self.languages

    def clashes(self, other: _Reading) -> bool:
        apart = self.languages and other.languages and not self.languages & other.languages
        return self.term_id != other.term_id and not apart


@dataclass(slots=True)
class _Node:
    following: dict[str, _Node] = field(default_factory=dict)
    readings: list[_Reading] = field(default_factory=list)


class Matcher:
    """Finds the terms in texts. Raises `SettingsError` when a form has two meanings in one language."""

    def __init__(self, terms: Iterable[Term]) -> None:
        forms: dict[tuple[str, ...], list[_Reading]] = {}
        terms = list(terms)
        for term in terms:
            for tokens, reading in _declared(term):
                _add(forms, tokens, reading)
        for term in terms:
            _add_inflections(forms, term)
        self._root = _Node()
        for tokens, readings in forms.items():
            _insert(self._root, tokens, readings)
        self._parts = _TAG_WORDS | {t for tokens in forms for t in tokens if len(t) >= _SHORTEST_PART}
        self._parts |= {
            "".join(tokens) for tokens in forms if len(tokens) > 1 and len("".join(tokens)) > _SHORTEST_PART
        }
        for tokens, readings in list(forms.items()):
            joined = "".join(tokens)
            if len(tokens) > 1 and (joined,) not in forms:
                _insert(self._root, (joined,), readings if len(joined) >= _SHORTEST_JOINED else [])
        self._joined = {"".join(tokens): tokens for tokens in forms if len(tokens) > 1}
        self._split: dict[tuple[str, bool], tuple[str, ...]] = {}

    def find(self, text: str, language: str = "") -> list[str]:
        """Ids of the terms in `text`, in order of first mention.

        `language` is that of the text (ISO 639-1); forms that mean something else in other languages count only in
        theirs, and so not at all where it is empty or `und`.
        """
        tokens = self._tokens(text, language)
        found: dict[str, None] = {}
        at, end, first = 0, len(tokens), self._root.following
        while at < end:
            node = first.get(tokens[at])
            if node is None:
                at += 1
                continue
            term_id, at = self._longest(tokens, at, node, language)
            if term_id:
                found[term_id] = None
        return list(found)

    def _longest(self, tokens: list[str], at: int, node: _Node | None, language: str) -> tuple[str, int]:
        """The term of the longest form that begins at `at`, and where to go on."""
        best, after, end = "", at + 1, len(tokens)
        position = at
        while node is not None:
            position += 1
            for reading in node.readings:
                if reading.holds_in(language):
                    best, after = reading.term_id, position
                    break
            node = node.following.get(tokens[position]) if position < end else None
        return best, after

    def _tokens(self, text: str, language: str) -> list[str]:
        tokens = tokenise(text)
        compounds = language == "de"
        if not compounds and "#" not in text:
            return tokens
        parted: list[str] = []
        for token in tokens:
            if token[0] == "#":
                parted.extend(self._parted(token[1:], compounds))
            elif compounds and len(token) >= _SHORTEST_COMPOUND and token not in self._root.following:
                parted.extend(self._parted(token, compounds))
            else:
                parted.append(token)
        return parted

    def _parted(self, word: str, compounds: bool) -> tuple[str, ...]:
        """A hashtag or German compound as the words it is made of, where all of them are known."""
        key = (word, compounds)
        if key not in self._split:
            self._split[key] = (word,) if word in self._root.following else self._part(word, compounds)
        return self._split[key]

    def _part(self, word: str, compounds: bool) -> tuple[str, ...]:
        links = _GERMAN_LINKS if compounds else ("",)
        best: dict[int, tuple[str, ...]] = {0: ()}
        for start in range(len(word)):
            if start not in best:
                continue
            for end in range(start + _SHORTEST_PART, len(word) + 1):
                if word[start:end] not in self._parts:
                    continue
                for link in links:
                    stop = end + len(link)
                    longer = (*best[start], word[start:end])
                    fits = word[end:stop] == link and stop <= len(word)
                    if fits and (stop not in best or len(longer) < len(best[stop])):
                        best[stop] = longer
        parts = best.get(len(word), (word,))
        return tuple(token for part in parts for token in self._joined.get(part, (part,)))


def _declared(term: Term) -> Iterator[tuple[tuple[str, ...], _Reading]]:
    """Each form of the term as tokens, with what it means."""
    everywhere = _Reading(term_id=term.term_id, languages=frozenset())
    bound = {tuple(tokenise(form)) for form in term.bound}
    where: dict[tuple[str, ...], set[str]] = {}
    for language, forms in term.forms.items():
        for form in forms:
            where.setdefault(tuple(tokenise(form)), set()).add(language)
    for tokens, languages in where.items():
        own = _Reading(term_id=term.term_id, languages=frozenset(languages))
        yield tokens, own if tokens in bound else everywhere
    for phrase in term.exceptions:
        yield tuple(tokenise(phrase)), _Reading(term_id="", languages=frozenset())


def _add(forms: dict[tuple[str, ...], list[_Reading]], tokens: tuple[str, ...], reading: _Reading) -> None:
    there = forms.setdefault(tokens, [])
    for other in there:
        if other.clashes(reading):
            raise SettingsError(
                f"Lexicon: {' '.join(tokens)!r} is a form of {other.term_id or 'an exception'!r} and of"
                f" {reading.term_id or 'an exception'!r}. Take it from one, or bind both to their languages."
            )
    if reading not in there:
        there.append(reading)


def _add_inflections(forms: dict[tuple[str, ...], list[_Reading]], term: Term) -> None:
    """Add regular plurals where no term declares them."""
    bound = {tuple(tokenise(form)) for form in term.bound}
    plurals: Mapping[str, list[tuple[str, ...]]] = {
        language: [tuple(tokenise(form)) for form in declared] for language, declared in term.forms.items()
    }
    for language, declared in plurals.items():
        for tokens in declared:
            languages = frozenset({language}) if tokens in bound else frozenset()
            reading = _Reading(term_id=term.term_id, languages=languages)
            for plural in inflections(tokens, language):
                there = forms.setdefault(plural, [])
                if not any(reading.clashes(other) or reading == other for other in there):
                    there.append(reading)


def _insert(root: _Node, tokens: tuple[str, ...], readings: list[_Reading]) -> None:
    if not readings:
        return
    node = root
    for token in tokens:
        node = node.following.setdefault(token, _Node())
    node.readings = readings
