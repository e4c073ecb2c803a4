"""All that the head learns from, and what it is measured on."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from random import Random

from ingestion.names_training.examples import Bounds, Example, broad_twitter, presidio_synth, wnut17
from ingestion.names_training.fashion import fashion_posts, france_titles, reviews
from ingestion.names_training.generating import SentenceMaker
from ingestion.names_training.lists import LANGUAGES, held_out, names_by_language
from ingestion.names_training.own_posts import own_posts
from ingestion.pseudonymise.names.words import WORD

_GENERATED = {"en": 1400, "fr": 2400, "it": 1700, "de": 1700, "es": 1700}
_MEASURED = 400
_JOINED_SHARE = 0.7
_JOINED_FROM = 12
"""A name of one word of so many letters is taken for two that are written as one."""
_REVIEWS = 800
_TITLES_REPEATED = 3
_REFINED_SHARE = 0.35
_REFINED_REVIEWS = 1200
_RENAMED = 2
"""How often texts with names are learned from again with other names."""
_SHOWN_REVIEWS, _SHOWN_POSTS = 2500, 1500
"""Of odd rows, that the gate learns from."""
_PEOPLE = Path(__file__).parent / "sentences" / "people.txt"
"""Words of persons in the r/france titles of odd rows, as read by hand in what an earlier head found there: the first
16 hex digits of each word's SHA-256, so that no text of the set is here."""


def learned(data: Path, brands: Sequence[str], *, share: float, seed: int) -> list[Example]:
    """A share of the marked sets, their tweets with other names, made sentences, the demo's posts and reviews; and
    r/france titles.
    """
    tweets = _half_spaced(broad_twitter(data, "train"), broad_twitter(data, "train", spaced=True))
    forum = _half_spaced(wnut17(data, "train"), wnut17(data, "train", spaced=True))
    renamed = _renamed([text for text in [*tweets, *forum] if text.names], seed)
    maker = SentenceMaker(names_by_language(), brands, "learn")
    made = [text for code in LANGUAGES for text in maker.make(code, _GENERATED[code], seed=seed)]
    plain = [Example(text=text, names=()) for text in Random(seed).sample(reviews(data, "odd"), _REVIEWS)]
    every = [*tweets, *forum, *presidio_synth(data, "train"), *renamed, *made, *own_posts(seed=seed), *plain]
    titles = [_with_people(text) for text in france_titles(data, "odd")] * _TITLES_REPEATED
    return [*Random(seed).sample(every, round(share * len(every))), *titles]


def refined(data: Path, brands: Sequence[str], *, seed: int) -> list[Example]:
    """What a trained head goes on with: all tweets and forum texts, those with names twice again with other names, the
    tweets with handles or hashtags in both ways of writing, more reviews, and a part of the rest.
    """
    written, spaced = (broad_twitter(data, "train", spaced=spaced) for spaced in (False, True))
    tweets, others = _half_spaced(written, spaced), _half_spaced(spaced, written)
    forum = _half_spaced(wnut17(data, "train", spaced=True), wnut17(data, "train"))
    named = [text for text in [*tweets, *forum] if text.names]
    renamed = [text for time in range(1, 1 + _RENAMED) for text in _renamed(named, seed + time)]
    maker = SentenceMaker(names_by_language(), brands, "learn")
    made = [text for code in LANGUAGES for text in maker.make(code, _GENERATED[code], seed=seed)]
    rest = [*presidio_synth(data, "train"), *made, *own_posts(seed=seed)]
    return [
        *tweets,
        *(text for text in others if text.handles or "#" in text.text),
        *forum,
        *renamed,
        *Random(seed).sample(rest, round(_REFINED_SHARE * len(rest))),
        *(Example(text=text, names=()) for text in Random(seed).sample(reviews(data, "odd"), _REFINED_REVIEWS)),
        *[_with_people(text) for text in france_titles(data, "odd")] * 2,
    ]


def shown(data: Path, brands: Sequence[str], *, seed: int) -> tuple[list[Example], list[Example]]:
    """What the head shows the gate its finds in: marked texts that it has learned from, and others of odd rows."""
    written, spaced = (broad_twitter(data, "train", spaced=spaced) for spaced in (False, True))
    forum = _half_spaced(wnut17(data, "train", spaced=True), wnut17(data, "train"))
    renamed = _renamed([text for text in [*written, *wnut17(data, "train")] if text.names], seed)
    maker = SentenceMaker(names_by_language(), brands, "learn")
    made = [text for code in LANGUAGES for text in maker.make(code, _GENERATED[code], seed=seed)]
    plain = [
        *Random(seed).sample(reviews(data, "odd"), _SHOWN_REVIEWS),
        *Random(seed).sample(fashion_posts(data, "odd"), _SHOWN_POSTS),
        *france_titles(data, "odd"),
    ]
    marked = [*written, *spaced, *forum, *renamed, *presidio_synth(data, "train"), *made, *own_posts(seed=seed)]
    return marked, [Example(text=text, names=()) for text in plain]


def measured(data: Path, brands: Sequence[str]) -> dict[str, list[Example]]:
    """Sets to measure on, by name. No text of theirs is learned, and no pattern and no name of the made ones."""
    maker = SentenceMaker(names_by_language(), brands, "measure")
    made = {f"made {code}": maker.make(code, _MEASURED, seed=0) for code in LANGUAGES}
    return {
        "broad twitter": broad_twitter(data, "dev"),
        "broad twitter, spaced": broad_twitter(data, "dev", spaced=True),
        "wnut17": wnut17(data, "dev"),
        "presidio synth": presidio_synth(data, "dev"),
        **made,
    }


def nearly_free(data: Path) -> dict[str, list[str]]:
    """Texts in which hardly a name stands, by name of the set."""
    return {
        "clothing reviews": reviews(data, "even"),
        "fashion posts": fashion_posts(data, "even"),
        "r/france titles": france_titles(data, "even"),
    }


def lower_case_texts(data: Path) -> list[str]:
    """Texts to learn from which words are common ones."""
    marked = [*broad_twitter(data, "train"), *wnut17(data, "train"), *presidio_synth(data, "train")]
    fashion = [*reviews(data, "odd"), *fashion_posts(data, "odd"), *france_titles(data, "odd")]
    return [*fashion, *(example.text for example in marked)]


def _with_people(title: str) -> Example:
    people = set(_PEOPLE.read_text(encoding="ascii").split())
    return Example(text=title, names=tuple(word.span() for word in WORD.finditer(title) if _marked(word[0]) in people))


def _marked(word: str) -> str:
    return sha256(word.encode()).hexdigest()[:16]


def _half_spaced(written: Sequence[Example], spaced: Sequence[Example]) -> list[Example]:
    return [pair[row % 2] for row, pair in enumerate(zip(written, spaced, strict=True))]


def _renamed(examples: Sequence[Example], seed: int) -> list[Example]:
    """The texts with each name replaced by another of as many words, in the case of the one before."""
    chance = Random(seed)
    lists = names_by_language()
    first = [name for code in LANGUAGES for name in lists[code].first if not held_out(name)]
    last = [name for code in LANGUAGES for name in lists[code].last if not held_out(name)]
    return [_with_names(example, chance, first, last) for example in examples]


def _joined(name: str) -> str:
    """The name as one word, as in hashtags: "JeanDupont"."""
    return "".join(part[0].upper() + part[1:] for part in WORD.findall(name))


def _with_names(example: Example, chance: Random, first: Sequence[str], last: Sequence[str]) -> Example:
    text, names, end = "", list[Bounds](), 0
    for start, stop in example.names:
        old = example.text[start:stop]
        sign = "#" if old.startswith("#") else ""
        old = old.removeprefix("#")
        if " " in old:
            new = f"{chance.choice(first)} {chance.choice(last)}"
        elif sign or len(old) >= _JOINED_FROM:
            both = chance.random() < _JOINED_SHARE
            new = _joined(f"{chance.choice(first)} {chance.choice(last)}") if both else chance.choice(first)
        else:
            new = chance.choice(first if chance.random() < 0.65 else last)
        new = sign + (new.lower() if old.islower() else new.upper() if old.isupper() and len(old) > 2 else new)
        text += example.text[end:start]
        names.append((len(text), len(text) + len(new)))
        text += new
        end = stop
    # Handles after a name have moved: they are left to be learned as what they are, no names.
    kept = tuple(handle for handle in example.handles if not example.names or handle[1] <= example.names[0][0])
    return Example(text=text + example.text[end:], names=tuple(names), handles=kept)
