"""What customers write: posts found by words and meaning, ratings, and what they complain about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from math import inf, nextafter

import polars as pl

from copilot.errors import NoDataError
from copilot.evidence import Evidence, Unit, make_evidence
from copilot.floor import BELOW_FLOOR, Floor
from copilot.lookups.context import Context
from copilot.lookups.post_hits import ranked_posts, shown_posts, understood
from copilot.lookups.rows import to_figures, to_rows
from copilot.lookups.scope import EVERYTHING, Period, Scope
from copilot.lookups.trends import with_terms
from copilot.settings import Language
from ingestion.errors import TableMissingError
from ingestion.records import Sentiment
from vectorstore.search import RankedHit
from vectorstore.store import Filter
from vectorstore.wanted import Wanted

_UNITS: dict[str, Unit] = {"posts": "posts", "authors": "authors", "complaint_share": "share"}
_TOTALS: dict[str, Unit] = {
    "posts": "posts",
    "authors": "authors",
    "rated_posts": "posts",
    "average_stars": "stars",
    "low_rating_share": "share",
}
_LOW_STARS = 2.0
_ALIKE, _ALIKE_TRANSLATED = 0.30, 0.35
"""Cosine from which a post without a word of the query still counts as found. Vectors of questions that are not
translated are adapted, which lowers cosines; both floors let one in eight questions on anything but clothes find any
of 2,800 reviews.
"""
_KNOWN = 0.5
"""Share of a question that must be translated for its meaning to count: to an English encoder all French is alike."""


@dataclass(frozen=True, kw_only=True)
class Only:
    """Which posts are quoted; the defaults leave none out."""

    sources: Sequence[str] = ()
    languages: Sequence[str] = ()
    """ISO 639-1."""
    most_stars: float | None = None
    """With at most so many stars; posts without a rating then are not quoted."""
    sentiments: Sequence[Sentiment] = ()
    """By their stars; posts without a rating then are not quoted."""


ALL_POSTS = Only()


def search_posts(
    context: Context,
    query: str,
    *,
    scope: Scope = EVERYTHING,
    period: Period | None = None,
    market: str = "",
    only: Only = ALL_POSTS,
    limit: int = 5,
    language: Language = "en",
) -> Evidence:
    """Quotes of the posts that are most about the query, one an author, without spam and copies.

    The scope limits them to reviews of its products and to its countries, `only` the quotes to sources, languages and
    stars: figures are not divided by these. For products, totals hold all their posts of the period: how many, ratings
    (`average_stars`, `low_rating_share` of 2 stars or fewer), and rows hold what they complain about: problem terms
    with their share of the posts, most frequent first, in `language`. Nothing is shown that fewer authors than the
    floor wrote: note `below_author_floor`, the same where nobody did. Posts without a date count unless a period is
    asked for. Raises `NoDataError` where there are no posts at all.
    """
    floor = context.floor
    products = _products(context, scope)
    markets = _markets(scope, market)
    told = period if products is None or period is None else _whole_spans(context, products, markets, period)
    if period is not None and told is None:
        return _nothing(context, period)
    period = told
    posts = _posts(context, products, markets, period)
    found = _found(context, query, _filter(context, products, markets, period, only), language)
    behind = len({hit.payload.get("author") for hit in found})
    shown = found if floor.shows(behind) else []
    quotes = shown_posts(context, query, shown, limit=limit, language=language)
    complaints = _complaints(context, posts, floor, language) if products is not None else _no_complaints()
    evidence = make_evidence(
        "posts",
        as_of=context.as_of,
        sources=context.versions("posts", "mentions"),
        rows=to_rows(complaints.head(limit), _UNITS),
        totals=to_figures(_ratings(posts, floor), _TOTALS) if products is not None else (),
        dates={"since": period.since, "last_day": period.last_day} if period else {},
        quotes=quotes,
        row_count=complaints.height,
        notes=[] if quotes else [BELOW_FLOOR],
    )
    if products is None:
        return floor.released(evidence, authors=behind)
    whole = posts if period is None and not markets else _posts(context, products, [], None)
    others = whole.join(posts, on="post_id", how="anti")["author"].n_unique()
    return floor.released(evidence, authors=posts["author"].n_unique(), others=others)


def _whole_spans(context: Context, products: Sequence[str], markets: Sequence[str], period: Period) -> Period | None:
    """What of the period may be told apart from others; None where that is nothing."""
    posts = _posts(context, products, markets, None)
    since, before = context.floor.whole_spans(posts, period.since, min(period.before, context.as_of))
    return Period(since=since, before=before) if since < before else None


def _nothing(context: Context, period: Period) -> Evidence:
    """What is said where fewer than the floor wrote, or nobody."""
    dates = {"since": period.since, "last_day": period.last_day}
    sources = context.versions("posts", "mentions")
    evidence = make_evidence("posts", as_of=context.as_of, sources=sources, dates=dates, notes=[BELOW_FLOOR])
    return context.floor.released(evidence, authors=0)


def _products(context: Context, scope: Scope) -> list[str] | None:
    """Ids of the products that the scope means; None where it names none."""
    if not scope.names_skus:
        return None
    return scope.skus(context.catalogue)["product_id"].unique().sort().to_list()


def _markets(scope: Scope, market: str) -> list[str]:
    return [*scope.countries, *([market] if market else [])]


def _posts(
    context: Context, products: Sequence[str] | None, markets: Sequence[str], period: Period | None
) -> pl.DataFrame:
    """Countable posts on the products, known this morning: post_id, author, rating; none where no products are meant,
    as reading all posts takes long."""
    try:
        posts = context.workspace.lake.scan("posts")
    except TableMissingError as error:
        raise NoDataError("No posts yet. Bring some in with `reassort ingest FILE`.") from error
    day = pl.col("published_at").dt.date()
    kept = posts.filter(~pl.col("spam"), pl.col("duplicate_of") == "")
    kept = (
        kept.filter(day.is_null() | (day < context.as_of))
        if period is None
        else kept.filter(day >= period.since, day < min(period.before, context.as_of))
    )
    kept = kept.filter(pl.col("product_id").is_in(list(products))) if products is not None else kept.head(0)
    if markets:
        kept = kept.filter(pl.col("market").is_in(list(markets)))
    return kept.select("post_id", "author", "rating", day=day).collect()


def _filter(
    context: Context, products: Sequence[str] | None, markets: Sequence[str], period: Period | None, only: Only
) -> Filter | None:
    """The same posts in the index; None: there can be none."""
    if products == []:
        return None
    named = {
        "product_id": products or (),
        "market": markets,
        "source": only.sources,
        "language": only.languages,
        "sentiment": only.sentiments,
    }
    since = {"published_at": _midnight(period.since)} if period else {}
    before: dict[str, datetime | float] = (
        {"published_at": _midnight(min(period.before, context.as_of))} if period else {}
    )
    if only.most_stars is not None:
        before["rating"] = nextafter(only.most_stars, inf)
    return Filter(
        any_of={"spam": [False], "duplicate": [False], **{name: list(kept) for name, kept in named.items() if kept}},
        since=since,
        before=before,
    )


def _found(context: Context, query: str, filter: Filter | None, language: Language) -> list[RankedHit]:
    """Hits that share a word or the meaning of the query, known this morning."""
    if not query.strip() or filter is None:
        return []
    # Not varied yet: copies of one text by many authors are many authors.
    hits = ranked_posts(context, query, filter=filter, language=language)
    alike = _alike(understood(context, query, language))
    return [hit for hit in hits if _is_about(hit, alike) and _is_known(hit, context.as_of)]


def _alike(wanted: Wanted) -> float:
    """The least cosine of a post that is found by its meaning alone; infinite where the question's is not known."""
    if not wanted.translated:
        return _ALIKE
    return _ALIKE_TRANSLATED if wanted.known >= _KNOWN else inf


def _is_about(hit: RankedHit, alike: float) -> bool:
    return hit.bm25_score is not None or (hit.dense_score or 0.0) >= alike


def _is_known(hit: RankedHit, as_of: date) -> bool:
    published = hit.payload.get("published_at")
    return not isinstance(published, datetime) or published.date() < as_of


def _midnight(day: date) -> datetime:
    return datetime.combine(max(day, date(1970, 1, 1)), time(), tzinfo=UTC)


def _ratings(posts: pl.DataFrame, floor: Floor) -> dict[str, object]:
    rated = posts.filter(pl.col("rating").is_not_null())
    cells: dict[str, object] = {"posts": posts.height, "authors": posts["author"].n_unique()}
    if not floor.shows(rated["author"].n_unique()):
        return cells
    cells |= {"rated_posts": rated.height, "average_stars": float(rated["rating"].to_numpy().mean())}
    low = rated.filter(pl.col("rating") <= _LOW_STARS)
    return cells | ({"low_rating_share": low.height / rated.height} if floor.shows(low["author"].n_unique()) else {})


def _complaints(context: Context, posts: pl.DataFrame, floor: Floor, language: Language) -> pl.DataFrame:
    """Problem terms in the posts: term, posts, authors and their share of all the posts."""
    problems = [term.term_id for term in context.lexicon.terms.values() if term.kind == "problem"]
    try:
        mentions = context.workspace.lake.scan("mentions").filter(pl.col("term_id").is_in(problems)).collect()
    except TableMissingError:
        return _no_complaints()
    counted = (
        mentions.join(posts.select("post_id"), on="post_id", how="semi")
        .group_by("term_id")
        .agg(posts=pl.len().cast(pl.Int64), authors=pl.col("author").n_unique())
        .with_columns(complaint_share=pl.col("posts") / max(posts.height, 1))
        .sort(pl.col("posts").neg(), "term_id")
    )
    return with_terms(context, floor.kept(counted), language)


def _no_complaints() -> pl.DataFrame:
    return pl.DataFrame(schema={"term_id": pl.String(), "term": pl.String()})
