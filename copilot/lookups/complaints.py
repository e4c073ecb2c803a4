"""Which products customers complain of for one thing: what runs small, what pills."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from copilot.errors import NoDataError
from copilot.evidence import Evidence, Unit, make_evidence
from copilot.floor import BELOW_FLOOR
from copilot.lookups.context import Context
from copilot.lookups.rows import to_rows, with_names
from copilot.lookups.scope import Scope
from copilot.lookups.trends import with_terms
from copilot.settings import Language
from ingestion.errors import TableMissingError

_UNITS: dict[str, Unit] = {"posts": "posts", "authors": "authors", "complaint_share": "share"}


def complaints_by_product(
    context: Context, term_ids: Sequence[str], scope: Scope, *, limit: int = 10, language: Language = "en"
) -> Evidence:
    """Products in scope by how many of all posts on them mention a problem, greatest share first; a row a problem.

    Posts are counted as in `search_posts`, and shares are the same: without spam and copies, known this morning, of the
    scope's countries where it names some. What fewer authors than the floor say is left out: note `below_author_floor`,
    the same where nobody does. Note also `cut`. Raises `NoDataError` where there are no posts at all.
    """
    sources = context.versions("posts", "mentions")
    counted = _counted(context, term_ids, scope)
    kept = context.floor.kept(counted)
    named = with_names(context, with_terms(context, kept, language))
    evidence = make_evidence(
        "posts",
        as_of=context.as_of,
        sources=sources,
        rows=to_rows(named.head(limit), _UNITS),
        row_count=kept.height,
        notes=[*([] if kept.height else [BELOW_FLOOR]), *(["cut"] if kept.height > limit else [])],
    )
    # Each row was held to the floor by itself, and nothing is told of all of them together.
    return context.floor.released(evidence, authors=context.floor.min_authors if kept.height else 0)


def _counted(context: Context, term_ids: Sequence[str], scope: Scope) -> pl.DataFrame:
    """product_id, term_id, posts, authors and their share of all posts on the product."""
    products = scope.skus(context.catalogue)["product_id"].unique().to_list()
    lake = context.workspace.lake
    try:
        posts = lake.scan("posts")
        mentions = lake.scan("mentions").filter(pl.col("term_id").is_in(list(term_ids))).select("post_id", "term_id")
    except TableMissingError as error:
        raise NoDataError("No posts yet. Bring some in with `reassort ingest FILE`.") from error
    day = pl.col("published_at").dt.date()
    kept = posts.filter(
        ~pl.col("spam"),
        pl.col("duplicate_of") == "",
        day.is_null() | (day < context.as_of),
        pl.col("product_id").is_in(products),
    )
    found = kept.select("post_id", "author", "product_id", "market")
    of_product = _parts(context, found, ["product_id"], scope.countries).select("product_id", all_posts="posts")
    said = _parts(context, found.join(mentions, on="post_id"), ["product_id", "term_id"], scope.countries)
    return (
        said.join(of_product, on="product_id")
        .with_columns(complaint_share=pl.col("posts") / pl.col("all_posts"))
        .sort(pl.col("complaint_share").neg(), "product_id", "term_id")
        .collect()
    )


def _parts(context: Context, posts: pl.LazyFrame, by: Sequence[str], countries: Sequence[str]) -> pl.LazyFrame:
    """posts and authors of the countries (none: of all) by `by`, where no country and no rest is told by a difference.

    Each of the countries, and all that is not in them, has no author or enough for the floor.
    """
    inside = pl.col("market").is_in(list(countries)) if countries else pl.lit(value=True)
    part = pl.when(inside).then("market").otherwise(pl.lit("rest")) if countries else pl.lit("all")
    of_part = (
        posts.with_columns(part=part, inside=inside)
        .group_by(*by, "part", "inside")
        .agg(posts=pl.len().cast(pl.Int64), authors=pl.col("author").n_unique().cast(pl.Int64), wrote=pl.col("author"))
    )
    told = (pl.col("authors") >= context.floor.min_authors).all() if countries else pl.lit(value=True)
    return (
        of_part.group_by(by)
        .agg(
            told=told,
            posts=pl.col("posts").filter("inside").sum(),
            authors=pl.col("wrote").filter("inside").explode().n_unique().cast(pl.Int64),
        )
        .filter("told", pl.col("posts") > 0)
        .drop("told")
    )
