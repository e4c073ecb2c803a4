"""Sentences as customers write them, with names and without, made from patterns and faker's names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from string import Formatter
from typing import Literal
from zlib import crc32

from ingestion.data_files import read_yaml
from ingestion.names_training.examples import Bounds, Example
from ingestion.names_training.lists import LANGUAGES, NameLists, held_out, more_common_words

Purpose = Literal["learn", "measure"]

_FOLDER = Path(__file__).parent / "sentences"
_MEASURED_PERCENT = 20
_VOWELS = set("AEIOUÉÈÊÂÎÔ")
_TITLED = 0.4
"""Share of common words that are written with a capital, as in headings and by careless hands."""
_PERSON = {"first", "first2", "last", "last2", "full", "full2", "initial", "vowel"}
_STOPS = [". ", ". ", ". ", "! ", " ", ", ", "\n", "... ", " - "]
_ENDS = [".", ".", "", "", "!", " !", "...", " ❤", " 😍", "?", " :("]
_STREET_SIGNS = ("rue ", "Avenue ", "via ", "Corso ", "traße", "calle ", "avenida ", " Street")


@dataclass(frozen=True, kw_only=True)
class Language:
    """Patterns of a language and what fills them."""

    named: tuple[str, ...]
    plain: tuple[str, ...]
    words: dict[str, list[str]]
    common: tuple[str, ...]
    """Words that are no names where they stand, though some are elsewhere."""
    titled_nouns: bool
    """Whether nouns have a capital."""
    first: tuple[str, ...]
    last: tuple[str, ...]


class SentenceMaker:
    """Makes texts of one to three sentences.

    To learn, patterns and names of one part are used; to measure, those of the other: neither is in both.
    """

    def __init__(self, names: dict[str, NameLists], brands: Sequence[str], purpose: Purpose) -> None:
        self._languages = {code: _language(code, names[code], purpose) for code in LANGUAGES}
        self._every_first = tuple(name for language in self._languages.values() for name in language.first)
        self._every_last = tuple(name for language in self._languages.values() for name in language.last)
        self._brands = list(brands)

    def language(self, code: str) -> Language:
        """What texts of a language are made of."""
        return self._languages[code]

    def make(self, code: str, count: int, *, seed: int, with_names: float = 0.55) -> list[Example]:
        """Texts in a language, a share of them with names."""
        chance = Random(f"{code} {seed}")
        language = self._languages[code]
        return [self._text(language, chance, named=chance.random() < with_names) for _ in range(count)]

    def _text(self, language: Language, chance: Random, *, named: bool) -> Example:
        patterns = [chance.choice(language.plain) for _ in range(chance.choice((0, 0, 1, 1, 2)))]
        if named:
            patterns.insert(chance.randrange(len(patterns) + 1), chance.choice(language.named))
        elif not patterns:
            patterns = [chance.choice(language.plain)]
        text = Draft()
        opening = chance.choice(language.words["opening"]) if chance.random() < 0.15 else ""
        text.add(opening + " " if opening else "")
        for at, pattern in enumerate(patterns):
            self._fill(text, pattern, language, chance)
            text.add(chance.choice(_STOPS) if at < len(patterns) - 1 else chance.choice(_ENDS))
        return _as_written(text, chance)

    def _fill(self, text: Draft, pattern: str, language: Language, chance: Random) -> None:
        is_street = any(sign in pattern for sign in _STREET_SIGNS) and pattern in language.plain
        for literal, slot, _, _ in Formatter().parse(pattern):
            text.add(literal)
            if slot is None:
                continue
            value = self._value(slot, language, chance)
            text.add(value, is_name=slot in _PERSON and not is_street)

    def _value(self, slot: str, language: Language, chance: Random) -> str:
        kind = slot.rstrip("2")
        if kind in _PERSON:
            return self._person(kind, language, chance)
        if kind == "brand":
            return chance.choice(self._brands)
        if kind == "common":
            word = chance.choice(language.common)
            return word.capitalize() if language.titled_nouns or chance.random() < _TITLED else word
        if kind == "Colour":
            return chance.choice(language.words["colour"]).capitalize()
        return chance.choice(language.words[kind])

    def _person(self, kind: str, language: Language, chance: Random) -> str:
        foreign = chance.random() < 0.2
        first = chance.choice(self._every_first if foreign else language.first)
        last = chance.choice(self._every_last if foreign else language.last)
        if kind == "vowel":
            return chance.choice([name for name in language.first if name[0] in _VOWELS])
        if kind == "full":
            forms = (
                f"{first} {last}",
                f"{first} {last}",
                f"{first} {last[0]}.",
                f"{first[0]}. {last}",
                f"{first} {last.upper()}",
            )
            return chance.choice(forms)
        return {"first": first, "last": last, "initial": last[0]}[kind]


class Draft:
    """A text as it grows, and the names in it."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, bool]] = []

    def add(self, part: str, *, is_name: bool = False) -> None:
        """Put a part at the end."""
        if part:
            self.parts.append((part, is_name))


def _as_written(draft: Draft, chance: Random) -> Example:
    """As a customer types it: now and then without capitals, in capitals only, or with a slip."""
    draw = chance.random()
    text = ""
    names: list[Bounds] = []
    for part, is_name in draft.parts:
        written = part.lower() if draw < 0.12 else part.upper() if draw < 0.15 else part
        if chance.random() < 0.04:
            written = _slip(written, chance)
        if is_name:
            names.append((len(text), len(text) + len(written)))
        text += written
    return Example(text=text, names=tuple(_joined(text, names)))


def _joined(text: str, names: Sequence[Bounds]) -> list[Bounds]:
    """Names with nothing but a space between them are one."""
    joined: list[Bounds] = []
    for start, end in names:
        if joined and text[joined[-1][1] : start] == " ":
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _slip(part: str, chance: Random) -> str:
    if len(part) < 4:
        return part
    at = chance.randrange(1, len(part) - 2)
    if not part[at : at + 2].isalpha():
        return part
    kind = chance.randrange(3)
    if kind == 0:
        return part[:at] + part[at + 1 :]
    if kind == 1:
        return part[:at] + part[at] + part[at:]
    return part[:at] + part[at + 1] + part[at] + part[at + 2 :]


def _language(code: str, names: NameLists, purpose: Purpose) -> Language:
    patterns = read_yaml(_FOLDER / f"{code}.yaml")
    words = read_yaml(_FOLDER / "words.yaml")
    measured = purpose == "measure"
    return Language(
        named=tuple(pattern for pattern in patterns["named"] if _is_measured(pattern) == measured),
        plain=tuple(pattern for pattern in patterns["plain"] if _is_measured(pattern) == measured),
        words=words[code],
        common=tuple(more_common_words()[code]),
        titled_nouns=code == "de",
        first=tuple(name for name in names.first if held_out(name) == measured),
        last=tuple(name for name in names.last if held_out(name) == measured),
    )


def _is_measured(pattern: str) -> bool:
    return crc32(pattern.encode()) % 100 < _MEASURED_PERCENT
