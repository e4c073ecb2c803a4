"""Posts found for a question: understood, ranked by the workspace's settings, varied, and quoted with the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time

from copilot.evidence import Quote, Scores
from copilot.lookups.context import Context
from copilot.lookups.query_terms import understand
from copilot.settings import Language
from vectorstore.cross_encoder import load_cross_encoder
from vectorstore.encoder import PACKAGED_MODEL
from vectorstore.preference import Preference
from vectorstore.search import Diversity, RankedHit, Ranking, diversify, explained
from vectorstore.search_settings import SearchSettings
from vectorstore.store import Filter
from vectorstore.wanted import Wanted


def ranked_posts(context: Context, query: str, *, filter: Filter, language: Language) -> list[RankedHit]:
    """The candidates for a question, best first; raises what encoder and store raise."""
    settings = context.workspace.settings.search
    now = datetime.combine(context.as_of, time(), tzinfo=UTC)
    return context.index.rank(
        understood(context, query, language), filter=filter, ranking=ranking_of(settings, now=now)
    )


def shown_posts(
    context: Context, query: str, found: Sequence[RankedHit], *, limit: int, language: Language
) -> list[Quote]:
    """Quotes of the best posts found: one an author first, few of a thread, no near-duplicates; each with the words
    that matched and its scores."""
    if not found:
        return []
    settings = context.workspace.settings.search
    diversity = Diversity(
        once_per="author",
        at_most={"thread": settings.per_thread},
        weight=settings.variety,
        duplicate_at=settings.duplicate_at,
    )
    varied = diversify(found, limit=limit, diversity=diversity, vectors=context.index.comparable())
    return [_quote(hit) for hit in explained(varied, understood(context, query, language))]


def understood(context: Context, query: str, language: Language) -> Wanted:
    """The question with its other wordings. Encoders other than the packaged one, which knows English alone, get it
    as asked."""
    wanted = understand(query, context.lexicon, language=language)
    english = context.workspace.settings.index.encoder == PACKAGED_MODEL
    return wanted if english else replace(wanted, meaning="", known=1.0)


def ranking_of(settings: SearchSettings, *, now: datetime) -> Ranking:
    """How candidates are put in order. Raises `RankingModelError` for a cross-encoder that cannot be loaded."""
    return Ranking(
        candidates=settings.candidates,
        preference=Preference(
            recency=settings.recency_weight,
            half_life_days=settings.recency_half_life_days,
            now=now,
            sources=settings.source_weights,
        ),
        pair_scorer=load_cross_encoder(settings.cross_encoder) if settings.cross_encoder else None,
        pair_candidates=settings.cross_encoder_candidates,
    )


def _quote(hit: RankedHit) -> Quote:
    published = hit.payload.get("published_at")
    return Quote(
        post_id=hit.id,
        source=str(hit.payload.get("source") or ""),
        language=str(hit.payload.get("language") or ""),
        author=str(hit.payload.get("author") or ""),
        published_on=published.date() if isinstance(published, datetime) else None,
        text=hit.quote,
        matched=hit.matched,
        scores=Scores(
            score=hit.score,
            rerank=hit.rerank_score,
            fused=hit.fused_score,
            dense=hit.dense_score,
            bm25=hit.bm25_score,
        ),
    )
