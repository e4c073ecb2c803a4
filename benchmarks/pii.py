"""Personal data found: by ours, by its patterns alone, by Presidio as it comes, and by that with the same names model.

Overlap scoring, dev parts only; `benchmarks.marked_texts` says which kinds are direct identifiers.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figures import Better, Figure, absent, real_data
from benchmarks.marked_texts import BIRTH, DIRECT, Find, altered, presidio_sentences, reviews, score, titles, tweets
from ingestion.pseudonymise.detector import Detector
from ingestion.pseudonymise.names.finder import NameFinder, NoNames
from ingestion.pseudonymise.replacement import without_overlaps
from ingestion.pseudonymise.span import Span
from ingestion.settings import PseudonymSettings

SENTENCES, TWEETS, REVIEWS, POSTS = (
    "pii_presidio_synth",
    "pii_broad_twitter",
    "reviews_womens_clothing",
    "posts_reddit_fashion",
)
OURS = "ours"
QUANTITIES: dict[str, tuple[str, Better, float | None, str]] = {
    "direct_f2": ("F2", "higher", 0.90, SENTENCES),
    "direct_precision": ("share", "higher", None, SENTENCES),
    "direct_recall": ("share", "higher", None, SENTENCES),
    **{f"recall_{kind.lower()}": ("share", "higher", None, SENTENCES) for kind in (*DIRECT, BIRTH)},
    "handles_recall": ("share", "higher", 0.99, TWEETS),
    "names_recall": ("share", "higher", 0.80, TWEETS),
    "names_precision": ("share", "higher", 0.75, TWEETS),
    "reviews_altered": ("%", "lower", 1.0, REVIEWS),
    # Names of people in the news are among them: `tests/journeys/test_false_alarms.py` tells right from wrong.
    "titles_altered": ("%", "lower", None, POSTS),
    "speed": ("texts/s", "higher", None, REVIEWS),
}
"""Quantity -> unit, direction, target of ours, data set."""
SYSTEMS = (OURS, "patterns", "stock_patterns", "stock_names")
_TIMED = 400
"""Reviews that the speed is measured on."""


@dataclass(frozen=True, kw_only=True)
class _System:
    find: Find
    timed: Find
    """What the speed is measured with; as `find` where that is how it is used."""


@dataclass(frozen=True, kw_only=True)
class _Ours:
    finder: NameFinder
    detector: Detector = field(default_factory=lambda: Detector(("en", "fr", "it", "de", "es")))

    def find(self, texts: Sequence[str], language: str) -> list[list[Span]]:
        named = self.finder.find(texts)
        return [
            [hull for hull, _ in without_overlaps([*self.detector.find(text, language), *names])]
            for text, names in zip(texts, named, strict=True)
        ]


def run(quick: bool) -> Iterator[Figure]:
    """The same columns for each system."""
    folders = {name: real_data(name) for name in (SENTENCES, TWEETS, REVIEWS, POSTS)}
    with tempfile.TemporaryDirectory() as scratch:
        finds = _systems(Path(scratch)) if any(folders.values()) else {}
        for system in SYSTEMS:
            measured = _measure(finds[system], folders, most=_TIMED if quick else 4000) if finds else {}
            for quantity, (unit, better, target, folder) in QUANTITIES.items():
                name, wanted = f"pii.{quantity}_{system}", target if system == OURS else None
                if quantity in measured:
                    value, detail = measured[quantity]
                    yield Figure(name=name, value=value, unit=unit, target=wanted, better=better, detail=detail)
                elif folders[folder] is None:
                    yield absent(name, unit=unit, better=better, target=wanted, folder=folder)
                else:
                    detail = "not measured: no such identifier in the dev templates"
                    yield Figure(name=name, value=None, unit=unit, target=wanted, better=better, detail=detail)


def _systems(scratch: Path) -> Mapping[str, _System]:
    # Imported late: models and their libraries.
    from benchmarks.stock_presidio import StockPresidio
    from ingestion.pseudonymise.names.loading import load_name_finder

    finder = load_name_finder(PseudonymSettings(), scratch)
    finds = {
        OURS: _Ours(finder=finder).find,
        "patterns": _Ours(finder=NoNames()).find,
        "stock_patterns": StockPresidio().find,
    }
    return {
        **{name: _System(find=find, timed=find) for name, find in finds.items()},
        "stock_names": _System(find=StockPresidio(finder, ahead=True).find, timed=StockPresidio(finder).find),
    }


def _measure(system: _System, folders: Mapping[str, Path | None], *, most: int) -> dict[str, tuple[float, str]]:
    """Quantity -> value and detail, for the sets that are there."""
    measured: dict[str, tuple[float, str]] = {}
    find = system.find
    if (folder := folders[SENTENCES]) is not None:
        measured |= _direct(find, folder)
    if (folder := folders[TWEETS]) is not None:
        measured |= _tweets(find, folder)
    if (folder := folders[REVIEWS]) is not None:
        texts = reviews(folder, most)
        timed = texts[:_TIMED]
        started = time.perf_counter()
        system.timed(timed, "en")
        rate = len(timed) / (time.perf_counter() - started)
        measured["reviews_altered"] = (altered(find(texts, "en")), f"of {len(texts):,} reviews, even rows")
        measured["speed"] = (rate, f"{len(timed):,} reviews with their titles, one process")
    if (folder := folders[POSTS]) is not None:
        texts = titles(folder)
        measured["titles_altered"] = (altered(find(texts, "fr")), f"of {len(texts):,} titles of r/france")
    return measured


def _direct(find: Find, folder: Path) -> dict[str, tuple[float, str]]:
    sentences = presidio_sentences(folder)
    result = score(sentences, find([sentence.text for sentence in sentences], "en"))
    detail = f"{result.marked.total():,} direct identifiers in {len(sentences):,} sentences of the dev templates"
    overall = {"f2": result.f2, "precision": result.precision, "recall": result.recall}
    return {
        **{f"direct_{name}": (value, detail) for name, value in overall.items()},
        **{
            f"recall_{kind.lower()}": (result.found[kind] / count, f"{result.found[kind]} of {count}")
            for kind, count in result.marked.items()
        },
    }


def _tweets(find: Find, folder: Path) -> dict[str, tuple[float, str]]:
    handles, names = tweets(folder)
    found = find([tweet.text for tweet in handles], "en")
    by_handle, by_name = score(handles, found), score(names, found)
    return {
        "handles_recall": (by_handle.recall, f"{by_handle.marked.total():,} handles"),
        "names_recall": (by_name.recall, f"{by_name.marked.total():,} names of people, handles aside"),
        "names_precision": (by_name.precision, f"{by_name.finds:,} finds of any kind, handles aside"),
    }
