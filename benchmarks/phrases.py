"""Phrases that nobody listed: found in real posts, made one where they mean the same, and held against ranges.

Merging: pairs of forms go into real posts, of ten and twelve authors in nine days. Of pairs that mean the same one is
another order, a synonym or a translation of the lexicon's, or a slip of typing; of those that do not, the garment is
another, or the word that nobody lists is. Words and garments are drawn; thresholds were set on other draws.

Likeness: pairs that differ in one unlisted word, by the default encoder; not those that the cosine was set on.

Gaps: for terms that the demo's ranges have products of, by the attributes that the demo gave them, whether the range is
said to lack the term as it is, and once these products are taken out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from benchmarks.figures import Figure, Targets, all_absent, real_data
from benchmarks.signal_phrases import PhraseTally, find_planted, real_posts
from copilot.settings import SignalSettings
from copilot.signals.concepts import load_concepts
from copilot.signals.lexicon import load_lexicon
from copilot.signals.merging import Candidate, Encode, alike
from copilot.signals.phrases import find_phrases
from copilot.signals.products import LIKE, ProductLinks
from copilot.signals.records import MENTIONS_SCHEMA
from ingestion.demo.material import load
from ingestion.demo.styles import build_range, products_frame, skus_frame
from vectorstore.encoder import load_encoder
from vectorstore.settings import IndexSettings

FOLDER = "posts_reddit_fashion"
TARGETS: Targets = {
    "phrases.found": ("share", "higher", 0.8),
    "phrases.named": ("share", "higher", 0.8),
    "phrases.merged_that_should_be": ("share", "higher", 0.8),
    "phrases.merged_that_should_not": ("share", "lower", 0.02),
    "phrases.alike_that_should_be": ("share", "higher", None),
    "phrases.alike_that_should_not": ("share", "lower", 0.02),
    "phrases.gaps_said_of_what_is_there": ("share", "lower", 0.05),
    "phrases.gaps_missed": ("share", "lower", 0.05),
}
_WORDS = ("lantern", "puddle", "glacier", "comet", "wabi", "sherbet", "barrel", "tulip", "opera", "biscuit", "mushroom",
          "poet", "marble", "willow", "pebble", "harbour", "velcro", "jasmine", "orbit", "saffron", "truffle",
          "cobweb", "thistle", "paprika")  # fmt: skip
_GARMENTS = ("skirt", "trousers", "dress", "coat", "loafers", "boots", "sandals", "jacket", "blouse", "ballet_flats")
_AUTHORS, _DAYS, _PAIRS = 12, 9, 16
_ENDS = (date(2013, 8, 5), date(2013, 7, 6), date(2013, 6, 6))
_ALIKE = (("fisherman sandals", "fisher sandals"), ("grandma cardigan", "granny cardigan"),
          ("caramel suede", "toffee suede"), ("bookish cardigan", "librarian cardigan"),
          ("sculpted heel", "sculptural heel"), ("starry print", "star print"), ("cloudlike loafers", "cloud loafers"),
          ("celestial print", "cosmic print"), ("knightly coat", "knight coat"), ("elven dress", "elf dress"),
          ("pirate shirt", "buccaneer shirt"), ("nautical belt", "naval belt"), ("siren top", "mermaid top"),
          ("balloony hem", "balloon hem"), ("icy mint", "ice mint"), ("cherub brooch", "angel brooch"))  # fmt: skip
_APART = (("tulip hem", "petal sleeve"), ("comet belt", "planet belt"), ("oyster tote", "barrel tote"),
          ("fig suede", "plum suede"), ("opera collar", "ballet collar"), ("tango heels", "samba heels"),
          ("basil green", "olive green"), ("pirate blouse", "poet blouse"), ("shell buckle", "horn buckle"),
          ("apron skirt", "pareo skirt"), ("lantern sleeve", "bell sleeve"), ("mushroom bob", "pageboy bob"),
          ("cherry bow", "lemon bow"), ("desert boots", "trapper boots"), ("sailor pants", "jockey pants"),
          ("marble print", "granite print"))  # fmt: skip
_RANGE_END = date(2026, 11, 1)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two forms, and whether they mean the same."""

    first: str
    second: str
    language: str
    """Of the second; the first is English."""
    same: bool


def run(quick: bool) -> Iterator[Figure]:
    """The figures of phrases; the first four need real posts."""
    values = {**_likeness(), **_gaps(2 if quick else 8)}
    folder = real_data(FOLDER)
    if folder is not None:
        values |= _found(find_planted(folder)) | _merged(folder, _ENDS[:1] if quick else _ENDS)
    else:
        yield from all_absent({name: TARGETS[name] for name in TARGETS if name not in values}, FOLDER)
    for name, (value, detail) in values.items():
        unit, better, target = TARGETS[name]
        yield Figure(name=name, value=value, unit=unit, target=target, better=better, detail=detail)


def _found(tally: PhraseTally) -> dict[str, tuple[float, str]]:
    others = f"{tally.put} phrases; others called new: {', '.join(tally.others)}"
    return {
        "phrases.found": (tally.found / tally.put, others),
        "phrases.named": (tally.named / tally.put, "but for the plural"),
    }


def _merged(folder: Path, ends: Sequence[date]) -> dict[str, tuple[float, str]]:
    posts = real_posts(folder)
    outcomes = []
    for seed, end in enumerate(ends):
        pairs = draw_pairs(_PAIRS, seed=500 + seed)
        recent = posts.filter(pl.col("date") < end, pl.col("date") >= end - timedelta(weeks=16))
        whole = pl.concat([recent, _planted(recent, pairs, end, seed)])
        found = find_phrases(whole, end, SignalSettings())
        said = [{form.lower().lstrip("#") for form in phrase.forms} for phrase in found]
        outcomes += [(pair, any({pair.first, pair.second} <= forms for forms in said)) for pair in pairs]
    return {
        "phrases.merged_that_should_be": _share([joined for pair, joined in outcomes if pair.same]),
        "phrases.merged_that_should_not": _share([joined for pair, joined in outcomes if not pair.same]),
    }


def draw_pairs(count: int, *, seed: int) -> list[Pair]:
    """So many pairs that mean the same and as many that do not, each of words that no other pair has."""
    chance = np.random.default_rng(seed)
    words = [str(word) for word in chance.permutation(_WORDS)]
    ways = (_order, _synonym, partial(_translation, "fr"), partial(_translation, "it"), _slip, _synonym)
    pairs = []
    for number in range(count // 2):
        garment = str(chance.choice(_GARMENTS))
        pairs.append(ways[number % len(ways)](words[number], garment, chance))
    for number in range(count // 2, count):
        garment, other = (str(one) for one in chance.choice(_GARMENTS, 2, replace=False))
        first, further = f"{words[number]} {_form(garment)}", words[(number + count // 2) % len(words)]
        second = f"{words[number]} {_form(other)}" if number % 2 else f"{further} {_form(garment)}"
        pairs.append(Pair(first=first, second=second, language="en", same=False))
    return pairs


def _form(garment: str, language: str = "en", number: int = 0) -> str:
    forms = [form for form in load_lexicon().term(garment).forms[language] if len(form.split()) == 1]
    return forms[number % len(forms)] if forms else load_lexicon().term(garment).forms[language][0]


def _order(word: str, garment: str, chance: np.random.Generator) -> Pair:
    return Pair(first=f"{word} {_form(garment)}", second=f"{_form(garment)} {word}", language="en", same=True)


def _synonym(word: str, garment: str, chance: np.random.Generator) -> Pair:
    forms = load_lexicon().term("trousers").forms["en"]
    return Pair(first=f"{word} {forms[0]}", second=f"{word} {forms[1]}", language="en", same=True)


def _translation(language: str, word: str, garment: str, chance: np.random.Generator) -> Pair:
    second = f"{_form(garment, language)} {word}"
    return Pair(first=f"{word} {_form(garment)}", second=second, language=language, same=True)


def _slip(word: str, garment: str, chance: np.random.Generator) -> Pair:
    at = int(chance.integers(1, len(word) - 1))
    typed = word[:at] + word[at + 1] + word[at] + word[at + 2 :] if word[at] != word[at + 1] else word[:at] + word[at:]
    typed = typed if typed != word else word + word[-1]
    return Pair(first=f"{word} {_form(garment)}", second=f"{typed} {_form(garment)}", language="en", same=True)


def _planted(recent: pl.DataFrame, pairs: Sequence[Pair], end: date, seed: int) -> pl.DataFrame:
    chance = np.random.default_rng(900 + seed)
    texts, sources = recent["text"].to_list(), recent["source"].to_list()
    rows = []
    for number, pair in enumerate(pairs):
        for form, language, authors in ((pair.first, "en", _AUTHORS), (pair.second, pair.language, _AUTHORS - 2)):
            for author in range(authors):
                words = texts[int(chance.integers(len(texts)))].split("\n")[0].split()
                place = int(chance.integers(len(words) + 1))
                name = f"pair-{number}-{form}-{author}"
                row = {
                    "post_id": name,
                    "author": name,
                    "source": sources[int(chance.integers(len(sources)))],
                    "date": end - timedelta(days=int(chance.integers(1, _DAYS + 1))),
                    "text": " ".join([*words[:place], form, *words[place:]]),
                    "language": language,
                    "market": "",
                    "thread": "",
                }
                rows.append(row)
    return pl.DataFrame(rows).select(recent.columns)


def _likeness() -> dict[str, tuple[float, str]]:
    with TemporaryDirectory() as folder:
        encode = load_encoder(IndexSettings(), Path(folder)).encode
        joined = {
            same: [_is_alike(pair, encode) for pair in pairs] for same, pairs in ((True, _ALIKE), (False, _APART))
        }
    return {
        "phrases.alike_that_should_be": _share(joined[True]),
        "phrases.alike_that_should_not": _share(joined[False]),
    }


def _is_alike(pair: tuple[str, str], encode: Encode) -> bool:
    both = [Candidate(phrase_id=form, form=form, language="en", authors=9) for form in pair]
    return bool(alike(both, load_concepts(load_lexicon()), encode))


def _gaps(seeds: int) -> dict[str, tuple[float, str]]:
    said, missed = [], []
    for seed in range(seeds):
        made = build_range(300, seed=seed, end=_RANGE_END)
        catalogue = skus_frame(made).join(products_frame(made), on="product_id")
        for row in load("terms"):
            if not row["links"]:
                continue
            about = _about(catalogue, row["links"])
            if about:
                said.append(_is_gap(catalogue, row["term_id"]))
                missed.append(not _is_gap(catalogue.filter(~pl.col("product_id").is_in(about)), row["term_id"]))
    return {"phrases.gaps_said_of_what_is_there": _share(said), "phrases.gaps_missed": _share(missed)}


def _about(catalogue: pl.DataFrame, links: Mapping[str, str]) -> list[str]:
    """Products that have all that the demo links the term to."""
    names = {"category", "material", "colour"}
    fits = [pl.col(kind) == value for kind, value in links.items() if kind in names]
    fits += [
        pl.col("attributes").str.split(";").list.contains(value) for kind, value in links.items() if kind not in names
    ]
    fitting = catalogue.filter(*fits)
    ids: list[str] = fitting["product_id"].unique().to_list()
    return ids


def _is_gap(catalogue: pl.DataFrame, term_id: str) -> bool:
    links = ProductLinks(catalogue, MENTIONS_SCHEMA.to_frame(), load_lexicon()).like_term(term_id)
    return not links or links[0].score < LIKE


def _share(outcomes: Sequence[bool]) -> tuple[float, str]:
    return float(np.mean(outcomes)), f"{sum(outcomes)} of {len(outcomes)}"
