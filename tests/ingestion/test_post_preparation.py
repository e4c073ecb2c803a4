"""Raw posts made posts, a batch at a time: names from a reader, vectors kept where nothing was replaced."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import polars as pl
import pytest

from ingestion.post_batches import NamedPost, encodable, raw_batch, raw_posts
from ingestion.post_preparation import PostPreparation
from ingestion.pseudonymise.names.finder import PERSON, NamesOnly, NoNames, Reading
from ingestion.pseudonymise.span import Span
from ingestion.records import PREPARED_SCHEMA, RAW_POSTS_SCHEMA, RawPost
from tests.ingestion.raw_posts import pseudonymiser, raw_post
from vectorstore.encoder import HashEncoder


@dataclass
class WordReader:
    """Takes some words for names; its vectors are those of the hash encoder."""

    names: Sequence[str] = ()
    read_so_far: list[str] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        return f"words/{','.join(self.names)}"

    def read(self, texts: Sequence[str]) -> Reading:
        self.read_so_far += texts
        return Reading(names=[self._spans(text) for text in texts], vectors=HashEncoder().encode(texts))

    def _spans(self, text: str) -> list[Span]:
        found = [(text.find(name), name) for name in self.names]
        return [Span(start=at, end=at + len(name), kind=PERSON) for at, name in sorted(found) if at >= 0]


def prepare(*posts: RawPost, names: tuple[str, ...] = (), finds: Sequence[str] = ()) -> pl.DataFrame:
    preparation = PostPreparation(pseudonymiser(), WordReader(finds))
    batch = raw_batch([NamedPost(raw=post, names=names, source_digest="d") for post in posts])
    return pl.DataFrame(preparation.prepare(batch))


def test_a_batch_of_raw_posts_comes_back_as_it_was() -> None:
    posts = [
        NamedPost(raw=raw_post(title="T", thread="t", language="fr"), names=("A", "B"), source_digest="1"),
        NamedPost(raw=replace(raw_post(), published_at=None, rating=4.5)),
    ]
    batch = raw_batch(posts)
    assert pl.DataFrame(batch).schema == RAW_POSTS_SCHEMA
    assert raw_posts(batch) == posts


def test_halves_of_surrogate_pairs_are_dropped_from_texts_and_spelled_out_in_ids() -> None:
    post = encodable(raw_post(text="so \ud83d good", source_id="1\ud83d", author="zo\ud83d"))
    assert (post.text, post.source_id, post.author) == ("so  good", "1\\ud83d", "zo\\ud83d")
    assert raw_posts(raw_batch([NamedPost(raw=post)]))[0].raw == post
    fine = raw_post(text="été 👍")
    assert encodable(fine) is fine


def test_prepared_posts_have_the_columns_of_a_post_a_digest_and_a_vector() -> None:
    prepared = prepare(raw_post(text="A <b>warm</b> coat"))
    assert dict(prepared.drop("vector").schema) == dict(PREPARED_SCHEMA)
    assert prepared["text"].to_list() == ["A warm coat"]
    assert prepared["source_digest"].to_list() == ["d"]
    expected = HashEncoder().encode(["A warm coat"])[0]
    assert prepared.schema["vector"] == pl.Array(pl.Float32, 64)
    assert np.array_equal(prepared["vector"].to_numpy()[0], expected)


@pytest.mark.parametrize(
    ("title", "text", "finds", "shown"),
    [
        ("", "Thanks Awa, lovely", ["Awa"], ("", "Thanks [name], lovely")),
        ("Ask Awa", "Awesome coat", ["Awa"], ("Ask [name]", "Awesome coat")),
        ("For you", "Hello Awa", ["Awa"], ("For you", "Hello [name]")),
        ("By Awa", "Diop is great", ["Awa\nDiop"], ("By [name]", "[name] is great")),
    ],
    ids=["text", "title", "text under a title", "over both"],
)
def test_names_that_the_reader_finds_are_replaced_where_they_stand(
    title: str, text: str, finds: Sequence[str], shown: tuple[str, str]
) -> None:
    prepared = prepare(raw_post(title=title, text=text, author=""), finds=finds)
    stood_in = [str(prepared[column][0]) for column in ("title", "text")]
    for name in ("Awa", "Diop"):
        assert not any(name in part for part in stood_in)
    assert ["[name" in part for part in stood_in] == ["[name" in part for part in shown]
    assert "PERSON" in prepared["personal_data"][0]
    assert prepared["vector"].null_count() == 1


def test_a_vector_is_dropped_where_anything_was_replaced() -> None:
    clean, mail, author = (
        raw_post(text="A warm coat"),
        raw_post(source_id="2", text="Write to a@example.com"),
        raw_post(source_id="3", text="Sophie_style was here"),
    )
    prepared = prepare(clean, mail, author, names=("sophie_style",))
    assert prepared["vector"].is_null().to_list() == [False, True, True]


def test_a_reader_without_vectors_leaves_nulls_alone() -> None:
    preparation = PostPreparation(pseudonymiser(), NamesOnly(NoNames()))
    prepared = pl.DataFrame(preparation.prepare(raw_batch([NamedPost(raw=raw_post())])))
    assert prepared["vector"].null_count() == 1


def test_preparation_in_another_process_is_the_same() -> None:
    preparation = PostPreparation(pseudonymiser(), WordReader(["Awa"]))
    batch = raw_batch([NamedPost(raw=raw_post(text="Awa likes linen")), NamedPost(raw=raw_post(source_id="2"))])
    there: PostPreparation = pickle.loads(pickle.dumps(preparation))  # noqa: S301 - our own
    assert there.prepare(batch).equals(preparation.prepare(batch))


def test_a_date_without_a_zone_is_taken_to_be_in_utc() -> None:
    post = replace(raw_post(), published_at=datetime(2026, 1, 2, 12))  # noqa: DTZ001 - sources may give such
    assert raw_posts(raw_batch([NamedPost(raw=post)]))[0].raw == raw_post(day=2)
