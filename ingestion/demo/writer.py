"""One post at a time: sentences are picked, blurred, filled and joined, and what is personal in them is noted."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from ingestion.demo.mistakes import blur, strip_accents
from ingestion.demo.people import Crowd, Person, staff_name
from ingestion.demo.phrases import Phrases
from ingestion.demo.styles import Style

_SLOT = re.compile(r"\{(\w+)\}")
_ENDS = (".", "!", "?", "…", ",", ":")
_RUNS_ON = (",", ":", "so")
_WITH_CARE = ("introduction", "signature")
_SHOPS = ("bags-outlet.example.net", "lux-deals.example.com", "promo-mode.example.org")

Mood = Literal["good", "mid", "bad"]


@dataclass(kw_only=True)
class Planted:
    """Personal data written so far."""

    authors: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    handles: set[str] = field(default_factory=set)
    order_numbers: set[str] = field(default_factory=set)


class Writer:
    """Writes in one language."""

    def __init__(self, phrases: Phrases, crowd: Crowd, chance: Random, planted: Planted) -> None:
        self._phrases = phrases
        self._crowd = crowd
        self._chance = chance
        self._planted = planted
        self._style: Style | None = None
        self._author: Person | None = None
        self._term = ""
        self._colour = ""
        self._slots: dict[str, Callable[[], str]] = {
            "item": lambda: self._named(phrases.item(self._term, chance)),
            "topic": lambda: self._named(chance.choice(phrases.terms[self._term].topics)),
            "product": self._product,
            "colour": lambda: self._colour,
            "size": self._size,
            "city": lambda: phrases.pick("cities", chance),
            "weekday": lambda: phrases.pick("weekdays", chance),
            "price": lambda: str(chance.randrange(25, 300, 5)),
            "n": lambda: str(chance.randrange(2, 10)),
            "discount": lambda: str(chance.randrange(50, 95, 5)),
            "code": lambda: f"{chance.choice(['MODE', 'STYLE', 'LUXE', 'VIP'])}{chance.randrange(10, 90)}",
            "link": lambda: f"https://{chance.choice(_SHOPS)}/{chance.randrange(10**5):05d}",
            "email": lambda: self._note(self._planted.emails, self._me().email),
            "phone": lambda: self._note(self._planted.phones, self._me().phone),
            "me": lambda: self._note(self._planted.names, self._me().name),
            "staff": lambda: self._note(self._planted.names, staff_name(phrases.language, chance)),
            "handle": lambda: self._note(self._planted.handles, crowd.pick(chance).handle),
            "order": lambda: self._note(self._planted.order_numbers, f"WB-{chance.randrange(10**7):07d}"),
        }

    def social(self, author: Person, term: str = "") -> str:
        """A post about a term, or about anything else."""
        self._begin(author, term)
        chance = self._chance
        core = chance.choice(("social_item", "social_topic")) if term else "filler"
        sentences = [self._sentence("openers")] if chance.random() < 0.3 else []
        sentences.append(self._sentence(core))
        sentences += [self._sentence("followups") for _ in range(chance.choice((0, 1, 1, 1, 2)))]
        if chance.random() < 0.10:
            sentences.append(self._sentence("handle"))
        sentences += self._contacts(0.02)
        if chance.random() < 0.25:
            sentences.append(self._sentence("closers"))
        signed = self._signature(0.02)
        return self._join(sentences) + (signed or self._ornaments(term))

    def review(
        self, author: Person, style: Style, mood: Mood, term: str = "", *, fabric: bool = False
    ) -> tuple[str, str]:
        """Title and text of a review of a style."""
        self._begin(author, term, style)
        chance = self._chance
        sentences = [self._sentence("review_open")]
        if term:
            sentences.append(self._sentence("review_item" if self._phrases.terms[term].items else "review_topic"))
        if chance.random() < 0.6:
            fits = style.fit if chance.random() < 0.7 else "true"
            sentences.append(self._sentence(f"fit_{fits}"))
        if fabric:
            sentences.append(self._sentence("fabric"))
        kinds = {"good": ["good"], "bad": ["bad"], "mid": ["good", "bad"]}[mood]
        sentences += [self._sentence(kind) for kind in kinds]
        if chance.random() < 0.4:
            sentences.append(self._sentence(kinds[-1]))
        sentences += self._contacts(0.04)
        if chance.random() < 0.4:
            sentences.append(self._sentence("review_close"))
        title = self._sentence(f"titles_{mood}") if chance.random() < 0.85 else ""
        return title, self._join(sentences) + self._signature(0.05)

    def trick(self, author: Person, style: Style, topic: Literal["spam", "injection"]) -> str:
        """A post that sells something, or gives the reader orders."""
        self._begin(author, "", style)
        return self._fill(self._phrases.pick(topic, self._chance))

    def _begin(self, author: Person, term: str, style: Style | None = None) -> None:
        self._author, self._term, self._style = author, term, style
        colour = self._chance.choice(style.colours) if style is not None else ""
        self._colour = self._phrases.colours.get(colour, colour)

    def _sentence(self, topic: str) -> str:
        sentence = self._phrases.pick(topic, self._chance)
        if topic not in _WITH_CARE:
            sentence = blur(sentence, self._phrases.slang, self._me().sloppiness, self._chance)
        return self._fill(sentence)

    def _fill(self, sentence: str) -> str:
        return _SLOT.sub(lambda match: self._slots[match[1]](), sentence).replace(" ,", ",")

    def _contacts(self, each: float) -> list[str]:
        wanted = {"email": each, "phone": each, "staff": each, "introduction": 0.4 * each, "order": each}
        return [self._sentence(topic) for topic, share in wanted.items() if self._chance.random() < share]

    def _signature(self, share: float) -> str:
        return " " + self._sentence("signature") if self._chance.random() < share else ""

    def _join(self, sentences: list[str]) -> str:
        careful = self._me().sloppiness < 0.5
        joined = ""
        for sentence in sentences:
            runs_on = joined.endswith(_RUNS_ON)
            text = sentence[:1].upper() + sentence[1:] if careful and not runs_on else sentence
            if careful and not text.endswith(_ENDS):
                text += self._chance.choice((".", ".", ".", " !" if self._phrases.language == "fr" else "!", "…"))
            elif not text.endswith(_ENDS):
                text += self._chance.choice(("", "", "...", "!!", " "))
            joined += (" " if joined else "") + text
        return joined.strip()

    def _ornaments(self, term: str) -> str:
        chance = self._chance
        found = ""
        if chance.random() < 0.4:
            found += " " + "".join(self._phrases.pick("emoji", chance) for _ in range(chance.choice((1, 1, 2, 3))))
        if chance.random() < 0.3:
            tags = [self._phrases.pick("tags", chance) for _ in range(chance.choice((1, 2)))]
            if term and chance.random() < 0.6:
                tags.insert(0, chance.choice(self._phrases.terms[term].tags))
            found += "".join(f" #{tag}" for tag in dict.fromkeys(tags))
        return found

    def _named(self, words: str) -> str:
        return strip_accents(words) if self._chance.random() < 0.5 * self._me().sloppiness else words

    def _product(self) -> str:
        if self._style is None:
            return self._phrases.pick("garments", self._chance).replace(" {mod}", "")
        if self._term:  # What it is stays unsaid: a rise of one term is not to lift the garments of its products.
            return self._style.name
        return self._phrases.product(self._style.name, self._style.category.name, self._chance)

    def _size(self) -> str:
        sizes = list(self._style.sizes) if self._style is not None else ["36", "38", "40", "42", "44"]
        size = self._chance.choice(sizes)
        return self._phrases.colours.get(size, size)

    def _me(self) -> Person:
        if self._author is None:
            raise RuntimeError("a sentence was asked for before its author was named")
        return self._author

    @staticmethod
    def _note(noted: set[str], value: str) -> str:
        noted.add(value)
        return value
