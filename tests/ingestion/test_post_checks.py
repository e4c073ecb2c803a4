"""Differences between posts, what is kept about them and the index: seen, named and mended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from ingestion.post_checks import check_posts, repair_posts
from tests.ingestion.test_pipeline import Home, many_posts, open_home
from vectorstore.encoder import HashEncoder


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    opened = open_home(tmp_path / "home")
    opened.ingest(*many_posts(60))
    yield opened
    opened.store.close()


def ids(home: Home) -> list[str]:
    return home.posts()["post_id"].to_list()


def lose_documents(home: Home) -> None:
    home.store.delete(ids(home)[:3])


def lose_posts(home: Home) -> None:
    home.lake.erase("posts", f"post_id = '{single(home)}'")


def single(home: Home) -> str:
    """A post that no other is a copy of."""
    posts = home.posts()
    alone = posts.filter(~pl.col("post_id").is_in(posts["duplicate_of"].to_list()), pl.col("duplicate_of") == "")
    return str(alone["post_id"][0])


def change_a_post(home: Home) -> None:
    row = home.posts().head(1).with_columns(content_hash=pl.lit("another"))
    home.lake.merge("posts", row, key=["post_id"])


def double_a_post(home: Home) -> None:
    home.lake.append("posts", home.posts().head(1))


def lose_an_original(home: Home) -> None:
    first = home.posts().filter(pl.col("duplicate_of") != "")["duplicate_of"][0]
    home.lake.erase("posts", f"post_id = '{first}'")


def lose_signatures(home: Home) -> None:
    home.lake.erase("post_signatures", f"post_id = '{ids(home)[0]}'")


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (lose_documents, {("index", "missing", 3)}),
        (
            lose_posts,
            {("index", "left_over", 1), ("post_signatures", "left_over", 1), ("post_digests", "left_over", 1)},
        ),
        (change_a_post, {("index", "outdated", 1), ("post_signatures", "outdated", 1)}),
        (double_a_post, {("posts", "doubled", 1)}),
        (lose_an_original, {("posts", "unknown_original", None)}),
        (lose_signatures, {("post_signatures", "missing", 1)}),
    ],
    ids=["documents gone", "a post gone", "a post changed", "a post twice", "an original gone", "a signature gone"],
)
def test_a_difference_is_seen_and_mended(
    home: Home, damage: object, expected: set[tuple[str, str, int | None]]
) -> None:
    assert check_posts(home.lake, home.store) == []
    damage(home)  # type: ignore[operator]
    found = check_posts(home.lake, home.store)
    seen = {(each.place, each.kind) for each in found}
    assert {(place, kind) for place, kind, _ in expected} <= seen
    counted = {(each.place, each.kind, each.count) for each in found}
    assert {each for each in expected if each[2] is not None} <= counted
    assert all(each.examples and each.examples[0] in each.summary() for each in found)
    repair_posts(home.lake, home.store, HashEncoder())
    assert check_posts(home.lake, home.store) == []
    assert home.posts()["post_id"].is_unique().all()


def test_a_workspace_without_posts_has_no_differences(tmp_path: Path) -> None:
    home = open_home(tmp_path / "empty")
    assert check_posts(home.lake, home.store) == []
    repair_posts(home.lake, home.store, HashEncoder())
    home.store.close()
