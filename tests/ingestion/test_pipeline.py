"""Posts from a source to lake and index: counted to the row, only what is new, whole after every cut."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import polars as pl
import pytest

from ingestion.lake import Lake
from ingestion.pipeline import IngestReport, ingest_posts, read_watermark
from ingestion.post_index import post_schema, sync_index
from ingestion.post_preparation import PostPreparation
from ingestion.records import POSTS_SCHEMA, RawPost
from ingestion.settings import PostSettings
from ingestion.sources.source import RejectedPost, Watermark
from tests.ingestion.raw_posts import pseudonymiser, raw_post
from vectorstore.edge import EdgeStore
from vectorstore.encoder import HashEncoder
from vectorstore.store import Filter, Query

WORDS = "coat dress linen red warm soft shop sleeve button size love wool seam pocket colour fit".split()  # noqa: SIM905
BATCH = 40


@dataclass
class ListSource:
    """Posts of a list; all of them each time."""

    items: Sequence[RawPost | RejectedPost]
    name: str = "web"
    stream: str = "list"
    asked: list[Watermark | None] = field(default_factory=list)

    def posts(self, after: Watermark | None = None) -> Iterator[RawPost | RejectedPost]:
        self.asked.append(after)
        return iter(self.items)


@dataclass
class Home:
    """A lake and an index in a folder."""

    lake: Lake
    store: EdgeStore

    def ingest(self, *items: RawPost | RejectedPost, **more: object) -> IngestReport:
        return self.ingest_from(ListSource(items), **more)

    def ingest_from(self, source: ListSource, **more: object) -> IngestReport:
        report = ingest_posts(
            source,
            lake=self.lake,
            store=self.store,
            encoder=HashEncoder(),
            pseudonymiser=pseudonymiser(),
            settings=PostSettings(batch_size=BATCH, workers=1),
            **more,  # type: ignore[arg-type]
        )
        assert report.read == report.new + report.changed + report.unchanged + report.merged + report.rejected
        return report

    def posts(self) -> pl.DataFrame:
        return self.lake.read("posts").sort("post_id")

    def index(self) -> dict[str, object]:
        return {id: payload for batch in self.store.scroll() for id, payload in batch}


def open_home(folder: Path) -> Home:
    return Home(lake=Lake(folder / "lake"), store=EdgeStore.open(folder / "index", post_schema(HashEncoder())))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    opened = open_home(tmp_path / "home")
    yield opened
    opened.store.close()


def many_posts(count: int = 300) -> list[RawPost | RejectedPost]:
    """Posts with copies before and after their first, ids that come twice, floods, rejects."""
    chance = Random(5)
    items: list[RawPost | RejectedPost] = []
    for number in range(count):
        text = " ".join(chance.choices(WORDS, k=chance.choice([2, 5, 5, 9])))
        author = f"user_{chance.randrange(40)}"
        known = [item for item in items if isinstance(item, RawPost)]
        if known and number % 7 == 0:
            text = chance.choice(known).text
        if number % 50 < 3:
            text, author = "the same words again and again", "flooder_1"
        id = str(number - 30) if number % 31 == 30 else str(number)
        items.append(raw_post(source_id=id, text=text, author=author, day=chance.randrange(1, 28)))
        if number % 60 == 59:
            items.append(RejectedPost(row=number, column="text", reason="no text"))
    return items


def test_posts_reach_lake_and_index(home: Home) -> None:
    report = home.ingest(
        raw_post(text="Robe superbe, écris à a@example.com", language="fr"),
        raw_post(source_id="2", text="A warm coat", author="zoe"),
        RejectedPost(row=3, column="text", reason="no text"),
        raw_post(source_id="2", text="A very warm coat", author="zoe"),
    )
    assert (report.read, report.new, report.merged, report.rejected, report.indexed) == (4, 2, 1, 1, 2)
    assert report.personal_data == {"EMAIL_ADDRESS": 1}
    assert report.languages["fr"] == 1
    assert home.posts().schema == POSTS_SCHEMA
    assert home.store.count() == 2
    hit = home.store.query(Query(text="warm coat", filter=Filter(any_of={"spam": [False]})))[0]
    assert hit.text == "A warm coat"
    assert hit.payload["author"] == pseudonymiser().author("zoe")


def test_a_second_run_adds_nothing_and_an_edit_is_brought_in(home: Home) -> None:
    items = many_posts()
    first = home.ingest(*items)
    posts, index, version = home.posts(), home.index(), home.lake.version("posts")
    again = home.ingest(*items)
    assert (again.new, again.changed, again.indexed) == (0, 0, 0)
    assert again.unchanged == first.new
    assert home.lake.version("posts") == version
    assert home.posts().equals(posts)
    assert home.index() == index
    edited = home.ingest(raw_post(source_id="0", text="Something else altogether now"), *items[1:])
    assert edited.new == 0
    assert home.posts().height == posts.height
    assert "Something else altogether now" in home.posts()["text"]


def test_copies_follow_the_earliest_post_over_all_runs(home: Home) -> None:
    text = "This linen dress is lovely indeed"
    home.ingest(raw_post(source_id="1", text=text, author="a", day=10))
    report = home.ingest(raw_post(source_id="2", text=text.upper(), author="b", day=5))
    ids = [pseudonymiser().post(raw_post(source_id=id), ()).post_id for id in ("1", "2")]
    copies = dict(home.posts().select("post_id", "duplicate_of").iter_rows())
    assert copies == {ids[0]: ids[1], ids[1]: ""}
    assert (report.new, report.duplicates) == (1, 0)
    assert home.store.facet("author", Filter(any_of={"duplicate": [True]})) == [(pseudonymiser().author("a"), 1)]


def test_marks_do_not_depend_on_the_order_of_batches(home: Home, tmp_path: Path) -> None:
    items = [item for item in many_posts() if isinstance(item, RawPost)]
    unique = list({item.source_id: item for item in items}.values())
    home.ingest(*unique)
    other = open_home(tmp_path / "other")
    other.ingest(*reversed(unique))
    assert home.posts()["spam"].any()
    assert (home.posts()["duplicate_of"] != "").any()
    assert other.posts().equals(home.posts())
    assert other.index() == home.index()
    other.store.close()


def test_the_watermark_is_the_newest_post_and_comes_back(home: Home) -> None:
    source = ListSource([raw_post(day=3), raw_post(source_id="2", day=9), raw_post(source_id="3", day=5)])
    home.ingest_from(source)
    home.ingest_from(ListSource([]))
    mark = read_watermark(home.lake, source)
    assert mark is not None
    assert (mark.last_published_at, mark.read) == (raw_post(day=9).published_at, 3)
    assert read_watermark(home.lake, ListSource([], stream="another")) is None
    report = home.ingest_from(ListSource([]))
    assert report.already_read
    assert "nothing new" in report.summary()


def test_an_index_that_lost_or_kept_too_much_is_healed(home: Home) -> None:
    home.ingest(*many_posts(60))
    index = home.index()
    home.store.delete(sorted(index)[:10])
    home.lake.erase("posts", f"post_id = '{sorted(index)[20]}'")
    report = sync_index(home.lake, home.store, HashEncoder())
    assert (report.indexed, report.removed) == (10, 1)
    assert home.store.count() == len(index) - 1
    assert sync_index(home.lake, home.store, HashEncoder()).indexed == 0


def test_rejects_are_listed_without_values(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "a.rejects.csv"
    report = home.ingest(raw_post(), RejectedPost(row=7, column="date", reason="no date"), rejects_path=path)
    assert report.rejects_path == path
    assert path.read_text(encoding="utf-8-sig").splitlines() == ["row,column,reason", "7,date,no date"]
    assert 'First rejected: row 7, column "date", no date.' in report.summary()
    assert home.ingest(raw_post(), rejects_path=path).rejects_path is None
    assert not path.exists()


def test_processes_change_nothing() -> None:
    raw = [item for item in many_posts(60) if isinstance(item, RawPost)]
    raw = [replace(item, text=f"{item.text} @someone_else 06 12 34 56 78", thread="t") for item in raw]
    with PostPreparation(pseudonymiser(), workers=1) as alone:
        expected = alone.prepare(raw)
    with PostPreparation(pseudonymiser(), workers=2, pool_from=0) as several:
        assert several.prepare(raw) == expected


CUT_OFF = """
import os, signal, sys
from pathlib import Path
from tests.ingestion.test_pipeline import ListSource, many_posts, open_home
from ingestion.lake import Lake
from vectorstore.edge import EdgeStore

left = int(sys.argv[2])

def counted(call):
    def wrapped(*args, **kwargs):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        result = call(*args, **kwargs)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return wrapped

Lake.merge = counted(Lake.merge)
EdgeStore.upsert = counted(EdgeStore.upsert)
home = open_home(Path(sys.argv[1]))
home.ingest_from(ListSource(many_posts()))
home.store.close()
"""


def test_killed_again_and_again_it_ends_as_if_undisturbed(home: Home, tmp_path: Path) -> None:
    home.ingest(*many_posts())
    folder = tmp_path / "killed"
    for steps in Random(11).sample(range(1, 16), 3):
        process = subprocess.run([sys.executable, "-c", CUT_OFF, str(folder), str(steps)], check=False)
        assert process.returncode == -9
    killed = open_home(folder)
    killed.ingest(*many_posts())
    assert killed.posts().equals(home.posts())
    assert killed.index() == home.index()
    killed.store.close()
