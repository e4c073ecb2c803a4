"""The lake's posts and their marks, kept right batch by batch: the same as if all had come at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

import polars as pl
import pytest

from ingestion.lake import Lake
from ingestion.post_table import MOVED, SIGNATURES, PostTable, Stored, forget_posts, unsettled
from ingestion.records import Post

START = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)
WORDS = [start + end for start in ("lin", "ro", "man", "sa", "ju") for end in ("ba", "ve", "lon", "pe", "po", "ri")]


def post(number: int, text: str, *, author: str = "a", hours: float | None = 0.0) -> Post:
    return Post(
        post_id=f"00000000-0000-8000-8000-{number:012d}",
        source="web",
        kind="social",
        author=f"author_{author}",
        thread="",
        title="",
        text=text,
        published_at=None if hours is None else START + timedelta(hours=hours),
        language="fr",
        market="",
        rating=None,
        product_id="",
        content_hash=sha256(f"{author} {hours} {text}".encode()).hexdigest(),
        duplicate_of="",
        spam=False,
        personal_data=(),
    )


def scattered(count: int, chance: Random) -> list[Post]:
    """Posts with copies, near-copies of near-copies, floods, bursts, templates and short texts, dated or not."""
    texts = [" ".join(chance.choices(WORDS, k=chance.choice([2, 9, 14, 30]))) for _ in range(count // 6)]
    posts: list[Post] = []
    for number in range(count):
        words = chance.choice(texts).split()
        if chance.random() < 0.5:
            words[chance.randrange(len(words))] = chance.choice(WORDS)
        if chance.random() < 0.2:
            words = ["promo", *words]
        texts.append(" ".join(words))
        hours = None if chance.random() < 0.1 else chance.choice([chance.randrange(4), chance.randrange(2000)])
        posts.append(post(number, " ".join(words), author=str(chance.randrange(30)), hours=hours))
    return posts


def store(table: PostTable, posts: Sequence[Post]) -> Stored:
    """One batch, and the marks that it moved."""
    done = table.store(posts)
    assert all(rows.height for rows in table.settle())
    return done


def stored(folder: Path, *batches: Sequence[Post]) -> pl.DataFrame:
    lake = Lake(folder)
    for batch in batches:
        store(PostTable(lake), batch)
    return lake.read("posts").sort("post_id")


def in_batches(posts: list[Post], size: int) -> list[list[Post]]:
    return [posts[start : start + size] for start in range(0, len(posts), size)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_marks_are_the_same_in_any_order_and_batches(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    posts = scattered(240, chance)
    at_once = stored(tmp_path / "a", posts)
    assert at_once["spam"].sum() > 10
    assert (at_once["duplicate_of"] != "").sum() > 40
    chance.shuffle(posts)
    table = PostTable(Lake(tmp_path / "b"))
    for batch in in_batches(posts, 17):
        table.store(batch)
    assert sum(rows.height for rows in table.settle()) > 10
    assert Lake(tmp_path / "b").read("posts").sort("post_id").equals(at_once)
    assert stored(tmp_path / "c", *in_batches(posts, 90)).equals(at_once)


def test_edits_move_marks_as_if_the_text_had_always_been_so(tmp_path: Path) -> None:
    chance = Random(4)
    posts = scattered(200, chance)
    now = [
        replace(old, text=new.text, content_hash=new.content_hash) if number % 3 == 0 else old
        for number, (old, new) in enumerate(zip(posts, posts[::-1], strict=True))
    ]
    assert stored(tmp_path / "a", posts, now).equals(stored(tmp_path / "b", now))


def test_forgotten_posts_leave_no_signature_and_no_mark(tmp_path: Path) -> None:
    posts = scattered(200, Random(5))
    gone = [item.post_id for item in posts if int(item.post_id[-3:]) % 4 == 0]
    listed = ", ".join(f"'{id}'" for id in gone)
    lake = Lake(tmp_path / "a")
    store(PostTable(lake), posts)
    lake.erase("posts", f"post_id IN ({listed})")
    moved = forget_posts(lake, gone)
    assert not moved.is_empty()
    expected = stored(tmp_path / "b", [item for item in posts if item.post_id not in set(gone)])
    assert lake.read("posts").sort("post_id").equals(expected)
    left = [pl.read_parquet(path) for path in (tmp_path / "a" / SIGNATURES).glob("*.parquet")]
    assert not set(pl.concat(left)["post_id"]) & set(gone)


@pytest.mark.parametrize("lost", ["all", "some"])
def test_signatures_that_a_cut_off_run_left_out_are_made_up(tmp_path: Path, lost: str) -> None:
    posts = scattered(200, Random(6))
    lake = Lake(tmp_path / "a")
    store(PostTable(lake), posts[:150])
    lake.erase(SIGNATURES, "true" if lost == "all" else "words > 12")
    store(PostTable(lake), posts[150:])
    assert lake.read("posts").sort("post_id").equals(stored(tmp_path / "b", posts))
    assert lake.rows(SIGNATURES) == 200


@pytest.mark.parametrize("seed", [8, 9])
def test_marks_that_a_cut_off_run_left_are_written_at_the_next_start(tmp_path: Path, seed: int) -> None:
    posts = scattered(200, Random(seed))
    edited = [
        replace(old, text=new.text, content_hash=new.content_hash) for old, new in zip(posts, posts[::-1], strict=True)
    ]
    lake = Lake(tmp_path / "a")
    for started, batches in enumerate(([posts[:80], posts[80:]], [edited[:40]])):
        table = PostTable(lake)
        assert table.healed.is_empty() == (started == 0)
        for batch in batches:
            table.store(batch)
        assert unsettled(lake)
    assert PostTable(lake).healed.height > 5
    assert lake.read("posts").sort("post_id").equals(stored(tmp_path / "b", [*edited[:40], *posts[40:]]))
    assert (unsettled(lake), lake.rows(MOVED)) == ([], 0)


def test_nothing_is_written_where_nothing_is_new(tmp_path: Path) -> None:
    posts = scattered(60, Random(7))
    lake = Lake(tmp_path)
    store(PostTable(lake), posts)
    versions = lake.versions(["posts", SIGNATURES])
    report = store(PostTable(lake), posts)
    assert (report.new, report.changed, report.unchanged) == (0, 0, 60)
    assert lake.versions(["posts", SIGNATURES]) == versions


def test_signatures_hold_no_text_and_no_author(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    PostTable(lake).store([post(1, "Une robe longue en lin lavé pour cet été", author="zoe")])
    kept = str(lake.read(SIGNATURES).rows())
    assert "robe" not in kept
    assert "zoe" not in kept
