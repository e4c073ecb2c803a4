"""What is learned from: DMASTE's labelled clothing reviews as clauses, and reviews with stars."""

from __future__ import annotations

import ast
import csv
import gzip
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from copilot.signals.aspects.clauses import clauses_of
from copilot.signals.aspects.records import Aspect, Polarity
from copilot.signals.aspects_training.labelling import aspect_of

DMASTE = "aspects_dmaste_fashion"
REVIEWS = "reviews_womens_clothing"
_SEPARATOR = "####"
_POLARITIES: Mapping[str, Polarity] = {"POS": "positive", "NEG": "negative", "NEU": "neutral"}
_NO_SPACE_BEFORE = re.compile(r"^(?:[.,!?;:)%]|'\w+|'|n't|\.\.\.)$")
_NOT_A_LETTER = re.compile(r"\W+")


@dataclass(frozen=True, kw_only=True)
class LabelledClause:
    """One clause of a labelled review."""

    review: int
    """Row of the file."""
    text: str
    said: Mapping[Aspect, Polarity]
    """Empty: nothing is judged."""


@dataclass(frozen=True, kw_only=True)
class StarReview:
    """One review with its stars, 1 to 5."""

    text: str
    stars: int


def labelled_clauses(file: Path, corrections: Mapping[str, Aspect] | None = None) -> list[LabelledClause]:
    """Clauses of a DMASTE file, an opinion in the clause in which it begins; where a clause speaks of an aspect in two
    ways, its polarity is neutral.

    `corrections`: `ROW.OPINION` (both from 0) -> the aspect, in place of the rules'.
    """
    found: list[LabelledClause] = []
    for row, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
        words, labels = _fields(line)
        text, starts = _joined(words)
        spans = clauses_of(text)
        said: list[dict[Aspect, Polarity]] = [{} for _ in spans]
        for number, (target, opinion, told) in enumerate(labels):
            aspect = (corrections or {}).get(f"{row}.{number}") or aspect_of(
                _words(words, target), _words(words, opinion)
            )
            place = bisect_right([start for start, _ in spans], starts[opinion[0]]) - 1
            there, polarity = said[max(place, 0)], _POLARITIES[told]
            there[aspect] = polarity if there.get(aspect, polarity) == polarity else "neutral"
        found += [
            LabelledClause(review=row, text=text[start:end], said=there)
            for (start, end), there in zip(spans, said, strict=True)
        ]
    return found


def star_reviews(data: Path) -> list[StarReview]:
    """The unlabelled reviews of DMASTE's authors, without those that are labelled in another file, and the women's
    clothing reviews."""
    labelled = {
        _letters(_joined(_fields(line)[0])[0])
        for name in ("train.txt", "dev.txt")
        for line in (data / DMASTE / name).read_text(encoding="utf-8").splitlines()
    }
    amazon = [one for one in _amazon(data) if _letters(one.text) not in labelled]
    return [*amazon, *_womens(data)]


def _amazon(data: Path) -> Iterator[StarReview]:
    with gzip.open(data / DMASTE / "amazon_fashion_unlabelled.txt.gz", "rt", encoding="utf-8") as file:
        for line in file:
            stars, text = line.rstrip("\n").split(_SEPARATOR, 1)
            yield StarReview(text=_joined(text.strip().split(" "))[0], stars=int(stars))


def _womens(data: Path) -> Iterator[StarReview]:
    with gzip.open(data / REVIEWS / "reviews.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["Review Text"]:
                yield StarReview(text=f"{row['Title']}. {row['Review Text']}", stars=int(row["Rating"]))


def _fields(line: str) -> tuple[list[str], list[tuple[list[int], list[int], str]]]:
    text, labels, _ = line.split(_SEPARATOR)
    return text.split(" "), ast.literal_eval(labels)


def _words(words: Sequence[str], places: Sequence[int]) -> str:
    """The words from the first place to the last; empty for a target that is not said."""
    return "" if places[0] < 0 else " ".join(words[places[0] : places[-1] + 1])


def _joined(words: Sequence[str]) -> tuple[str, list[int]]:
    """Words as people write them, and where each begins."""
    text, starts = "", []
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        in_number = before == "." and word.isdigit() and place > 1 and words[place - 2].isdigit()
        if place and not (_NO_SPACE_BEFORE.match(word) or in_number or before in ("$", "(")):
            text += " "
        starts.append(len(text))
        text += word
    return text, starts


def _letters(text: str) -> str:
    return _NOT_A_LETTER.sub("", text.lower())
