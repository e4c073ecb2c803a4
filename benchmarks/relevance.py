"""Whether search finds the right posts: titles to their reviews, and questions in one language over posts in another.

Titles: a review's own title as a search over the texts of all reviews; even rows only, as odd ones train the
re-ranker. Ours against BM25 alone, cosine alone and reciprocal rank fusion of both (k = 60), in the same index.

Questions: those of `judged/`, each with patterns that all stand in a post that answers it. recall@10 is the share of
min(10, answering posts) that is among the first ten, averaged over questions: French over English posts, English over
French ones, and Italian, German and Spanish over English. English posts: the reviews and the small demo's; French
ones: the demo's. The dictionary was extended by what a first run of the French and English questions missed: they show
that it works, not how well it does on words that nobody thought of.

All reviews are encoded by the default encoder at the first run (some minutes) and kept; `quick` takes every eighth
review and 150 titles.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
import yaml

from benchmarks.figures import Better, Figure, absent, real_data
from benchmarks.review_search import FOLDER, Review, indexed, read_reviews, titled
from benchmarks.synthetic_posts import cache_folder
from copilot.lookups.query_terms import understand
from copilot.signals.lexicon import fold, load_lexicon
from ingestion.demo import build_demo, parse_size
from ingestion.languages import LanguageDetector
from vectorstore.encoder import Encoder, load_encoder
from vectorstore.search import search
from vectorstore.settings import IndexSettings
from vectorstore.store import Document, DocumentStore, Filter, Query

_JUDGED = Path(__file__).with_name("judged")
_QUESTIONS = {"french_over_english": "en", "english_over_french": "fr", "others_over_english": "en"}
"""File in `judged/` -> language of the posts."""
_RRF_K = 60
_DEPTH = 200
_FIRST = 10
_GAIN = 1.2
_QUICK_TITLES = 150
_FIRST_DEMO_ID = 10**9

TARGETS: Mapping[str, tuple[str, Better, float | None]] = {
    **{
        f"relevance.{what}_{how}": ("share", "higher", None)
        for how in ("ours", "bm25", "dense", "rrf")
        for what in ("mrr10", "recall10")
    },
    "relevance.mrr10_gain": ("x", "higher", _GAIN),
    "relevance.recall10_gain": ("x", "higher", _GAIN),
    **{f"relevance.{name}": ("share", "higher", 0.8) for name in _QUESTIONS},
    "relevance.median_ms": ("ms", "lower", None),
}
"""Name -> unit, direction, target."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A judged question."""

    ask: str
    all: tuple[re.Pattern[str], ...]
    """Patterns on folded text, which all stand in a post that answers."""

    def answered_by(self, folded: str) -> bool:
        """Whether a post answers, by its folded text."""
        return all(pattern.search(folded) for pattern in self.all)


def run(quick: bool) -> Iterator[Figure]:
    """All figures; none of them can be had without the reviews."""
    folder = real_data(FOLDER)
    if folder is None:
        for name, (unit, better, target) in TARGETS.items():
            yield absent(name, unit=unit, better=better, target=target, folder=FOLDER)
        return
    reviews = read_reviews(folder)[:: 8 if quick else 1]
    with tempfile.TemporaryDirectory() as scratch:
        encoder = load_encoder(IndexSettings(), cache_folder() / "models")
        yield from measure(reviews, encoder, Path(scratch), titles=_QUICK_TITLES if quick else None)


def measure(reviews: Sequence[Review], encoder: Encoder, scratch: Path, *, titles: int | None) -> Iterator[Figure]:
    """Figures over these reviews."""
    with indexed(reviews, encoder, scratch) as store:
        yield from _titles(titled(reviews, even=True)[:titles], store, encoder, of=len(reviews))
        texts = {"en": {review.id: review.text for review in reviews}, "fr": {}}
        for language, demo in _add_demo(store, encoder).items():
            texts[language] |= demo
        for name, language in _QUESTIONS.items():
            yield from _questions(name, language, texts[language], store, encoder)


def read_questions(path: Path) -> list[Question]:
    """The questions of a file in `judged/`."""
    return [
        Question(ask=entry["ask"], all=tuple(re.compile(r"(?<!\w)" + pattern) for pattern in entry["all"]))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def recall(found: Iterable[str], answering: set[str]) -> float:
    """Share of min(10, answering) that was found."""
    return len(set(found) & answering) / min(_FIRST, len(answering))


def _titles(meant: Sequence[Review], store: DocumentStore, encoder: Encoder, *, of: int) -> Iterator[Figure]:
    places: dict[str, list[int]] = {"ours": [], "bm25": [], "dense": [], "rrf": []}
    lexicon = load_lexicon()
    times_ms = []
    for review in meant:
        words = _ids(store, Query(text=review.title, limit=_DEPTH))
        alike = _ids(store, Query(vector=encoder.encode_queries([review.title])[0], limit=_DEPTH))
        started = time.perf_counter()
        ours = search(store, encoder, understand(review.title, lexicon))
        times_ms.append((time.perf_counter() - started) * 1000)
        lists = {"ours": [hit.id for hit in ours], "bm25": words, "dense": alike, "rrf": _rrf(words, alike)}
        for name, ids in lists.items():
            places[name].append(_place(ids, review.id))
    detail = f"{len(meant):,} titles of even rows, {of:,} reviews"
    quality = {name: _quality(found) for name, found in places.items()}
    for at, what in enumerate(("mrr10", "recall10")):
        for name, values in quality.items():
            yield _figure(f"relevance.{what}_{name}", values[at], detail)
        best = max(values[at] for name, values in quality.items() if name != "ours")
        yield _figure(f"relevance.{what}_gain", quality["ours"][at] / best if best else 0.0, f"{detail}; over the best")
    yield _figure("relevance.median_ms", float(np.median(times_ms)), f"{detail}; whole search, encoding included")


def _ids(store: DocumentStore, query: Query) -> list[str]:
    return [hit.id for hit in store.query(query)]


def _rrf(*lists: Sequence[str]) -> list[str]:
    scores: dict[str, float] = {}
    for ids in lists:
        for place, id in enumerate(ids, start=1):
            scores[id] = scores.get(id, 0.0) + 1.0 / (_RRF_K + place)
    return sorted(scores, key=lambda id: (-scores[id], id))


def _place(ids: Sequence[str], id: str) -> int:
    """From 1; 0 where it is not among the first ten."""
    return ids.index(id) + 1 if id in ids[:_FIRST] else 0


def _quality(places: Sequence[int]) -> tuple[float, float]:
    """MRR@10 and recall@10 where one document is meant."""
    return (
        sum(1.0 / place for place in places if place) / len(places),
        sum(place > 0 for place in places) / len(places),
    )


def _add_demo(store: DocumentStore, encoder: Encoder) -> dict[str, dict[str, str]]:
    """Keep the small demo's English and French posts; their texts by language and id."""
    detector = LanguageDetector(("en", "fr", "it", "de", "es"))
    texts: dict[str, dict[str, str]] = {"en": {}, "fr": {}}
    for number, post in enumerate(build_demo(parse_size("small")).raw_posts()):
        language = post.language or detector.detect(post.text)
        if language in texts:
            texts[language][str(UUID(int=_FIRST_DEMO_ID + number))] = f"{post.title}\n{post.text}".strip()
    for language, kept in texts.items():
        vectors = encoder.encode(list(kept.values()))
        store.upsert(
            [
                Document(id=id, text=text, vector=vector, payload={"language": language})
                for (id, text), vector in zip(kept.items(), vectors, strict=True)
            ]
        )
    return texts


def _questions(
    name: str, language: str, texts: Mapping[str, str], store: DocumentStore, encoder: Encoder
) -> Iterator[Figure]:
    lexicon = load_lexicon()
    folded = {id: fold(text) for id, text in texts.items()}
    shares = []
    for question in read_questions(_JUDGED / f"{name}.yaml"):
        answering = {id for id, text in folded.items() if question.answered_by(text)}
        if answering:  # the posts of a quick run answer fewer
            in_language = Filter(any_of={"language": [language]})
            hits = search(store, encoder, understand(question.ask, lexicon), filter=in_language, limit=_FIRST)
            shares.append(recall([hit.id for hit in hits], answering))
    detail = f"recall@10, {len(shares)} questions, {len(texts):,} posts, answers judged by declared patterns"
    yield _figure(f"relevance.{name}", float(np.mean(shares)), detail)


def _figure(name: str, value: float, detail: str) -> Figure:
    unit, better, target = TARGETS[name]
    return Figure(name=name, value=value, unit=unit, target=target, better=better, detail=detail)
