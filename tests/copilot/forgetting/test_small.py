"""Forgetting step by step: threads, briefs, files, killed runs, one source, retention, export."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from copilot.errors import CopilotError
from copilot.forgetting import forget as forgetting
from copilot.forgetting.export import export_author, export_markdown
from copilot.forgetting.forget import forget_author
from copilot.forgetting.people import key_of, tokens_of
from copilot.forgetting.records import ErasureReport
from copilot.forgetting.sweep import sweep
from copilot.ingesting import ingest_source
from copilot.workspace import Workspace
from ingestion.settings import PrivacySettings, SourcePrivacy
from ingestion.sources.memory import MemorySource
from ingestion.sources.source import RejectedPost
from ingestion.withdrawn import withdrawn_posts
from tests.copilot.forgetting.small import ANNE, BOB, MORNING, open_small, quoting, raw_posts, write_thread
from tests.fakes.copying import copy_home

ON = MORNING + timedelta(days=1)


def _messages(workspace: Workspace, thread_id: str) -> list[object]:
    with sqlite3.connect(workspace.state_path) as state:
        rows = state.execute("SELECT type, checkpoint FROM checkpoints WHERE thread_id = ?", [thread_id]).fetchall()
    return [
        message
        for kind, value in rows
        for message in JsonPlusSerializer().loads_typed((kind, value))["channel_values"]["messages"]
    ]


@pytest.fixture(scope="module")
def forgotten(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, ErasureReport]:
    """A copy in which Anne was forgotten: read only."""
    home = tmp_path_factory.mktemp("forgotten") / "home"
    copy_home(small_home, home)
    workspace = open_small(home)
    return workspace, forget_author(workspace, ANNE, on=ON)


def test_everything_goes_and_is_proved(forgotten: tuple[Workspace, ErasureReport]) -> None:
    small, report = forgotten
    assert report.complete
    assert (report.posts_removed, report.posts_rewritten) == (2, 1)
    authors = small.lake.read("posts")["author"]
    assert tokens_of(ANNE, key_of(small))[0] not in authors.to_list()
    assert authors.len() == 3


def test_files_that_cannot_be_unpacked_are_searched_as_they_are_and_named(small: Workspace) -> None:
    broken = {"cut.csv.gz": b"\x1f\x8b\x08", "half.parquet": b"PAR1", "old.db": b"SQLite format 3\x00 and no more"}
    for name, content in broken.items():
        (small.home / name).write_bytes(content)
    report = forget_author(small, ANNE, on=ON)
    assert report.complete
    assert report.proof is not None
    assert [line.partition(":")[0] for line in report.proof.unproved[:3]] == sorted(broken)


def test_a_thread_keeps_what_others_said(small_home: Path, forgotten: tuple[Workspace, ErasureReport]) -> None:
    before = _messages(open_small(small_home), "quoting")
    question, call, found, answer = _messages(forgotten[0], "quoting")
    assert (question, call) == (before[0], before[1])
    assert "[name] is right about linen" in str(found)
    assert "emerald" not in str(found)
    assert "They speak of linen." in str(answer)
    assert "[removed]" in str(answer)
    assert "emerald" not in str(answer)
    assert len(found.artifact["quotes"]) == 1  # type: ignore[attr-defined]


def test_a_thread_without_a_trace_stays_to_the_letter(
    small_home: Path, forgotten: tuple[Workspace, ErasureReport]
) -> None:
    assert _messages(forgotten[0], "quiet") == _messages(open_small(small_home), "quiet") != []


def test_the_brief_is_written_anew_in_all_forms(forgotten: tuple[Workspace, ErasureReport]) -> None:
    for form in ("html", "md", "json"):
        text = (forgotten[0].briefs_path / f"brief-{MORNING}.en.{form}").read_text()
        assert "is right about linen" in text.replace("\\", "")
        assert "emerald" not in text


def test_what_cannot_be_rewritten_goes(small: Workspace) -> None:
    (small.briefs_path / f"brief-{MORNING}.en.json").write_text("{}")
    binary = small.home / "cache.bin"
    author = tokens_of(ANNE, key_of(small))[0]
    binary.write_bytes(b"\xff\x81" + author.encode())
    assert forget_author(small, ANNE, on=ON).complete
    assert not binary.exists()
    assert not list(small.briefs_path.glob("brief-*.html"))
    lines = (small.home / "logs" / "run.jsonl").read_text().splitlines()
    assert json.loads(lines[0]) == {"line": "begun"}
    assert json.loads(lines[-1]) == {"line": "ended"}


def test_one_source_alone(small: Workspace) -> None:
    report = forget_author(small, ANNE, on=ON, source="shop")
    assert report.complete
    posts = small.lake.read("posts")
    assert report.posts_removed == 1
    assert posts.filter(pl.col("source") == "forum").height == 4
    assert export_author(small, ANNE, on=ON, source="shop").is_empty
    kept = export_author(small, ANNE, on=ON)
    assert len(kept.posts) == 1
    assert kept.quoted


@pytest.mark.parametrize(
    ("step", "when"), [("erase_from_files", "before"), ("erase_from_tables", "after"), ("recount", "after")]
)
def test_killed_half_way_and_run_again_it_ends_the_same(
    small: Workspace, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    real: Callable[..., object] = getattr(forgetting, step)

    def killed(*args: object, **more: object) -> object:
        if when == "after":
            real(*args, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(forgetting, step, killed)
        with pytest.raises(KeyboardInterrupt):
            forget_author(small, ANNE, on=ON)
    assert forget_author(small, ANNE, on=ON).complete
    assert export_author(small, ANNE, on=ON).is_empty
    assert _left(small.home, ["emerald", tokens_of(ANNE, key_of(small))[0]]) == []


def _left(home: Path, needles: list[str]) -> list[str]:
    found = []
    for path in home.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if path.suffix == ".parquet":
                data += str(pl.read_parquet(path).to_dicts()).encode()
            found += [path.name for needle in needles if needle.encode() in data]
    return found


def test_a_later_crawl_brings_neither_posts_nor_mentions_back(small: Workspace) -> None:
    forget_author(small, ANNE, on=ON)
    posts = tuple(post for post in raw_posts() if post.source == "forum")
    ingest_source(small, MemorySource(name="forum", stream="2", entries=posts))
    assert small.lake.rows("posts") == 3
    assert _left(small.home, ["emerald", tokens_of(ANNE, key_of(small))[0]]) == []
    assert export_author(small, ANNE, on=ON).is_empty


def test_an_author_without_posts_is_no_failure(small: Workspace) -> None:
    report = forget_author(small, "nobody at all", on=ON)
    assert report.complete
    assert (report.posts_removed, report.posts_rewritten) == (0, 0)
    assert small.lake.rows("posts") == 5


def test_an_empty_handle_is_refused(small: Workspace) -> None:
    with pytest.raises(CopilotError, match="No handle"):
        forget_author(small, " @ ", on=ON)
    assert not small.lake.exists("suppressed_authors")


def test_export_has_everything_and_reads_as_text(small: Workspace) -> None:
    found = export_author(small, f"@{ANNE.upper()}", on=ON)
    assert {post["source"] for post in found.posts} == {"forum", "shop"}
    assert found.index_documents == 2
    assert [held.content["source"] for held in found.mentioned_by_others] == ["forum"]
    assert {held.place for held in found.quoted} == {"chat thread", f"brief-{MORNING}.en.json"}
    page = export_markdown(found)
    assert "emerald linen trousers" in page
    assert "is right about linen" not in page
    assert "Nothing is held." in export_markdown(export_author(small, "nobody", on=ON))


def test_sweep_removes_what_is_older_than_it_may_be(small: Workspace) -> None:
    write_thread(small, "old", quoting(small), at=datetime(2025, 5, 1, tzinfo=UTC))
    shop = {"shop": SourcePrivacy(retention_days=2)}
    workspace = open_small(small.home, PrivacySettings(retention_days=365, brief_retention_days=1, sources=shop))
    counted = sweep(workspace, ON + timedelta(days=1), dry_run=True)
    assert (counted.posts_removed, counted.proof, workspace.lake.rows("posts")) == (2, None, 5)
    assert list(small.briefs_path.iterdir())
    report = sweep(workspace, ON + timedelta(days=1))
    assert (report.posts_removed, report.undated_posts, report.complete) == (2, 1, True)
    assert {(place.kind, place.removed) for place in report.places if place.note == "by age"} == {
        ("briefs", 1),
        ("threads", 1),
    }
    left = workspace.lake.read("posts").sort("published_at")
    assert left["source"].unique().to_list() == ["forum"]
    assert left.height == 3
    assert _messages(workspace, "quoting")


def test_sweep_keeps_the_day_that_retention_reaches_back_to(small: Workspace) -> None:
    workspace = open_small(small.home, PrivacySettings(retention_days=2))
    assert sweep(workspace, date(2026, 6, 1), dry_run=True).posts_removed == 2
    assert sweep(workspace, date(2026, 6, 2), dry_run=True).posts_removed == 3


def test_nothing_personal_is_in_the_report(forgotten: tuple[Workspace, ErasureReport]) -> None:
    report = repr(forgotten[1])
    assert ANNE not in report
    assert "author_" not in report.replace("suppressed_authors", "")


def test_bob_is_still_himself(small_home: Path, forgotten: tuple[Workspace, ErasureReport]) -> None:
    before = export_author(open_small(small_home), BOB, on=ON)
    after = export_author(forgotten[0], BOB, on=ON)
    assert (len(after.posts), len(after.quoted), after.index_documents) == (
        len(before.posts),
        len(before.quoted),
        before.index_documents,
    )


def test_what_was_taken_back_at_its_source_goes_with_the_next_sweep(small: Workspace) -> None:
    before = small.lake.read("posts")
    taken_back = RejectedPost(row=1, column="", reason="removed", withdrawn_id="1")
    strange = RejectedPost(row=2, column="", reason="removed", withdrawn_id="never seen")
    back = MemorySource(name="forum", stream="2", entries=[taken_back, strange])
    report = ingest_source(small, back)
    assert (report.withdrawn, report.rejected) == (1, 2)
    assert "1 were taken back" in report.summary()
    assert small.lake.rows("posts") == before.height
    (gone,) = withdrawn_posts(small.lake)["post_id"]
    assert gone in before.filter(pl.col("title") != "")["post_id"]
    # What its source gives again was not taken back.
    ingest_source(small, MemorySource(name="forum", stream="3", entries=raw_posts()[:1]))
    assert withdrawn_posts(small.lake).is_empty()
    ingest_source(small, MemorySource(name="forum", stream="4", entries=[taken_back]))
    swept = sweep(small, MORNING)
    assert (swept.posts_removed, swept.complete) == (1, True)
    assert gone not in small.lake.read("posts")["post_id"]
    assert withdrawn_posts(small.lake).is_empty()
