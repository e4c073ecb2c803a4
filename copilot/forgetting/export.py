"""All that is held on one author, from every place, for the author to have: as data and as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date

import polars as pl

from copilot.briefs.archive import list_briefs
from copilot.forgetting.briefs import quotes_in, read_brief
from copilot.forgetting.people import key_of, tokens_of
from copilot.forgetting.records import AuthorExport, Held
from copilot.indexing import Index, present_index
from copilot.workspace import Workspace
from ingestion.privacy.erasure import POSTS, posts_of
from ingestion.privacy.holdings import personal_tables
from ingestion.privacy.suppression import Suppressions
from vectorstore.store import Filter


def export_author(
    workspace: Workspace, handle: str, *, on: date, source: str = "", index: Index | None = None
) -> AuthorExport:
    """Gather everything held on an author, in one source or in all. Changes nothing.

    Raises `CopilotError` for an empty handle, and what key, lake and index raise.
    """
    key = key_of(workspace)
    tokens = tokens_of(handle, key)
    posts = posts_of(workspace.lake, tokens, source)
    ids = frozenset(posts["post_id"])
    return AuthorExport(
        on=on,
        source=source,
        pseudonyms=tokens,
        suppressed=Suppressions(workspace.lake, key).is_suppressed(tokens[0], source),
        posts=tuple(posts.iter_rows(named=True)),
        rows=tuple(_rows(workspace, tokens, ids, source)),
        mentioned_by_others=tuple(_mentions(workspace, tokens, source)),
        quoted=(*_in_briefs(workspace, tokens, ids, source), *_in_threads(workspace, tokens, ids, source)),
        index_documents=_in_index(workspace, tokens, source, index),
    )


def export_markdown(export: AuthorExport) -> str:
    """The same for people to read."""
    lines = [
        f"# What is held, on {export.on.isoformat()}",
        "",
        f"- Pseudonym: {', '.join(export.pseudonyms)}",
        f"- Source: {export.source or 'all'}",
        f"- Posts: {len(export.posts)}; copies in the search index: {export.index_documents}",
        f"- Asked to be forgotten: {'yes' if export.suppressed else 'no'}",
        "",
    ]
    if export.is_empty:
        return "\n".join([*lines, "Nothing is held.", ""])
    for post in export.posts:
        lines += [f"## Post, {post['source']}, {post['published_at'] or 'without a date'}", ""]
        lines += [f"- {name}: {value}" for name, value in post.items() if value not in ("", None, [])] + [""]
    for title, held in (
        ("Rows about the posts", export.rows),
        ("Mentioned by others", export.mentioned_by_others),
        ("Quoted", export.quoted),
    ):
        lines += [f"## {title}: {len(held)}", ""]
        lines += [f"- {one.place}: {_listed(one.content)}" for one in held] + [""]
    return "\n".join(lines)


def _listed(content: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in content.items() if value)


def _rows(workspace: Workspace, tokens: tuple[str, ...], ids: frozenset[str], source: str) -> Iterator[Held]:
    for table in personal_tables(workspace.lake):
        if table == POSTS:
            continue
        frame = workspace.lake.scan(table)
        names = [name for name, kind in frame.collect_schema().items() if kind == pl.String]
        needles = [*ids, *(() if source else tokens)]
        if names and needles:
            held = pl.any_horizontal([pl.col(name).is_in(needles) for name in names])
            rows = frame.filter(held).collect().iter_rows(named=True)
            yield from (Held(place=table, content={name: _plain(value) for name, value in row.items()}) for row in rows)


def _plain(value: object) -> object:
    """Bytes, such as signatures of texts, in hex."""
    return value.hex() if isinstance(value, bytes) else value


def _mentions(workspace: Workspace, tokens: tuple[str, ...], source: str) -> Iterator[Held]:
    if not workspace.lake.exists(POSTS):
        return
    said = pl.any_horizontal([pl.col(name).str.contains_any(list(tokens)) for name in ("title", "text")])
    others = workspace.lake.scan(POSTS).filter(said, ~pl.col("author").is_in(list(tokens)))
    others = others.filter(pl.col("source") == source) if source else others
    for row in others.select("source", pl.col("published_at").dt.date().alias("day")).collect().iter_rows(named=True):
        yield Held(place=POSTS, content=row)


def _in_briefs(workspace: Workspace, tokens: tuple[str, ...], ids: frozenset[str], source: str) -> Iterator[Held]:
    for ref in list_briefs(workspace):
        brief = read_brief(ref)
        for quote in quotes_in(brief) if brief is not None else ():
            if quote.post_id in ids or (not source and quote.author in tokens):
                yield Held(place=ref.path_json.name, content=asdict(quote))


def _in_threads(workspace: Workspace, tokens: tuple[str, ...], ids: frozenset[str], source: str) -> Iterator[Held]:
    if not workspace.state_path.is_file():
        return
    from copilot.forgetting.threads import quotes_in_threads  # LangGraph takes a second to load

    seen: set[tuple[str, str]] = set()
    for thread_id, quote in quotes_in_threads(workspace.state_path):
        mine = quote.get("post_id") in ids or (not source and quote.get("author") in tokens)
        if mine and (thread_id, str(quote.get("text"))) not in seen:
            seen.add((thread_id, str(quote.get("text"))))
            yield Held(place="chat thread", content=dict(quote))


def _in_index(workspace: Workspace, tokens: tuple[str, ...], source: str, index: Index | None) -> int:
    with present_index(workspace, index) as opened:
        if opened is None:
            return 0
        of_source = {"source": [source]} if source else {}
        return opened[0].count(Filter(any_of={"author": list(tokens), **of_source}))
