"""Authors: invented people with a handle, a name, an e-mail address and a phone number that stay theirs.

Addresses are in domains reserved for examples, numbers in ranges that regulators keep for fiction where there are any.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random
from typing import Any

from ingestion.demo.chance import picker
from ingestion.demo.material import load

LANGUAGE_SHARES = {"fr": 0.44, "en": 0.36, "it": 0.11, "de": 0.09}
_PER_POST = 0.3
_FEWEST = 400
_SHORTEST, _LONGEST = 8, 20
"""Characters of a handle: long enough never to be met by chance, short enough for every network."""
_TAIL = 0.75
_TAIL_FROM = 25.0


@dataclass(frozen=True, kw_only=True)
class Person:
    """Someone who writes posts."""

    language: str
    handle: str = field(repr=False)
    name: str = field(repr=False)
    email: str = field(repr=False)
    phone: str = field(repr=False)
    sloppiness: float
    """0 writes with care, 1 makes a mistake in each sentence."""
    signs_reviews: bool
    """Reviews under the full name instead of the handle."""


class Crowd:
    """The people of one language; few write much, many write once."""

    def __init__(self, people: list[Person]) -> None:
        self.people = people
        """The most active first."""
        self._weights = list(accumulate((rank + _TAIL_FROM) ** -_TAIL for rank in range(len(people))))

    def pick(self, chance: Random) -> Person:
        """One of them, the active ones more often."""
        return chance.choices(self.people, cum_weights=self._weights)[0]


def build_crowds(posts: int, *, seed: int) -> dict[str, Crowd]:
    """A crowd for each language, large enough for that many posts."""
    taken: set[str] = set()
    crowds = {}
    for language, share in LANGUAGE_SHARES.items():
        count = int(max(_FEWEST, posts * _PER_POST) * share)
        chance = picker(seed, "people", language)
        crowds[language] = Crowd([_person(language, chance, taken) for _ in range(count)])
    return crowds


def build_accounts(count: int, purpose: str, *, seed: int, languages: tuple[str, ...]) -> list[Person]:
    """People apart from the crowds: sellers, flooders. Their handles end in the purpose's own way."""
    chance = picker(seed, "accounts", purpose)
    taken: set[str] = set()
    return [_person(languages[n % len(languages)], chance, taken, ending=f"_{purpose}") for n in range(count)]


_MATERIAL: dict[str, Any] = load("people")


def staff_name(language: str, chance: Random) -> str:
    """Full name of someone who works in a shop; never an author's."""
    return f"{chance.choice(_MATERIAL[language]['first'])} {chance.choice(_MATERIAL['staff'][language])}"


def _person(language: str, chance: Random, taken: set[str], ending: str = "") -> Person:
    names = _MATERIAL[language]
    first, last = chance.choice(names["first"]), chance.choice(names["last"])
    handle = _handle(first, last, chance)
    while handle in taken or not _SHORTEST <= len(handle) <= _LONGEST:
        handle = _handle(first, last, chance)
    taken.add(handle)
    handle += ending
    mailbox = chance.choice([handle.replace("_", "."), f"{_plain(first)}.{_plain(last)}{chance.randrange(1, 999)}"])
    return Person(
        language=language,
        handle=handle,
        name=f"{first} {last}",
        email=f"{mailbox}@{chance.choice(_MATERIAL['mail_hosts'])}",
        phone=_phone(language, chance),
        sloppiness=chance.betavariate(0.7, 2.2),
        signs_reviews=chance.random() < 0.4,
    )


def _handle(first: str, last: str, chance: Random) -> str:
    first, last, number = _plain(first), _plain(last), chance.randrange(10, 9999)
    word = chance.choice(_MATERIAL["handle_words"])
    shape = chance.randrange(5)
    if shape == 0:
        return f"{first}_{last}{number % 100}"
    if shape == 1:
        return f"{first}.{last}{number % 100}"
    if shape == 2:
        return f"{word}_by_{first}{number % 1000}"
    if shape == 3:
        return f"{first}{last[0]}{number}_{word}"
    return f"the{last}{word}{number % 1000}"


def _plain(text: str) -> str:
    text = text.lower().replace("ü", "ue").replace("ä", "ae").replace("ö", "oe")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if c.isascii() and c.isalnum())


def _phone(language: str, chance: Random) -> str:
    def digits(count: int) -> str:
        return "".join(str(chance.randrange(10)) for _ in range(count))

    a, b, c = digits(2), digits(2), digits(3)
    shapes = {
        "fr": [f"06 39 98 {a} {b}", f"01 99 00 {a} {b}", f"+33 6 39 98 {a} {b}", f"0639.98.{a}.{b}", f"019900{a}{b}"],
        "en": [f"07700 900{c}", f"+44 7700 900{c}", f"020 7946 0{c}", f"(020) 7946 0{c}"],
        "it": [f"+39 02 0055 {a}{b}", f"02 0055{a}{b}", f"+39 06 0055 {a}{b}"],
        "de": [f"030 23125 {c}", f"+49 30 23125 {c}", f"0171 39200{a}", f"+49 171 39200{a}"],
    }
    return chance.choice(shapes[language])
