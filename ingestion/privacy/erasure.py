"""People and posts taken out of the lake: newest rows, older versions, and what the commit logs say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from ingestion.lake import Lake
from ingestion.post_table import SIGNATURES, PostTable, forget_posts
from ingestion.privacy.holdings import personal_tables
from ingestion.privacy.traces import Traces, distinctive, passages_of
from ingestion.pseudonymise.content import CONTENT, content_hash
from ingestion.records import POSTS_SCHEMA

POSTS = "posts"
_MOST_NAMED = 2_000
"""Posts up to which a table's rows are replaced by id; beyond, the table is written anew."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Whose posts go."""

    tokens: tuple[str, ...] = ()
    """Pseudonyms of one person; empty: posts by age."""
    source: str = ""
    """Only in this source; empty: everywhere."""
    post_ids: tuple[str, ...] = ()
    """Posts that go, by id."""


@dataclass(frozen=True, kw_only=True)
class TableErasure:
    """What became of one table."""

    table: str
    rows: int
    """Rows looked through."""
    removed: int
    rewritten: int
    version: int
    """The only version that can still be read."""


def posts_of(lake: Lake, tokens: Sequence[str], source: str = "") -> pl.DataFrame:
    """Posts by a person, in `POSTS_SCHEMA`; only those of one source where one is named."""
    if not lake.exists(POSTS):
        return POSTS_SCHEMA.to_frame()
    mine = lake.scan(POSTS).filter(pl.col("author").is_in(list(tokens)))
    return (mine.filter(pl.col("source") == source) if source else mine).select(POSTS_SCHEMA.names()).collect()


def traces_of(lake: Lake, posts: pl.DataFrame, wanted: Wanted, *, texts: bool = True) -> Traces:
    """What to look for once these posts are to go. Words that others wrote too are no trace.

    Within one source a pseudonym is no trace by itself: the person's posts elsewhere stay.
    """
    shown = [f"{title}\n{text}" for title, text in posts.select("title", "text").iter_rows()] if texts else []
    return Traces(
        tokens=() if wanted.source else wanted.tokens,
        post_ids=tuple(posts["post_id"]),
        passages=distinctive(passages_of(shown), _other_texts(lake, posts)) if shown else (),
        texts=tuple(shown),
    )


def erase_from_tables(lake: Lake, wanted: Wanted, traces: Traces) -> list[TableErasure]:
    """Remove the posts and rows about them, and rewrite what mentions the person, in every table that may hold either.

    A row goes where its `post_id` or `author` is one that goes. Anywhere else an id becomes empty and a pseudonym
    `[name]`; a post so rewritten has a new content hash. Marks of copies and spam are made anew. Then every
    older version goes, whether or not this run changed the table. Killed and run again, it ends the same.
    """
    if wanted.post_ids:
        forget_posts(lake, wanted.post_ids)
    done = [_erase(lake, table, wanted, traces) for table in personal_tables(lake)]
    if any(one.table == POSTS and one.rewritten for one in done):
        done = _with_new_signatures(lake, done)
    return done


def _with_new_signatures(lake: Lake, done: Sequence[TableErasure]) -> list[TableErasure]:
    """What marks are made from, made anew for the posts that were rewritten."""
    PostTable(lake)
    for table in (POSTS, SIGNATURES):
        lake.forget_history(table)
    return [replace(one, version=lake.version(one.table)) for one in done]


def _erase(lake: Lake, table: str, wanted: Wanted, traces: Traces) -> TableErasure:
    rows = lake.rows(table)
    touched = _touched(lake, table, wanted, traces)
    kept = touched.filter(~_goes(touched, wanted))
    changed = _rewritten(kept, table, wanted, traces)
    removed = touched.height - kept.height
    rewritten = sum(before != after for before, after in zip(kept.iter_rows(), changed.iter_rows(), strict=True))
    if removed or rewritten:
        _replace(lake, table, touched, changed)
    lake.forget_history(table)
    return TableErasure(table=table, rows=rows, removed=removed, rewritten=rewritten, version=lake.version(table))


def _touched(lake: Lake, table: str, wanted: Wanted, traces: Traces) -> pl.DataFrame:
    """Rows about posts that hold a trace, all rows about those posts; in a table not by post, all rows if any does."""
    frame = lake.scan(table)
    schema = frame.collect_schema()
    told = {name: kind for name, kind in schema.items() if _is_text(kind)}
    held = _holds(told, traces.post_ids)
    if not wanted.source:
        held = held | _holds(told, wanted.tokens)
    elif "source" in schema:
        # Elsewhere the person stays; the id of a post that goes is a trace wherever it stands.
        held = held | (_holds(told, wanted.tokens) & (pl.col("source") == wanted.source))
    if "post_id" not in schema:
        whole = frame.collect()
        return whole if whole.select(held.any()).item() else whole.clear()
    ids = frame.filter(held).select(pl.col("post_id").unique()).collect()["post_id"]
    return frame.filter(pl.col("post_id").is_in(ids.implode())).collect()


def _holds(columns: Mapping[str, pl.DataType], needles: Sequence[str]) -> pl.Expr:
    """Whether a row holds one of the texts in one of the columns."""
    if not columns or not needles:
        return pl.lit(value=False)
    in_hex = [needle.encode().hex() for needle in needles]
    found = [
        _as_text(name, kind).str.contains_any(in_hex if isinstance(kind, pl.Binary) else list(needles))
        for name, kind in columns.items()
    ]
    return pl.any_horizontal([one.fill_null(value=False) for one in found])


def _goes(rows: pl.DataFrame, wanted: Wanted) -> pl.Series:
    """Which rows go as a whole."""
    goes = pl.repeat(value=False, n=pl.len())
    if "post_id" in rows.columns:
        goes = goes | pl.col("post_id").is_in(list(wanted.post_ids))
    if "author" in rows.columns:
        goes = goes | (pl.col("author").is_in(list(wanted.tokens)) & _in_scope(rows, wanted))
    return rows.select(goes=goes.fill_null(value=False))["goes"]


def _in_scope(rows: pl.DataFrame, wanted: Wanted) -> pl.Expr:
    """Whether the person is to be forgotten in a row: everywhere, or where it is of the source."""
    if not wanted.source:
        return pl.repeat(value=True, n=pl.len())
    if "source" not in rows.columns:
        return pl.repeat(value=False, n=pl.len())
    return (pl.col("source") == wanted.source).fill_null(value=False)


def _rewritten(rows: pl.DataFrame, table: str, wanted: Wanted, traces: Traces) -> pl.DataFrame:
    # Within one source the traces to prove hold no pseudonym; its mentions in that source go all the same.
    everything = Traces(tokens=wanted.tokens, post_ids=traces.post_ids)
    ids_alone = Traces(post_ids=traces.post_ids)
    ids = frozenset(traces.post_ids)
    here = rows.select(_in_scope(rows, wanted).alias("here"))["here"].to_list()

    def cell(text: str | None, *, of_person: bool) -> str | None:
        if text is None or text in ids:
            return "" if text else text
        return (everything if of_person else ids_alone).redacted(text)

    changed: list[list[object]] = []
    for name, kind in rows.schema.items():
        if name != "content_hash" and kind == pl.String:
            changed.append([cell(text, of_person=mine) for text, mine in zip(rows[name], here, strict=True)])
        elif kind == pl.List(pl.String):
            changed.append(
                [
                    None if cells is None else [cell(text, of_person=mine) for text in cells]
                    for cells, mine in zip(rows[name].to_list(), here, strict=True)
                ]
            )
        else:
            changed.append(rows[name].to_list())
    frame = pl.DataFrame(dict(zip(rows.columns, changed, strict=True)), schema=rows.schema)
    return _as_posts(frame) if table == POSTS and not rows.is_empty() else frame


def _as_posts(changed: pl.DataFrame) -> pl.DataFrame:
    """The posts with hashes that fit their content."""
    hashes = [content_hash(row) for row in changed.select(CONTENT).iter_rows(named=True)]
    return changed.with_columns(pl.Series("content_hash", hashes, dtype=pl.String))


def _replace(lake: Lake, table: str, touched: pl.DataFrame, changed: pl.DataFrame) -> None:
    if "post_id" not in touched.columns:
        lake.replace_all(table, changed)
        return
    ids = touched["post_id"].unique()
    if len(ids) <= _MOST_NAMED:
        lake.replace_where(table, "post_id", ids.to_list(), changed)
        return
    others = lake.scan(table).filter(~pl.col("post_id").is_in(ids.implode())).collect()
    lake.replace_all(table, pl.concat([others, changed.select(others.columns)]))


def _other_texts(lake: Lake, posts: pl.DataFrame) -> list[pl.Series]:
    """Texts that stay: other posts, and the names and descriptions of products."""
    found = []
    if lake.exists(POSTS):
        others = lake.scan(POSTS).filter(~pl.col("post_id").is_in(posts["post_id"].implode()))
        found.append(others.select(pl.col("title") + "\n" + pl.col("text")).collect().to_series())
    if lake.exists("products"):
        frame = lake.scan("products").collect()
        found += [frame[name].drop_nulls() for name, kind in frame.schema.items() if kind == pl.String]
    return found


def _is_text(kind: pl.DataType) -> bool:
    return kind in (pl.String, pl.Categorical) or isinstance(kind, pl.List | pl.Struct | pl.Binary)


def _as_text(name: str, kind: pl.DataType) -> pl.Expr:
    if kind == pl.List(pl.String):
        return pl.col(name).list.join("\n")
    if isinstance(kind, pl.List):
        return pl.col(name).list.eval(pl.element().cast(pl.String, strict=False)).list.join("\n")
    if isinstance(kind, pl.Struct):
        return pl.col(name).struct.json_encode()
    if isinstance(kind, pl.Binary):
        return pl.col(name).bin.encode("hex")
    return pl.col(name).cast(pl.String)
