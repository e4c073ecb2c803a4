"""Invented people planted in every kind of source: they are in nothing that is stored, printed, logged or raised."""

from __future__ import annotations

import gzip
import json
import logging
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from copilot.cli import cli
from copilot.indexing import opened_index
from copilot.settings import load_settings
from copilot.workspace import Workspace
from tests.fakes.web_server import fake_web
from tests.ingestion.sources.test_reddit import fake_reddit
from tests.journeys.identities import mentions
from tests.journeys.planting import PLANTINGS, Canaries, Ground, Planted, comments, pages, submissions

_CONFIG = """[index]
encoder = "hash"
[pseudonym]
names_model = "none"
[posts]
workers = 1
batch_size = 3
[posts.crawl]
interval_s = 0.0
tries = 1
timeout_s = 5.0
[posts.reddit]
client_id = "id"
client_secret = "hush"
url = "{reddit}"
oauth_url = "{reddit}"
"""
_COMMANDS = (["ingest"], ["ingest", "--all", "--retry", "--json"], ["status", "--json"], ["doctor", "--json"])


@pytest.fixture
def said() -> Iterator[list[str]]:
    """All that any library logs, whatever level it was set to."""
    lines: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{self.format(record)} {record.args!r} {record.__dict__!r}")

    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in list(logging.root.manager.loggerDict))]
    before = [(logger, logger.level, logger.propagate) for logger in loggers]
    listener = Listener(level=0)
    for logger in loggers:
        logger.setLevel(1)
        logger.propagate = True
    logging.getLogger().addHandler(listener)
    yield lines
    logging.getLogger().removeHandler(listener)
    for logger, level, propagate in before:
        logger.setLevel(level)
        logger.propagate = propagate


def test_nothing_of_the_people_in_any_source_is_left_anywhere(tmp_path: Path, said: list[str]) -> None:
    people = [Canaries(number) for number in range(3)]
    inputs, home = tmp_path / "inputs", tmp_path / "home"
    for folder in (inputs, home):
        folder.mkdir()
    with fake_web(pages(people)) as web, fake_reddit() as reddit:
        reddit.submissions, reddit.comments = submissions(people), comments(people)
        ground = Ground(folder=inputs, web=web.url, people=people)
        planted = {name: plant(ground) for name, plant in PLANTINGS.items()}
        (home / "reassort.toml").write_text(_config(planted, reddit.url))
        given = {path: path.read_bytes() for path in inputs.rglob("*")}
        results = [_reassort(home, *arguments) for arguments in _COMMANDS]
        results.append(_reassort(home, "ingest", str(inputs / "posts.csv"), "--json"))
    assert _posts_by_source(home) == {name: one.good for name, one in planted.items() if one.good} | {"posts": 2}
    identities = [identity for person in people for identity in person.all()]
    for result in results:
        assert not mentions(_told(result), identities), result.output
    assert said
    assert not mentions("\n".join(said), identities)
    for path in (path for path in tmp_path.rglob("*") if path.is_file() and given.get(path) != path.read_bytes()):
        assert not mentions(_content(path), identities), path
    assert not mentions(_tables_and_index(home), identities)


def test_the_search_finds_what_is_left() -> None:
    person = Canaries(0)
    for identity in person.all():
        assert mentions(f"left {identity.upper()} behind", [identity])
    assert mentions(person.text, person.all())


def _config(planted: Mapping[str, Planted], reddit: str) -> str:
    parts = [f"[posts.sources.{name}]\n{one.config}" for name, one in planted.items()]
    return "\n".join([_CONFIG.format(reddit=reddit), *parts])


def _reassort(home: Path, *arguments: str) -> Result:
    environment = {"REASSORT_PSEUDONYM__KEY": "5a" * 32, "REASSORT_HOME": str(home)}
    return CliRunner().invoke(cli, list(arguments), env=environment)


def _told(result: Result) -> str:
    """What was printed, and all that an exception carries along."""
    parts = [result.output, result.stderr]
    error = result.exception
    while error is not None:
        parts += [*traceback.format_exception(error), repr(error), repr(vars(error)), repr(error.args)]
        error = error.__cause__ or error.__context__
    return "\n".join(parts)


def _posts_by_source(home: Path) -> dict[str, int]:
    posts = Workspace(load_settings(home)).lake.read("posts", columns=["source"])
    return dict(posts["source"].value_counts().iter_rows())


def _content(path: Path) -> str:
    """Every byte of a file, unpacked too where it is packed."""
    content = path.read_bytes()
    if path.suffix == ".parquet":
        return content.decode("latin-1") + json.dumps(pl.read_parquet(path).rows(), default=str, ensure_ascii=False)
    if path.suffix == ".gz":
        content += gzip.decompress(content)
    return content.decode("latin-1")


def _tables_and_index(home: Path) -> str:
    workspace = Workspace(load_settings(home))
    tables = [workspace.lake.read(table).rows() for table in workspace.lake.tables()]
    with opened_index(workspace) as (store, _):
        documents = list(store.scroll())
    return repr((tables, documents))
