"""From words to varied hits that say why they are hits.

store: dense and BM25, fused -> candidates -> re-ranked -> preferences -> varied -> explained
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from vectorstore.diversity import NO_DIVERSITY, Diversity, Vectors, diversify
from vectorstore.encoder import Encoder, knows_meaning
from vectorstore.matching import Matcher
from vectorstore.preference import NO_PREFERENCE, Preference
from vectorstore.query_adapter import adapted
from vectorstore.quoting import best_quote, matched_terms
from vectorstore.reranking import language_of, rerank_scores
from vectorstore.store import DocumentStore, Filter, Hit, Query, Vector
from vectorstore.wanted import Wanted, as_asked

__all__ = [
    "NO_DIVERSITY",
    "Diversity",
    "PairScorer",
    "RankedHit",
    "Ranking",
    "Vectors",
    "comparable",
    "diversify",
    "explained",
    "rank",
    "search",
]

_CANDIDATES = 120


@dataclass(frozen=True, kw_only=True)
class RankedHit(Hit):
    """A hit with the reasons for its place; `score` is what the order is by."""

    fused_score: float
    """The store's score: BM25 and cosine together."""
    rerank_score: float
    """Score of the re-ranker, before preferences."""
    matched: tuple[str, ...] = ()
    """Words of the text that answer what was asked, as written; filled by `explained`."""
    quote: str = ""
    """Sentences of the text around the one that says most; filled by `explained`."""


class PairScorer(Protocol):
    """Says how well texts answer a query, reading each with it."""

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """One score in [0, 1] a text, in their order."""


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """How candidates are put in order."""

    candidates: int = _CANDIDATES
    """Hits of the store that are put in order, at least; for a translated question a third more, as its words are found
    less surely."""
    rerank: bool = True
    """Whether the linear model orders them; else they keep the store's scores."""
    preference: Preference = NO_PREFERENCE
    pair_scorer: PairScorer | None = None
    """Orders the best ones once more."""
    pair_candidates: int = 20
    """How many of them it reads."""


def search(
    store: DocumentStore,
    encoder: Encoder,
    asked: str | Wanted,
    *,
    filter: Filter | None = None,
    limit: int = 10,
    diversity: Diversity | None = None,
    ranking: Ranking | None = None,
) -> list[RankedHit]:
    """The best hits for the words and their meaning, at most `limit`, in the order picked, explained.

    Raises `ValueError` for a text without words, `InvalidFilterError`, and what the store raises.
    """
    ranking = ranking or Ranking()
    wide = replace(ranking, candidates=max(ranking.candidates, 3 * limit))
    ranked = rank(store, encoder, asked, filter=filter, ranking=wide)
    varied = diversify(ranked, limit=limit, diversity=diversity or Diversity(), vectors=comparable(store))
    return explained(varied, asked)


def comparable(store: DocumentStore) -> Vectors | None:
    """What hits of the store are compared by: their vectors; None where these know no meaning, only words."""
    return store.vectors if knows_meaning(store.schema.encoder) else None


def rank(
    store: DocumentStore, encoder: Encoder, asked: str | Wanted, *, filter: Filter | None, ranking: Ranking
) -> list[RankedHit]:
    """All candidates, best first, equals by id; neither varied nor explained. Raises as `search`."""
    wanted = _wanted(asked)
    query = Query(
        text=wanted.text if wanted.words is None else wanted.words,
        further=wanted.further,
        vector=query_vector(encoder, wanted),
        filter=filter if filter is not None else Filter(),
        limit=ranking.candidates * 4 // 3 if wanted.translated else ranking.candidates,
    )
    hits = store.query(query)
    relevance = [hit.score for hit in hits]
    if ranking.rerank:
        relevance = rerank_scores(hits, wanted, Matcher(wanted))
    ranked = _in_order([_ranked(hit, score, ranking) for hit, score in zip(hits, relevance, strict=True)])
    if ranking.pair_scorer is not None:
        ranked = _by_pairs(ranked, wanted.text, ranking.pair_scorer, ranking)
    return ranked


def query_vector(encoder: Encoder, wanted: Wanted) -> Vector:
    """What the store is asked for likeness of meaning with: the vector of the words, adapted where they are as asked.

    What a question was translated to is a list of names, unlike what the adapter was learnt from.
    """
    vector = encoder.encode_queries([wanted.meaning or wanted.text])[0]
    return vector if wanted.translated else adapted(vector, encoder.fingerprint)


def explained(hits: Sequence[RankedHit], asked: str | Wanted) -> list[RankedHit]:
    """The hits, each with the words that matched and a quote."""
    matcher = Matcher(_wanted(asked, say_little=False))
    found = []
    for hit in hits:
        said = matcher.said(hit.text, language_of(hit))
        found.append(replace(hit, matched=matched_terms(hit.text, said), quote=best_quote(hit.text, said)))
    return found


def _wanted(asked: str | Wanted, *, say_little: bool = True) -> Wanted:
    wanted = as_asked(asked) if isinstance(asked, str) else asked
    if not wanted.text.strip():
        raise ValueError("a search needs words")
    return wanted if say_little else wanted.telling()


def _ranked(hit: Hit, relevance: float, ranking: Ranking) -> RankedHit:
    return RankedHit(
        id=hit.id,
        text=hit.text,
        payload=hit.payload,
        score=relevance * ranking.preference.factor(hit.payload),
        dense_score=hit.dense_score,
        bm25_score=hit.bm25_score,
        fused_score=hit.score,
        rerank_score=relevance,
    )


def _by_pairs(ranked: Sequence[RankedHit], text: str, scorer: PairScorer, ranking: Ranking) -> list[RankedHit]:
    """The best hits ordered by the scorer, before the others."""
    head, tail = ranked[: ranking.pair_candidates], ranked[ranking.pair_candidates :]
    scores = scorer.scores(text, [hit.text for hit in head])
    read = [
        replace(hit, rerank_score=score, score=0.5 + 0.5 * score * ranking.preference.factor(hit.payload))
        for hit, score in zip(head, scores, strict=True)
    ]
    return [*_in_order(read), *(replace(hit, score=0.5 * hit.score) for hit in tail)]


def _in_order(hits: Sequence[RankedHit]) -> list[RankedHit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.id))
