"""One person forgotten in the demo: everywhere, to the byte, and nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from pydantic import SecretStr

from copilot.agent.answering import Agent
from copilot.forgetting.export import export_author
from copilot.forgetting.forget import forget_author
from copilot.forgetting.people import key_of, tokens_of
from copilot.forgetting.proof import prove
from copilot.forgetting.records import AuthorExport, ErasureReport
from copilot.indexing import opened_index
from copilot.settings import load_settings
from copilot.signals.mentions import update_mentions
from copilot.workspace import Workspace
from ingestion.demo import build_demo, parse_size
from ingestion.privacy.erasure import Wanted, posts_of, traces_of
from ingestion.privacy.suppression import Suppressions
from ingestion.privacy.traces import Traces
from ingestion.pseudonymise.keys import PseudonymKey
from ingestion.settings import PseudonymSettings
from tests.conftest import DEMO_AS_OF, DEMO_KEY, DEMO_SEED
from tests.fakes.copying import copy_home

ON = DEMO_AS_OF + timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """A demo workspace in which one author was forgotten, and what there was before."""

    workspace: Workspace
    handle: str
    traces: Traces
    posts: pl.DataFrame
    mentioned_in: list[str]
    others: pl.DataFrame
    """Posts that are none of the author's business."""
    before: AuthorExport
    report: ErasureReport


@pytest.fixture(scope="module")
def forgotten(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Forgotten:
    home = tmp_path_factory.mktemp("forgotten") / "home"
    copy_home(demo_home, home)
    key = PseudonymKey(secret=bytes.fromhex(DEMO_KEY))
    workspace = Workspace(load_settings(home, pseudonym=PseudonymSettings(key=SecretStr(DEMO_KEY))))
    author, term = _quoted_and_mentioned(workspace)
    handle = _handle_of(author, key)
    posts = posts_of(workspace.lake, [author])
    all_posts = workspace.lake.read("posts")
    mentions = pl.any_horizontal(pl.col("title", "text").str.contains(author, literal=True))
    mentioned_in = all_posts.filter(mentions)["post_id"].to_list()
    with Agent.open(workspace, as_of=DEMO_AS_OF) as agent:
        agent.answer(f"What is behind the rise of {term}?", thread_id="quoting", language="en")
    (home / "reports").mkdir()
    (home / "reports" / "eval.json").write_text(json.dumps({"author": author, "quote": posts["text"][0]}))
    wanted = Wanted(tokens=(author,), post_ids=tuple(posts["post_id"]))
    traces = traces_of(workspace.lake, posts, wanted)
    before = export_author(workspace, handle, on=ON)
    report = forget_author(workspace, handle, on=ON)
    return Forgotten(
        workspace=workspace,
        handle=handle,
        traces=traces,
        posts=posts,
        mentioned_in=mentioned_in,
        others=all_posts.filter(pl.col("author") != author, ~pl.col("post_id").is_in(mentioned_in)),
        before=before,
        report=report,
    )


def test_the_report_says_what_went_and_that_nothing_is_left(forgotten: Forgotten) -> None:
    report = forgotten.report
    assert report.complete
    assert report.posts_removed == forgotten.posts.height > 0
    assert report.posts_rewritten >= len(forgotten.mentioned_in) > 0
    changed = {place.kind for place in report.places if place.removed or place.rewritten}
    assert changed >= {"table", "index", "briefs", "threads", "files"}
    assert report.proof is not None
    assert report.proof.files > 50


def test_no_byte_of_the_workspace_holds_a_trace(forgotten: Forgotten) -> None:
    needles = [text.encode() for text in (*forgotten.traces.tokens, *forgotten.traces.post_ids)]
    needles += [text.encode() for text in forgotten.traces.passages]
    assert len(needles) > 3
    files = [path for path in forgotten.workspace.home.rglob("*") if path.is_file()]
    for path in files:
        data = path.read_bytes()
        if path.suffix == ".parquet":
            data += json.dumps(pl.read_parquet(path).to_dicts(), default=str, ensure_ascii=False).encode()
        assert not [needle for needle in needles if needle in data], path.name


def test_the_author_was_there_before(forgotten: Forgotten) -> None:
    before = forgotten.before
    assert len(before.posts) == before.index_documents == forgotten.posts.height
    assert len(before.mentioned_by_others) == len(forgotten.mentioned_in)
    assert {held.place for held in before.rows} >= {"mentions", "counted_posts"}
    assert {held.place for held in before.quoted} >= {"chat thread", f"brief-{DEMO_AS_OF}.en.json"}
    assert not before.suppressed


def test_nothing_is_held_after(forgotten: Forgotten) -> None:
    after = export_author(forgotten.workspace, forgotten.handle, on=ON)
    assert after.is_empty
    assert after.suppressed


def test_everyone_else_is_untouched(forgotten: Forgotten) -> None:
    kept = forgotten.workspace.lake.read("posts")
    same = forgotten.others.drop("duplicate_of", "spam").join(
        kept.select("post_id", "content_hash"), on=["post_id", "content_hash"]
    )
    assert same.height == forgotten.others.height
    assert kept.height == forgotten.others.height + len(forgotten.mentioned_in)


def test_who_mentioned_the_author_mentions_somebody(forgotten: Forgotten) -> None:
    kept = forgotten.workspace.lake.read("posts")
    rewritten = kept.filter(pl.col("post_id").is_in(forgotten.mentioned_in))
    assert rewritten.height == len(forgotten.mentioned_in)
    assert all("[name]" in title + text for title, text in rewritten.select("title", "text").iter_rows())


def test_index_and_lake_agree_and_counts_are_up_to_date(forgotten: Forgotten) -> None:
    with opened_index(forgotten.workspace) as (store, _):
        indexed = {id for batch in store.scroll() for id, _ in batch}
    assert indexed == set(forgotten.workspace.lake.read("posts")["post_id"])
    report = update_mentions(forgotten.workspace.lake)
    assert (report.counted, report.removed) == (0, 0)


def test_older_versions_of_the_tables_cannot_be_read(forgotten: Forgotten) -> None:
    logs = (forgotten.workspace.home / "lake" / "posts" / "_delta_log").glob("*.json")
    assert len(list(logs)) <= 3


def test_the_briefs_and_the_thread_still_work(forgotten: Forgotten) -> None:
    brief = json.loads((forgotten.workspace.briefs_path / f"brief-{DEMO_AS_OF}.en.json").read_text())
    assert [item for section in brief["sections"] for item in section["items"] if item["quotes"]]
    with Agent.open(forgotten.workspace, as_of=DEMO_AS_OF) as agent:
        answer = agent.answer("And in France?", thread_id="quoting", language="en")
    assert answer.text


def test_a_later_crawl_does_not_bring_the_author_back(forgotten: Forgotten) -> None:
    key = key_of(forgotten.workspace)
    author = tokens_of(forgotten.handle, key)[0]
    suppressions = Suppressions(forgotten.workspace.lake, key)
    assert suppressions.is_suppressed(author)
    listed = forgotten.workspace.lake.read("suppressed_authors")
    assert listed["since"].to_list() == [ON]
    assert author.removeprefix("author_") not in listed["digest"][0]


def test_the_proof_finds_what_is_left(forgotten: Forgotten) -> None:
    left = forgotten.workspace.home / "notes.txt"
    left.write_text(f"see {forgotten.traces.post_ids[0]}")
    try:
        with opened_index(forgotten.workspace) as (store, _):
            proof = prove(forgotten.workspace, forgotten.traces, store)
    finally:
        left.unlink()
    assert [(one.place, one.kinds) for one in proof.remaining] == [("notes.txt", ("post id",))]


def _quoted_and_mentioned(workspace: Workspace) -> tuple[str, str]:
    """An author whom a brief quotes under a rising term, and whom others mention; and that term."""
    brief = json.loads((workspace.briefs_path / f"brief-{DEMO_AS_OF}.en.json").read_text())
    texts = workspace.lake.read("posts").select(pl.col("title") + "\n" + pl.col("text")).to_series()
    for author, term in _quoted(brief):
        if texts.str.contains(author, literal=True).any():
            return author, term
    raise LookupError("The demo has no author who is both quoted and mentioned.")


def _quoted(brief: dict[str, list[dict[str, list[dict[str, list[dict[str, str]]]]]]]) -> Iterator[tuple[str, str]]:
    for section in brief["sections"]:
        for item in section["items"]:
            for quote in item["quotes"]:
                yield quote["author"], str(item["title"]).split(",")[0].split(":")[0]


def _handle_of(author: str, key: PseudonymKey) -> str:
    demo = build_demo(parse_size("small"), seed=DEMO_SEED)
    return next(post.author for post in demo.raw_posts() if post.author and tokens_of(post.author, key)[0] == author)


def test_no_table_is_left_undeclared(demo_home: Path) -> None:
    from ingestion.privacy.holdings import HOLDINGS, tables_of

    workspace = Workspace(load_settings(demo_home))
    assert set(tables_of(workspace.lake)) <= set(HOLDINGS)
