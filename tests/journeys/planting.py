"""Sources of every kind with invented people planted in them: in posts, in rows that are none, in pages that break.

A source is one entry of `PLANTINGS`; a new kind of source joins by another entry.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import polars as pl

from tests.fakes.web_server import Answer, Asked
from tests.ingestion.sources.test_reddit import Entry, entry

_PRIVATE = "private_network = true\n"


@dataclass(frozen=True)
class Canaries:
    """One invented person; no two share a word."""

    number: int

    @property
    def handle(self) -> str:
        return f"zorblax_quimby{self.number}"

    @property
    def name(self) -> str:
        letter = "abcdefghijklmnop"[self.number]
        return f"Xylan{letter}dra Quomb{letter}rough"

    @property
    def email(self) -> str:
        return f"xq.vandersnoot{self.number}@canary.example"

    @property
    def phone(self) -> str:
        return f"+33 6 39 98 41 {self.number:02d}"

    @property
    def id(self) -> str:
        return f"cnry7731x{self.number}"

    @property
    def thread(self) -> str:
        return f"talkof{self.number}cnry"

    @property
    def text(self) -> str:
        """What the person writes: signed, with everything to reach them by."""
        return (
            f"Lovely linen coat. Write to {self.email} or call {self.phone}, I am @{self.handle}. Cheers, {self.name}"
        )

    def all(self) -> list[str]:
        """What must be nowhere."""
        compact = self.phone.replace(" ", "")
        parts = self.name.split()
        local, _, domain = self.email.partition("@")
        return [self.handle, self.name, *parts, self.email, local, domain, self.phone, compact, self.id, self.thread]


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A source that is ready to be ingested."""

    config: str
    """What reassort.toml says of it, under its name."""
    good: int
    """Posts that must come in: a test that reads nothing proves nothing."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where sources are planted."""

    folder: Path
    """For files."""
    web: str
    """URL of a server that answers with `pages`."""
    people: Sequence[Canaries]
    """Three people."""


Row = dict[str, str | None]
Plant = Callable[[Ground], Planted]

_MAPPING = """source: any
kind: social
columns:
  {text: [text], title: title, author: author, source_id: id, published_at: date, thread: thread, rating: stars}
date_formats: []
"""


def rows(people: Sequence[Canaries]) -> list[Row]:
    """A post by handle, one by name, and rows that are no posts, full of what is personal."""
    by_handle, by_name, other = people
    good = [
        _row(by_handle, author=by_handle.handle, title=f"From {by_handle.handle}"),
        _row(by_name, author=by_name.name, title=f"{by_name.name} says"),
    ]
    personal = {"author": other.name, "thread": other.thread, "id": other.id}
    bad = [
        {**_row(other, author=other.name), **personal, "text": ""},
        {**_row(other, author=other.name), **personal, "date": other.email},
        {**_row(other, author=other.name), **personal, "stars": other.handle},
    ]
    return [*good, *bad]


def _row(person: Canaries, *, author: str, title: str = "") -> Row:
    return {
        "id": person.id,
        "author": author,
        "title": title,
        "text": person.text,
        "date": "2026-03-01T10:00:00+00:00",
        "thread": person.thread,
        "stars": "4",
    }


def _file(ground: Ground, name: str, content: bytes) -> Planted:
    path, mapping = ground.folder / name, ground.folder / f"{name}.yaml"
    path.write_bytes(content)
    mapping.write_text(_MAPPING)
    return Planted(config=f'kind = "file"\npath = "{path}"\nmap = "{mapping}"\n', good=2)


def _csv(people: Sequence[Canaries]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows(people)[0]))
    writer.writeheader()
    writer.writerows(rows(people))
    return text.getvalue().encode() + f"too,few,{people[2].email}\n".encode()


def _lines(people: Sequence[Canaries]) -> bytes:
    broken = f'{{"text": "{people[2].name} {people[2].email}\n["{people[2].handle}"]\n'
    return "".join(json.dumps(row) + "\n" for row in rows(people)).encode() + broken.encode()


def plant_csv(ground: Ground) -> Planted:
    return _file(ground, "posts.csv", _csv(ground.people))


def plant_json_lines(ground: Ground) -> Planted:
    return _file(ground, "posts.jsonl.gz", gzip.compress(_lines(ground.people)))


def plant_parquet(ground: Ground) -> Planted:
    content = io.BytesIO()
    pl.DataFrame(rows(ground.people)).write_parquet(content)
    return _file(ground, "posts.parquet", content.getvalue())


def plant_workbook(ground: Ground) -> Planted:
    book, content = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    for row in [list(rows(ground.people)[0]), *(list(row.values()) for row in rows(ground.people))]:
        sheet.append(row)
    book.save(content)
    return _file(ground, "posts.xlsx", content.getvalue())


def plant_broken_csv(ground: Ground) -> Planted:
    """Ends within a quote, with bytes of another encoding."""
    person = ground.people[2]
    end = f'{person.id},"{person.name}'.encode() + b"\xff\xfe\x00" + person.email.encode()
    return _file(ground, "broken.csv", _csv(ground.people) + end)


def plant_broken_file(ground: Ground) -> Planted:
    """No gzip, although it is called one: an error is raised."""
    planted = _file(ground, "no.csv.gz", b"\x1f\x8b" + " ".join(ground.people[2].all()).encode())
    return Planted(config=planted.config, good=0)


def plant_feed(ground: Ground) -> Planted:
    return Planted(config=f'kind = "feed"\nurl = "{ground.web}/feed.xml"\n{_PRIVATE}', good=3)


def plant_broken_feed(ground: Ground) -> Planted:
    return Planted(config=f'kind = "feed"\nurl = "{ground.web}/torn.xml"\n{_PRIVATE}', good=0)


def plant_json_api(ground: Ground) -> Planted:
    return _api(ground, "api", "/api.json", good=3)


def plant_failing_api(ground: Ground) -> Planted:
    """Asked for with a person in path and query, it answers with everything about her and 500."""
    person = ground.people[2]
    return _api(ground, "failing", f"/user/{person.handle}/failing.json?who={person.email}", good=0)


def _api(ground: Ground, name: str, path: str, *, good: int) -> Planted:
    mapping = ground.folder / f"{name}.yaml"
    mapping.write_text(
        f"url: {ground.web}{path}\nitems: data\npaging: {{by: none}}\nposts:\n  kind: review\n"
        "  columns: {text: text, title: title, author: author, source_id: id, published_at: date, thread: thread}\n"
    )
    return Planted(config=f'kind = "json"\nmap = "{mapping}"\n{_PRIVATE}', good=good)


def plant_reddit(_: Ground) -> Planted:
    """Read from a server of its own, with `submissions` and `comments`."""
    return Planted(config='kind = "reddit"\nsubreddits = ["fashion"]\n', good=3)


PLANTINGS: Mapping[str, Plant] = {
    "csv": plant_csv,
    "json-lines": plant_json_lines,
    "parquet": plant_parquet,
    "workbook": plant_workbook,
    "broken-csv": plant_broken_csv,
    "broken-file": plant_broken_file,
    "feed": plant_feed,
    "broken-feed": plant_broken_feed,
    "json-api": plant_json_api,
    "failing-api": plant_failing_api,
    "reddit": plant_reddit,
}
"""Name of the source -> what plants it."""


def submissions(people: Sequence[Canaries]) -> list[Entry]:
    """One of a person, and one of another with a title alone."""
    first, _, other = people
    return [
        entry("t3", first.id, 0, author=first.handle, title=first.handle, selftext=first.text),
        entry("t3", other.id, 1, author=other.handle, title=f"By {other.handle}", selftext=""),
    ]


def comments(people: Sequence[Canaries]) -> list[Entry]:
    """One of a person under the other's post, and one that was deleted."""
    first, second, other = people
    return [
        entry("t1", second.id, 0, author=second.name, body=second.text, link_id=f"t3_{first.id}"),
        entry("t1", f"c{other.id}", 1, author=other.handle, body="[deleted]", link_id=f"t3_{first.id}"),
    ]


def pages(people: Sequence[Canaries]) -> Callable[[Asked], Answer]:
    """What the loopback server answers."""
    person = people[2]
    everything = " ".join(person.all())
    items = "".join(_item(row) for row in rows(people))
    feed = f'<rss version="2.0"><channel><title>F</title>{items}</channel></rss>'
    site = {
        "/feed.xml": Answer(body=feed.encode(), headers={"Content-Type": "application/rss+xml"}),
        "/torn.xml": Answer(body=f"<rss><channel><item><title>{everything}</ti".encode(), cut=20),
        "/api.json": Answer(
            body=json.dumps({"data": [*rows(people), everything]}).encode(),
            headers={"Content-Type": "application/json"},
        ),
    }
    failing = Answer(status=500, body=everything.encode(), headers={"X-Who": person.email})
    return lambda asked: site.get(asked.path, failing if "failing" in asked.path else Answer(status=404))


def _item(row: Row) -> str:
    text = {name: escape(value or "") for name, value in row.items()}
    date = "Sun, 01 Mar 2026 10:00:00 +0000" if "T10" in text["date"] else text["date"]
    return (
        f"<item><guid>{text['id']}</guid><title>{text['title']}</title><author>{text['author']}</author>"
        f"<description>{text['text']}</description><pubDate>{date}</pubDate></item>"
    )
