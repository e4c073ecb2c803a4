"""A few people of the crowds who write of a rise in its first days, rise after rise, as some do on real networks.

They take the place of others who would have written then, once each, so that counts stay as they are. Half of a
rise's posts of its first six days are theirs, as far as enough of them take part in it: each does in three of four.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random

from ingestion.demo.chance import picker
from ingestion.demo.people import LANGUAGE_SHARES, Crowd, Person
from ingestion.demo.trends import Trend

_PEOPLE = 30
_TAKES_PART = 0.75
_FIRST_DAYS = 6
_SHARE = 0.5
_BUSIEST = 1 / 20
"""Share of a language's people that they are not among; nor among the quieter half."""


class EarlyAdopters:
    """Who they are, and who of them writes next."""

    def __init__(self, crowds: Mapping[str, Crowd], trends: tuple[Trend, ...], *, seed: int) -> None:
        self._chance = picker(seed, "early adopters")
        people = {language: _some_of(crowd, language, self._chance) for language, crowd in crowds.items()}
        self.handles = frozenset(person.handle for some in people.values() for person in some)
        self._begins = {trend.term_id: trend.rise.starts_on for trend in trends if trend.rise is not None}
        self._waiting = {
            (term, language): [person for person in some if self._chance.random() < _TAKES_PART]
            for term in self._begins
            for language, some in people.items()
        }

    def next_on(self, term: str, language: str, day: date) -> Person | None:
        """One who writes of the term on that day instead of anyone else; None: anyone else does."""
        began = self._begins.get(term)
        if began is None or not 0 <= (day - began).days < _FIRST_DAYS or self._chance.random() >= _SHARE:
            return None
        waiting = self._waiting[term, language]
        return waiting.pop(self._chance.randrange(len(waiting))) if waiting else None


def _some_of(crowd: Crowd, language: str, chance: Random) -> list[Person]:
    count = round(_PEOPLE * LANGUAGE_SHARES[language])
    people = crowd.people
    return chance.sample(people[int(len(people) * _BUSIEST) : len(people) // 2], count)
