"""People taken out of the lake: every table, every version, every line of the log."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from ingestion.lake import Lake
from ingestion.privacy.erasure import Wanted, erase_from_tables, posts_of, traces_of
from ingestion.privacy.holdings import HOLDINGS, personal_tables, tables_of
from ingestion.pseudonymise.content import content_hash
from ingestion.pseudonymise.stored import posts_from_frame, posts_to_frame
from tests.ingestion.privacy.posts import ANNE, BOB, CLARA, post, post_id

POSTS = [
    post(1, ANNE, "The green linen trousers of spring are back"),
    post(2, ANNE, "Nobody sells corduroy skirts in my size anywhere", source="social"),
    post(3, BOB, f"I agree with @{ANNE} about linen, and with @{CLARA}"),
    post(4, CLARA, "The green linen trousers of spring are back", duplicate_of=post_id(1)),
    post(5, BOB, f"@{ANNE} knows", source="social"),
]
_SECRET = "zebra_note_of_a_commit"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    for one in POSTS:
        lake.append("posts", posts_to_frame([one]), note=f"{_SECRET} {one.author}")
    lake.append("mentions", _rows(("post_id", "author", "source", "term_id"), [
        (post_id(1), ANNE, "forum", "linen"), (post_id(3), BOB, "forum", "linen"),
    ]))  # fmt: skip
    lake.append("watermarks", _rows(("source", "last_post_id"), [("forum", post_id(1)), ("social", post_id(5))]))
    lake.append("sales", _rows(("sku_id",), [("A",)]))
    return lake


def _rows(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def _forget(lake: Lake, author: str, source: str = "") -> None:
    posts = posts_of(lake, [author], source)
    wanted = Wanted(tokens=(author,), source=source, post_ids=tuple(posts["post_id"]))
    erase_from_tables(lake, wanted, traces_of(lake, posts, wanted))


def _bytes(lake: Lake) -> bytes:
    """Every file of the lake, its columns unpacked."""
    data = b""
    for path in Path(lake.url).rglob("*"):
        if path.is_file():
            data += path.read_bytes()
            if path.suffix == ".parquet":
                data += str(pl.read_parquet(path).to_dicts()).encode()
    return data


def test_posts_and_rows_about_them_go(lake: Lake) -> None:
    _forget(lake, ANNE)
    assert sorted(lake.read("posts")["post_id"]) == [post_id(3), post_id(4), post_id(5)]
    assert lake.read("mentions")["author"].to_list() == [BOB]
    assert dict(lake.read("watermarks").iter_rows()) == {"forum": "", "social": post_id(5)}


def test_no_byte_of_versions_statistics_or_notes_is_left(lake: Lake) -> None:
    assert ANNE.encode() in _bytes(lake)
    _forget(lake, ANNE)
    left = _bytes(lake)
    for needle in (ANNE, post_id(1), post_id(2), "corduroy", _SECRET):
        assert needle.encode() not in left, needle
    assert CLARA.encode() in left


def test_mentions_become_nobody_and_the_hash_fits(lake: Lake) -> None:
    _forget(lake, ANNE)
    third = next(one for one in posts_from_frame(lake.read("posts")) if one.post_id == post_id(3))
    assert third.text == f"I agree with [name] about linen, and with @{CLARA}"
    assert third.content_hash == content_hash(vars(third))


def test_a_copy_of_what_went_is_the_first(lake: Lake) -> None:
    _forget(lake, ANNE)
    copies = lake.read("posts").filter(pl.col("post_id") == post_id(4))
    assert copies["duplicate_of"].to_list() == [""]


def test_one_source_alone(lake: Lake) -> None:
    _forget(lake, ANNE, "social")
    kept = {one.post_id: one for one in posts_from_frame(lake.read("posts"))}
    assert sorted(kept) == [post_id(1), post_id(3), post_id(4), post_id(5)]
    assert kept[post_id(1)].author == ANNE
    assert ANNE in kept[post_id(3)].text
    assert kept[post_id(5)].text == "[name] knows"
    assert lake.read("mentions").height == 2


def test_a_table_that_nobody_declared_is_looked_through(lake: Lake) -> None:
    rows = pl.DataFrame(
        {
            "name": ["x", "y"],
            "said_by": [f"{ANNE} and {BOB}", BOB],
            "posts": [[post_id(1), post_id(3)], [post_id(3)]],
            "raw": [f"<{ANNE}>".encode(), b"\xff\xfe"],
        }
    )
    lake.append("brand_new", rows.drop("raw"))
    assert "brand_new" not in HOLDINGS
    assert "brand_new" in personal_tables(lake)
    _forget(lake, ANNE)
    assert lake.read("brand_new")["said_by"].to_list() == [f"[name] and {BOB}", BOB]
    assert lake.read("brand_new")["posts"].to_list() == [["", post_id(3)], [post_id(3)]]


def test_binary_columns_are_searched(lake: Lake) -> None:
    rows = pl.DataFrame({"post_id": [post_id(1), post_id(3)], "signature": [b"\xff\xfe", post_id(3).encode()]})
    lake.append("signed", rows)
    _forget(lake, ANNE)
    assert lake.read("signed")["post_id"].to_list() == [post_id(3)]


def test_again_changes_nothing(lake: Lake) -> None:
    _forget(lake, ANNE)
    before = {table: lake.read(table) for table in tables_of(lake)}
    _forget(lake, ANNE)
    for table, frame in before.items():
        assert lake.read(table).sort(frame.columns[0]).equals(frame.sort(frame.columns[0])), table


def test_tables_without_people_keep_their_history(lake: Lake) -> None:
    lake.append("sales", _rows(("sku_id",), [("B",)]))
    _forget(lake, ANNE)
    assert lake.read("sales", version=0).height == 1


def test_history_goes_and_writing_goes_on(lake: Lake) -> None:
    lake.forget_history("posts")
    version = lake.version("posts")
    lake.merge("posts", posts_to_frame([post(9, BOB, "More")]), key=["post_id"])
    assert lake.version("posts") == version + 1
    assert lake.rows("posts") == len(POSTS) + 1
    assert lake.read("posts", version=version).height == len(POSTS)
