"""Aspects and polarity by lists of words alone: the plain rival of the trained model, and one of its features."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from copilot.signals.aspects.records import Aspect, Polarity
from ingestion.data_files import read_yaml

_FILE = Path(__file__).with_name("words.yaml")
_NEGATION_REACH = 3
"""Words back in which a negation turns a word round: `not at all comfortable`."""
_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+")


def tokens_of(text: str) -> list[str]:
    """English words in lower case, numbers as `0`.

    >>> tokens_of("Doesn’t fit: size 38!")
    ["doesn't", 'fit', 'size', '0']
    """
    plain = text.lower().replace("’", "'")
    return ["0" if token[0].isdigit() else token for token in _TOKEN.findall(plain)]


@dataclass(frozen=True, kw_only=True)
class AspectWords:
    """Patterns over the words of a clause, joined by single spaces."""

    aspects: Mapping[Aspect, re.Pattern[str]]
    positive: re.Pattern[str]
    negative: re.Pattern[str]
    negations: frozenset[str]

    def hits(self, tokens: Sequence[str]) -> dict[Aspect, int]:
        """How often the clause says each aspect that it says at all."""
        said = f" {' '.join(tokens)} "
        counts = {aspect: len(pattern.findall(said)) for aspect, pattern in self.aspects.items()}
        return {aspect: count for aspect, count in counts.items() if count}

    def praise_and_blame(self, tokens: Sequence[str]) -> tuple[int, int]:
        """Words of praise and of blame in the clause; a negation shortly before turns one into the other."""
        praise = blame = 0
        for place, token in enumerate(tokens):
            good, bad = self.positive.search(f" {token} "), self.negative.search(f" {token} ")
            if not good and not bad:
                continue
            turned = not self.negations.isdisjoint(tokens[max(0, place - _NEGATION_REACH) : place])
            praise += int(bool(good) != turned)
            blame += int(bool(good) == turned)
        return praise, blame

    def read(self, text: str) -> dict[Aspect, Polarity]:
        """Aspects of a clause with their polarity; `other` where it judges without naming any."""
        tokens = tokens_of(text)
        praise, blame = self.praise_and_blame(tokens)
        polarity: Polarity = "positive" if praise > blame else "negative" if blame > praise else "neutral"
        found = self.hits(tokens)
        if not found:
            return {} if polarity == "neutral" else {"other": polarity}
        return dict.fromkeys(found, polarity)


@cache
def load_words() -> AspectWords:
    """The words that ship."""
    data = read_yaml(_FILE)
    return AspectWords(
        aspects={aspect: _pattern(words) for aspect, words in data["aspects"].items()},
        positive=_pattern(data["positive"]),
        negative=_pattern(data["negative"]),
        negations=frozenset(data["negations"]),
    )


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    # The space behind a word stays where it is, so that the next word may match too.
    said = (re.escape(word).replace(r"\*", "[a-z]*").replace(r"\ ", " ") for word in words)
    return re.compile(rf" (?:{'|'.join(said)})(?= )")
