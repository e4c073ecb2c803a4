"""The history of a source's runs, and its health."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from ingestion.lake import Lake
from ingestion.sources.runs import SourceRun, failures_in_a_row, record_run, source_health, worst
from tests.ingestion.sources.crawling import NOW


def run(source: str, hour: int, outcome: str, **fields: object) -> SourceRun:
    at = NOW + timedelta(hours=hour)
    told = {"source": source, "started_at": at, "ended_at": at, "outcome": outcome, "reason": "", **fields}
    return SourceRun(**told)  # type: ignore[arg-type]


def test_health_is_that_of_the_last_runs(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert source_health(lake) == {}
    for one in (
        run("blog", 0, "ok"),
        run("blog", 1, "failed", reason="HTTP 500", consecutive_failures=1),
        run("voices", 1, "failed", reason="HTTP 404", consecutive_failures=1),
        run("blog", 2, "failed", reason="HTTP 502", consecutive_failures=2, next_try_at=NOW + timedelta(hours=9)),
        run("blog", 3, "skipped", reason="left alone", consecutive_failures=2, next_try_at=NOW + timedelta(hours=9)),
        run("voices", 2, "unchanged"),
    ):
        record_run(lake, one)
    health = source_health(lake)
    blog, voices = health["blog"], health["voices"]
    assert (blog.last_success_at, blog.last_failure_at) == (NOW, NOW + timedelta(hours=2))
    assert (blog.reason, blog.consecutive_failures) == ("HTTP 502", 2)
    assert blog.next_try_at == NOW + timedelta(hours=9)
    assert (voices.last_success_at, voices.last_failure_at) == (NOW + timedelta(hours=2), NOW + timedelta(hours=1))
    assert (voices.reason, voices.consecutive_failures, voices.next_try_at) == ("", 0, None)


def test_failures_in_a_row_are_counted_past_pauses_and_end_with_a_success(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    record_run(lake, run("blog", 0, "failed", consecutive_failures=4))
    before = source_health(lake)["blog"]
    assert [failures_in_a_row(before, outcome) for outcome in ("failed", "skipped", "ok", "unchanged")] == [5, 4, 0, 0]
    assert failures_in_a_row(None, "failed") == 1


def test_long_histories_are_kept_in_few_files(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for hour in range(70):
        record_run(lake, run("blog", hour, "ok"))
    assert lake.rows("source_runs") == 70
    assert len(lake.uris("source_runs")) < 64


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (["ok", "failed"], "failed"),
        (["skipped", "ok"], "skipped"),
        (["unchanged", "ok"], "ok"),
        (["unchanged"], "unchanged"),
    ],
)
def test_a_source_of_several_parts_did_as_its_worst(parts: list[str], whole: str) -> None:
    assert worst(parts) == whole  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (run("blog", 0, "ok", read=1200, new=3), "blog: 1,200 read, 3 new, 0 changed, 0 rejected."),
        (run("blog", 0, "unchanged"), "blog: nothing new."),
        (
            run("blog", 0, "ok", read=1, reason="stopped after 2 pages"),
            "blog: 1 read, 0 new, 0 changed, 0 rejected (stopped after 2 pages).",
        ),
        (run("blog", 0, "failed", reason="HTTP 500."), "blog: failed. HTTP 500."),
    ],
)
def test_a_run_is_told_in_one_line(one: SourceRun, told: str) -> None:
    assert one.summary() == told
