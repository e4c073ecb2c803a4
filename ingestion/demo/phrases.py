"""The phrase material of one language: sentences with alternatives and slots, and what each term is called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from ingestion.demo.material import load

_ALTERNATIVES = re.compile(r"\(([^()|]*(?:\|[^()|]*)+)\)")
_SINGLE = ("terms", "slang", "nouns", "colours")


@dataclass(frozen=True, kw_only=True)
class TermWords:
    """How a term is said: as what one sees (`items`), or as a modifier of a garment (`mods`); and in general."""

    items: tuple[str, ...]
    mods: tuple[str, ...]
    topics: tuple[str, ...]
    tags: tuple[str, ...]


class Phrases:
    """What can be said in a language."""

    def __init__(self, language: str) -> None:
        data: dict[str, Any] = load(f"phrases_{language}")
        self.language = language
        self.terms = {term_id: _term_words(row) for term_id, row in data["terms"].items()}
        self.slang: Mapping[str, str] = data["slang"]
        self.nouns: Mapping[str, str] = data["nouns"]
        self.colours: Mapping[str, str] = data["colours"]
        self._lines: dict[str, tuple[str, ...]] = {
            topic: tuple(lines.splitlines() if isinstance(lines, str) else lines)
            for topic, lines in data.items()
            if topic not in _SINGLE
        }

    def pick(self, topic: str, chance: Random) -> str:
        """A sentence on a topic: alternatives chosen, slots still open."""
        line = chance.choice(self._lines[topic])
        return _ALTERNATIVES.sub(lambda match: chance.choice(match[1].split("|")), line)

    def item(self, term_id: str, chance: Random) -> str:
        """The term as something that one can see or buy: `a linen dress`."""
        words = self.terms[term_id]
        if words.items:
            return chance.choice(words.items)
        return self.pick("garments", chance).replace("{mod}", chance.choice(words.mods))

    def product(self, name: str, category: str, chance: Random) -> str:
        """A product by name, mostly with what it is: `the Alba dress`."""
        if chance.random() < 0.4:
            return name
        noun = self.nouns[category]
        return noun.replace("NAME", name) if "NAME" in noun else f"{noun} {name}"


def _term_words(row: Mapping[str, Any]) -> TermWords:
    return TermWords(
        items=tuple(row.get("items", ())),
        mods=tuple(row.get("mods", ())),
        topics=tuple(row["topics"]),
        tags=tuple(row["tags"]),
    )
