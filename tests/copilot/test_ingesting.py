"""Configured sources on their way into a workspace: the dead among the living, run after run."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from copilot.cli import cli
from copilot.ingesting import ingest_configured, ingest_file
from copilot.settings import load_settings
from copilot.status import workspace_status
from copilot.workspace import Workspace
from ingestion.errors import ReadError
from ingestion.ingest_report import IngestReport
from ingestion.settings import PseudonymSettings
from ingestion.sources.clock import ManualClock
from ingestion.sources.files import FileSource
from ingestion.sources.mapping import PostMapping
from ingestion.sources.runs import SourceRun
from tests.fakes.web_server import Answer, fake_web
from tests.ingestion.sources.crawling import NOW, as_json, item, rss, site

KEY = "5a" * 32
DEAD = {"kind": "feed", "url": "http://127.0.0.1:1/feed"}
WRONG = PostMapping.model_validate({"source": "avis", "kind": "social", "columns": {"text": "text"}})
CRAWL = {"tries": 1, "interval_s": 0.0, "failures_before_pause": 2, "pause_s": 3600}


def workspace(home: Path, **sources: Any) -> Workspace:
    pseudonym = PseudonymSettings.model_validate({"key": KEY, "names_model": "none"})
    posts = {"crawl": CRAWL, "sources": sources, "workers": 1}
    return Workspace(load_settings(home, pseudonym=pseudonym, index={"encoder": "hash"}, posts=posts))


def ingest(found: Workspace, *names: str, clock: ManualClock | None = None, **options: Any) -> dict[str, SourceRun]:
    names = names or tuple(found.settings.posts.named_sources())
    environment = options.pop("environment", {})
    runs = ingest_configured(found, names, clock=clock or ManualClock(NOW), environment=environment, **options)
    return {run.source: run for run in runs}


def test_what_is_kept_of_a_failure_holds_nothing_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("jane,Loved it\nbob,Hated it\n", encoding="utf-8")
    found = workspace(tmp_path, export={"kind": "file", "path": "export.csv"})
    reason = ingest(found)["export"].reason
    assert reason.endswith("export.csv: no column looks like the text of a post.")
    assert "jane" not in reason


def posts(found: Workspace) -> list[dict[str, Any]]:
    return list(found.lake.read("posts").sort("published_at", "post_id").iter_rows(named=True))


def test_every_kind_of_source_comes_in_once_under_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("text,author,date\nA linen dress,jane,2026-02-01\n", encoding="utf-8")
    columns = {"text": "text", "source_id": "id", "author": "by", "published_at": "at"}
    reviews = as_json([{"id": 7, "text": "Una giacca di lino", "by": "gino", "at": "2026-02-02"}])
    with fake_web(site(feed=rss(item("1")), more=rss(item("2")), reviews=reviews)) as web:
        mapping = {"url": f"{web.url}/reviews", "posts": {"kind": "review", "columns": columns}}
        (tmp_path / "api.yaml").write_text(json.dumps(mapping), encoding="utf-8")
        found = workspace(
            tmp_path,
            blogs={
                "kind": "feed",
                "urls": [f"{web.url}/feed.xml", f"{web.url}/more.xml"],
                "market": "FR",
                "language": "fr",
            },
            voices={"kind": "json", "map": "api.yaml", "product_id": "P1"},
            export={"kind": "file", "path": "export.csv"},
        )
        first = ingest(found)
        assert {name: (run.outcome, run.new) for name, run in first.items()} == {
            "blogs": ("ok", 2),
            "voices": ("ok", 1),
            "export": ("ok", 1),
        }
        told = [(post["source"], post["kind"], post["market"], post["product_id"]) for post in posts(found)]
        assert told == [
            ("export", "social", "", ""),
            ("voices", "review", "", "P1"),
            ("blogs", "social", "FR", ""),
            ("blogs", "social", "FR", ""),
        ]
        before = posts(found)
        again = ingest(found)
        assert posts(found) == before
        assert {run.new + run.changed for run in again.values()} == {0}
        assert again["export"].outcome == "unchanged"


def test_a_dead_source_stops_no_other_and_is_left_alone_until_its_pause_is_over(tmp_path: Path) -> None:
    with fake_web(site(feed=rss(item("1")))) as web:
        found = workspace(tmp_path, a_dead=DEAD, blog={"kind": "feed", "url": f"{web.url}/feed"})
        clock = ManualClock(NOW)
        assert [run.outcome for run in ingest(found, clock=clock).values()] == ["failed", "ok"]
        clock.advance(60)
        second = ingest(found, clock=clock)["a_dead"]
        assert (second.outcome, second.consecutive_failures) == ("failed", 2)
        assert second.next_try_at == clock.now() + timedelta(hours=1)
        clock.advance(60)
        third = ingest(found, clock=clock)
        assert (third["a_dead"].outcome, third["a_dead"].consecutive_failures) == ("skipped", 2)
        assert third["blog"].outcome == "ok"
        clock.advance(60)
        assert ingest(found, "a_dead", clock=clock, ignore_pauses=True)["a_dead"].outcome == "failed"
        clock.advance(4 * 3600)
        assert ingest(found, clock=clock)["a_dead"].consecutive_failures == 4
    assert len(posts(found)) == 1


def test_a_source_that_comes_back_is_well_again(tmp_path: Path) -> None:
    with fake_web(site(feed=[Answer(status=500), rss(item("1"))])) as web:
        found = workspace(tmp_path, blog={"kind": "feed", "url": f"{web.url}/feed"})
        clock = ManualClock(NOW)
        assert ingest(found, clock=clock)["blog"].outcome == "failed"
        clock.advance(60)
        assert ingest(found, clock=clock)["blog"].consecutive_failures == 0
    (status,) = workspace_status(found).sources
    assert (status.source, status.kind, status.posts, status.reason) == ("blog", "feed", 1, "")
    assert status.last_failure_at == NOW
    assert status.last_success_at is not None
    assert status.last_success_at > NOW


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        ({"kind": "json", "map": "no.yaml"}, "no.yaml: cannot be read"),
        ({"kind": "file", "path": "no.csv"}, "no.csv: is not there"),
        ({"kind": "reddit", "subreddits": ["fashion"]}, "REASSORT_POSTS__REDDIT__CLIENT_ID"),
    ],
)
def test_a_source_that_cannot_be_opened_fails_alone(one: dict[str, Any], reason: str, tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("text\nA linen dress\n", encoding="utf-8")
    runs = ingest(workspace(tmp_path, broken=one, export={"kind": "file", "path": "export.csv"}))
    assert runs["broken"].outcome == "failed"
    assert reason in runs["broken"].reason
    assert runs["export"].outcome == "ok"


def test_a_parser_that_breaks_fails_alone_and_its_message_is_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*arguments: object, **options: object) -> None:
        raise RuntimeError("over the post of jane.doe@example.com")

    monkeypatch.setattr("ingestion.sources.feeds.read_feed", breaks)
    with fake_web(site(feed=rss(item("1")))) as web:
        run = ingest(workspace(tmp_path, blog={"kind": "feed", "url": f"{web.url}/feed"}))["blog"]
    assert run.outcome == "failed"
    assert "RuntimeError" in run.reason
    assert "jane" not in run.reason


def test_what_was_stored_is_not_asked_for_again_and_what_was_lost_is(tmp_path: Path) -> None:
    def versioned(asked: Any) -> Answer:
        return Answer(status=304) if asked.headers.get("if-none-match") else rss(item("1"), ETag='"1"')

    with fake_web(site(feed=versioned)) as web:
        found = workspace(tmp_path, blog={"kind": "feed", "url": f"{web.url}/feed"})
        assert [ingest(found)["blog"].outcome for _ in range(2)] == ["ok", "unchanged"]
        found.lake.erase("posts", "source = 'blog'")
        found.lake.erase("watermarks", "source = 'blog'")
        assert ingest(found)["blog"].new == 1


def test_pages_before_one_that_fails_come_in_and_those_behind_it_once_it_answers(tmp_path: Path) -> None:
    following = '<atom:link rel="next" href="/{}"/>'
    old = item("3", date="Mon, 02 Feb 2026 10:00:00 GMT")
    first = rss(item("1"), head=following.format("b"))
    second = rss(item("2", date="Tue, 03 Feb 2026 10:00:00 GMT"), head=following.format("c"))
    with fake_web(site(a=first, b=second, c=[Answer(status=500), rss(old), Answer(status=500)])) as web:
        found = workspace(tmp_path, blog={"kind": "feed", "url": f"{web.url}/a"})
        clock = ManualClock(NOW)
        run = ingest(found, clock=clock)["blog"]
        assert (run.outcome, run.new) == ("failed", 2)
        assert "HTTP 500" in run.reason
        assert run.summary().startswith("blog: failed after 2 read, 2 new. http://127.0.0.1")
        clock.advance(60)
        run = ingest(found, clock=clock)["blog"]
        assert (run.outcome, run.new) == ("ok", 1), "read to its end, though what comes before is known"
        clock.advance(60)
        assert ingest(found, clock=clock)["blog"].outcome == "ok"
        assert web.paths() == ["/a", "/b", "/c"] * 2 + ["/a", "/b"], "once there is no gap, known pages end a run"


def test_settings_that_change_what_posts_say_bring_them_up_to_date(tmp_path: Path) -> None:
    with fake_web(site(feed=rss(item("1"), ETag='"1"'))) as web:
        for market in ("FR", "IT"):
            found = workspace(tmp_path, blog={"kind": "feed", "url": f"{web.url}/feed", "market": market})
            ingest(found)
            assert [post["market"] for post in posts(found)] == [market]


def test_nothing_personal_is_kept_or_told_of_what_was_crawled(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    bad = item("2", date="on jane.canary@example.com's day")
    extra = "<author>jane.canary@example.com (Jane Canary)</author>"
    with fake_web(site(**{"u_jane-canary": rss(item("1", extra=extra), bad, head="<x")})) as web:
        found = workspace(
            tmp_path,
            blog={"kind": "feed", "url": f"{web.url}/u/jane-canary"},
            dead={"kind": "feed", "url": "http://127.0.0.1:1/u/jane-canary?token=canary"},
        )
        runs = ingest(found)
    assert runs["blog"].rejected == 1
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()).lower()
    said = (caplog.text + " ".join(run.summary() for run in runs.values()) + repr(workspace_status(found))).lower()
    for canary in ("canary", "jane.c"):
        assert canary.encode() not in kept
        assert canary not in said


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `reassort` on a workspace whose file holds the text given first."""
    monkeypatch.setenv("REASSORT_PSEUDONYM__KEY", KEY)

    def run(settings: str, *arguments: str) -> Result:
        (tmp_path / "reassort.toml").write_text(HEAD + settings, encoding="utf-8")
        return CliRunner().invoke(cli, [*arguments, "--home", str(tmp_path)])

    return run


HEAD = """
[index]
encoder = "hash"
[pseudonym]
names_model = "none"
[posts]
workers = 1
[posts.crawl]
tries = 1
interval_s = 0.0
failures_before_pause = 1
"""
FEED = '[posts.sources.{name}]\nkind = "feed"\nurl = "{url}"\n'


def test_the_command_reads_all_says_how_each_did_and_fails_where_one_did(command: Callable[..., Result]) -> None:
    with fake_web(site(feed=rss(item("1")))) as web:
        settings = FEED.format(name="dead", url="http://127.0.0.1:1/") + FEED.format(name="blog", url=f"{web.url}/feed")
        done = command(settings, "ingest", "--json")
        assert done.exit_code == 1, done.output
        assert [run["outcome"] for run in json.loads(done.stdout)] == ["failed", "ok"]
        assert [line.partition(":")[0] for line in done.stderr.splitlines()] == ["dead", "blog"]
        assert command(settings, "ingest", "blog").exit_code == 0
        assert command(settings, "ingest", "--all").exit_code == 0, "the dead one is on pause"
        assert command(settings, "ingest", "dead").exit_code == 3
        assert command(settings, "ingest", "dead", "--retry").exit_code == 1
    status = command(settings, "status")
    assert status.exit_code == 0
    assert "dead failed 2 times in a row" in status.output
    assert "cannot be reached" in status.output
    (blog, dead) = json.loads(command(settings, "status", "--json").output)["sources"]
    assert (blog["posts"], blog["next_try_at"]) == (1, None)
    assert dead["next_try_at"] is not None


@pytest.mark.parametrize(
    ("settings", "arguments", "code", "said"),
    [
        ("", ["ingest"], 3, "[posts.sources.NAME]"),
        ("", ["ingest", "blgo"], 2, "neither a file nor a configured source"),
        (FEED.format(name="blog", url="https://blog.example/"), ["ingest", "blgo"], 2, "Did you mean 'blog'?"),
        (FEED.format(name="blog", url="https://blog.example/"), ["ingest", "blog", "--all"], 2, "exclude each other"),
        (FEED.format(name="blog", url="blog.example"), ["status"], 1, "no http or https URL"),
        (FEED.format(name="blog", url="http://blog.example:x/"), ["status"], 1, "Port"),
        ('[posts.sources.blog]\nkind = "fed"\n', ["status"], 1, "'feed', 'json', 'reddit', 'file'"),
        ('[posts.sources.blog]\nkind = "feed"\n', ["status"], 1, "needs a url"),
        (
            '[posts.sources."My Blog"]\nkind = "feed"\nurl = "https://blog.example/"\n',
            ["status"],
            1,
            "posts.sources.My Blog",
        ),
        (FEED.format(name="blog", url="https://blog.example/") + 'zone = "Paris"\n', ["status"], 1, "no time zone"),
    ],
)
def test_what_is_wrong_is_said(
    settings: str, arguments: list[str], code: int, said: str, command: Callable[..., Result]
) -> None:
    done = command(settings, *arguments)
    told = done.output + str(done.exception or "")
    assert said in told
    assert done.exit_code == code or done.exception is not None


def test_the_daily_run_reads_the_sources_first(command: Callable[..., Result], tmp_path: Path) -> None:
    with fake_web(site(feed=rss(item("1")))) as web:
        settings = FEED.format(name="dead", url="http://127.0.0.1:1/") + FEED.format(name="blog", url=f"{web.url}/feed")
        command(settings, "run", "daily", "--as-of", "2026-03-02", "--no-ingest")
        assert web.asked == []
        done = command(settings, "run", "daily", "--as-of", "2026-03-02")
    assert "blog: 1 read, 1 new" in done.output
    assert "dead: failed" in done.output
    assert Workspace(load_settings(tmp_path)).lake.rows("posts") == 1
    # A dead source is no reason to go without a brief; missing retail data are.
    assert "reassort import" in str(done.exception)


def file_report(found: Workspace, path: Path, clock: ManualClock, **more: Any) -> IngestReport:
    clock.advance(60)
    return ingest_file(found, FileSource(path, **more), clock=clock)


def test_a_file_is_a_run_of_its_source_with_counts(tmp_path: Path) -> None:
    found, clock, path = workspace(tmp_path / "home"), ManualClock(NOW), tmp_path / "avis.csv"
    path.write_text("id,text,author,date\n1,A linen dress,jane,2026-02-01\n2,,joe,2026-02-01\n", encoding="utf-8")
    report = file_report(found, path, clock)
    (status,) = workspace_status(found).sources
    assert (status.source, status.last_success_at, status.posts) == ("avis", clock.now(), 1)
    assert (status.read, status.new, status.rejected) == (2, 1, 1)
    assert f"1 rejected ({tmp_path / 'avis.rejects.csv'})" in report.summary()
    assert 'First rejected: row 3, column "text", no text. Correct' in report.summary()
    cut = tmp_path / "avis.json"
    cut.write_text("[" + '{"text": "A coat"},' * 400, encoding="utf-8")
    with pytest.raises(ReadError):
        file_report(found, cut, clock, mapping=WRONG)
    (status,) = workspace_status(found).sources
    assert (status.consecutive_failures, status.read, status.posts) == (1, 2, 1)
    assert "breaks off or is not valid after entry 400" in status.reason


def test_a_file_under_another_name_is_the_same_source_and_adds_nothing(tmp_path: Path) -> None:
    found, clock = workspace(tmp_path / "home"), ManualClock(NOW)
    october, copy, other = (tmp_path / name for name in ("october.csv", "copy of october.csv", "november.csv"))
    october.write_text("id,text,author\n1,Nice,jane\n2,A linen dress to keep,joe\n", encoding="utf-8")
    copy.write_bytes(october.read_bytes())
    other.write_bytes(october.read_bytes() + b"3,Warm,zoe\n")
    assert file_report(found, october, clock).new == 2
    again = file_report(found, copy, clock)
    assert (again.source, again.already_read, again.new) == ("october", True, 0)
    assert "nothing new" in again.summary()
    grown = file_report(found, other, clock, source="october")
    assert (grown.source, grown.new, grown.unchanged) == ("october", 1, 2)
    assert found.lake.rows("posts") == 3
    assert [status.source for status in workspace_status(found).sources] == ["october"]


def test_copies_of_another_source_are_told_and_count_once(tmp_path: Path) -> None:
    found, clock = workspace(tmp_path / "home"), ManualClock(NOW)
    october, november = tmp_path / "october.csv", tmp_path / "november.csv"
    rows = "".join(f"{n},The linen dress number {n} is a joy,user{n},2026-02-0{n}\n" for n in range(1, 6))
    october.write_text(f"id,text,author,date\n{rows}", encoding="utf-8")
    november.write_text(f"id,text,author,date\n{rows}6,A warm coat of wool,user6,2026-02-09\n", encoding="utf-8")
    assert not file_report(found, october, clock).copied_from
    report = file_report(found, november, clock)
    assert (report.new, report.copied_from) == (6, {"october": 5})
    assert "'october' has 5 of them too: if it is the same, give --source october." in report.summary()
    assert sum(not post["duplicate_of"] for post in posts(found)) == 6


def test_the_source_of_a_file_is_said_and_checked(command: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "Avis d'octobre.csv"
    path.write_text("id,text,author\n1,Nice,jane\n", encoding="utf-8")
    told = command("", "ingest", str(path))
    assert "called 'avis-d-octobre', as the file" in told.stderr
    assert told.stdout.startswith("Avis d'octobre.csv as avis-d-octobre: 1 read, 1 new")
    named = command("", "ingest", str(path), "--source", "club")
    assert "club: 1 read, 1 new" in named.stdout
    assert command("", "ingest", str(path), "--source", "Le Club").exit_code == 2
    assert command("", "ingest", "--source", "club").exit_code == 2
