"""Posts from a source to lake and index: counted to the row, only what is new, whole after every cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from ingestion.lake import Lake
from ingestion.pipeline import IngestReport, ingest_posts, read_watermark
from ingestion.post_checks import check_posts
from ingestion.post_digests import DIGESTS_SCHEMA, PostDigests
from ingestion.post_index import post_schema, sync_index
from ingestion.post_table import MOVED
from ingestion.pseudonymise.keys import PseudonymKey
from ingestion.pseudonymise.names.finder import Reading
from ingestion.records import POSTS_SCHEMA, RawPost
from ingestion.settings import PostSettings
from ingestion.sources.source import RejectedPost, Watermark
from tests.ingestion.raw_posts import KEY, pseudonymiser, raw_post
from vectorstore.edge import EdgeStore
from vectorstore.encoder import HashEncoder
from vectorstore.store import Filter, Query

WORDS = "coat dress linen red warm soft shop sleeve button size love wool seam pocket colour fit".split()  # noqa: SIM905
BATCH = 40
WRITES = 14
"""Of a run over 61 items: posts, signatures, documents and digests of two batches; index state and watermark."""


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
        given: dict[str, object] = {"encoder": HashEncoder(), **more}
        report = ingest_posts(
            source,
            lake=self.lake,
            store=self.store,
            pseudonymiser=pseudonymiser(),
            settings=PostSettings(batch_size=BATCH, workers=1),
            **given,  # type: ignore[arg-type]
        )
        assert (
            report.read
            == report.new + report.changed + report.unchanged + report.merged + report.rejected + report.suppressed
        )
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


def test_a_post_of_which_only_marks_move_is_not_embedded_again(home: Home) -> None:
    text = "This linen dress is lovely indeed"
    home.ingest(raw_post(source_id="1", text=text, author="a", day=10))
    (first,) = home.index()
    vector = home.store.vectors([first])[first]
    encoder = CountingEncoder()
    report = home.ingest(raw_post(source_id="2", text=text, author="b", day=5), encoder=encoder)
    assert (report.indexed, encoder.texts) == (2, 1)
    assert home.store.vectors([first])[first] == pytest.approx(vector)


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


@dataclass
class CountingReader:
    """Finds no names, and counts the texts that it was given."""

    fingerprint: str = "counting/1"
    texts: int = 0

    def read(self, texts: Sequence[str]) -> Reading:
        self.texts += len(texts)
        return Reading(names=[[] for _ in texts], vectors=HashEncoder().encode(texts))


@dataclass
class CountingEncoder:
    """The hash encoder, and how many texts it was given."""

    texts: int = 0
    dimensions: int = HashEncoder().dimensions
    fingerprint: str = HashEncoder().fingerprint

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += len(texts)
        return HashEncoder().encode(texts)


@pytest.mark.parametrize("text", ["🔥", "🔥🔥 👍🏽", "Linen &#128293;!"])
def test_emoji_come_through_and_are_found(home: Home, text: str) -> None:
    home.ingest(raw_post(source_id="fire", text=text), raw_post(source_id="other", text="Nothing but words here"))
    (kept,) = home.posts().filter(pl.col("text").str.contains("🔥", literal=True)).iter_rows(named=True)
    assert (kept["language"], kept["spam"], kept["duplicate_of"]) == ("und", False, "")
    assert [hit.id for hit in home.store.query(Query(text="🔥"))] == [kept["post_id"]]


def test_known_posts_are_not_read_again_under_another_stream(home: Home) -> None:
    items = many_posts()
    home.ingest(*items)
    version, index = home.lake.version("posts"), home.index()
    reader, encoder = CountingReader("none"), CountingEncoder()
    again = home.ingest_from(ListSource(items, stream="renamed"), reader=reader, encoder=encoder)
    assert (again.new, again.changed, again.indexed, reader.texts, encoder.texts) == (0, 0, 0, 0, 0)
    assert (home.lake.version("posts"), home.index()) == (version, index)
    edited = [raw_post(source_id="0", text="Another text now"), *items[1:]]
    report = home.ingest_from(ListSource(edited, stream="edited"), reader=reader)
    assert (report.changed, reader.texts) == (1, 1)


def test_a_report_of_known_posts_is_that_of_new_ones(home: Home) -> None:
    first, again = home.ingest(*many_posts()), home.ingest_from(ListSource(many_posts(), stream="again"))
    assert first.spam_reasons
    for name in ("read", "merged", "rejected", "duplicates", "spam", "spam_reasons", "languages", "personal_data"):
        assert getattr(again, name) == getattr(first, name), name


def test_another_reader_reads_known_posts_again(home: Home) -> None:
    home.ingest(raw_post(), reader=CountingReader("counting/1"))
    same, other = CountingReader("counting/1"), CountingReader("counting/2")
    home.ingest(raw_post(), reader=same)
    home.ingest(raw_post(), reader=other)
    assert (same.texts, other.texts) == (0, 1)


def test_of_two_versions_in_one_run_the_first_counts_however_often_it_is_run(home: Home) -> None:
    items = [raw_post(text="The first words of it"), raw_post(text="Later words, much changed")]
    home.ingest(*items)
    again = home.ingest_from(ListSource(items, stream="again"))
    assert (again.unchanged, again.merged, again.changed) == (1, 1, 0)
    assert home.posts()["text"].to_list() == ["The first words of it"]


def test_digests_tell_nothing_without_the_key(home: Home) -> None:
    home.ingest(raw_post(), raw_post(source_id="2"))
    digests = home.lake.read("post_digests")
    assert digests.schema == DIGESTS_SCHEMA
    assert digests["source_digest"].n_unique() == 2
    assert digests["source_digest"].str.contains("^[0-9a-f]{32}$").all()
    other = PostDigests(home.lake, PseudonymKey(secret=b"another key, of thirty-two bytes"), "made")
    mine = PostDigests(home.lake, KEY, "made")
    assert other.digest(raw_post(), ()) != mine.digest(raw_post(), ())


def test_vectors_of_the_reader_are_kept_and_the_others_made_from_what_is_kept(home: Home) -> None:
    encoder = CountingEncoder()
    report = home.ingest(
        raw_post(text="A warm coat"),
        raw_post(source_id="2", text="Write to a@example.com"),
        reader=CountingReader(),
        encoder=encoder,
    )
    assert (report.indexed, encoder.texts) == (2, 1)
    wanted = HashEncoder().encode(["A warm coat"])[0]
    assert home.store.query(Query(vector=wanted, limit=1))[0].text == "A warm coat"


def test_an_index_in_line_is_not_compared_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.ingest(*many_posts(60))
    monkeypatch.setattr(EdgeStore, "scroll", lambda *_, **__: pytest.fail("every document was looked at"))
    assert home.ingest_from(ListSource([raw_post(source_id="new")], stream="more")).new == 1


@pytest.mark.parametrize("left", range(WRITES))
def test_cut_off_between_any_two_writes_it_ends_as_if_undisturbed(
    left: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: tuple[pl.DataFrame, dict[str, object]]
) -> None:
    home = open_home(tmp_path / "cut")
    with monkeypatch.context() as patch:
        cut_after(left, patch)
        with pytest.raises(CutOffError):
            home.ingest(*many_posts(60))
    home.ingest(*many_posts(60))
    posts, index = undisturbed
    assert home.posts().equals(posts)
    assert home.index() == index
    assert check_posts(home.lake, home.store) == []
    home.store.close()


def test_a_run_has_as_many_writes_as_it_is_cut_off_between(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_after(WRITES, monkeypatch)
    home.ingest(*many_posts(60))


class CutOffError(Exception):
    """The process is no more, as far as the code can tell."""


def cut_after(left: int, patch: pytest.MonkeyPatch) -> None:
    """End the run after so many writes to lake and index, before the next one starts."""
    writes = 0

    def counted(write: Callable[..., object], table: str = "") -> Callable[..., object]:
        def wrapped(*args: object, **kwargs: object) -> object:
            nonlocal writes
            if table in ("", args[1]):
                if writes == left:
                    raise CutOffError
                writes += 1
            return write(*args, **kwargs)

        return wrapped

    patch.setattr(Lake, "merge", counted(Lake.merge))
    # A merge writes by these two: only what calls them itself counts.
    patch.setattr(Lake, "append", counted(Lake.append, MOVED))
    patch.setattr(Lake, "replace_all", counted(Lake.replace_all, MOVED))
    patch.setattr(EdgeStore, "upsert", counted(EdgeStore.upsert))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[pl.DataFrame, dict[str, object]]:
    """Posts and index after a run to its end."""
    home = open_home(tmp_path_factory.mktemp("undisturbed"))
    home.ingest(*many_posts(60))
    home.store.close()
    home = open_home(Path(home.lake.url).parent)
    found = home.posts(), home.index()
    home.store.close()
    return found
