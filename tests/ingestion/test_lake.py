"""The lake: atomic writes, merges that change only what differs, older versions, one writer at a time, erasure."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from ingestion.errors import ContractError, LakeError, TableMissingError
from ingestion.lake import Lake, MergeCounts


def _rows(*rows: tuple[str, int | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"id": pl.String, "units": pl.Int64}, orient="row")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_missing_table_is_named_with_what_to_do(lake: Lake) -> None:
    assert not lake.exists("sales")
    assert lake.tables() == []
    assert lake.versions(["sales"]) == {}
    for ask in (lake.read, lake.version, lake.uris, lake.rows):
        with pytest.raises(TableMissingError, match=r'"sales".*reassort import sales'):
            ask("sales")


def test_a_table_that_cannot_be_written_or_read_is_named(lake: Lake, tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir(exist_ok=True)
    (tmp_path / "lake" / "sales").touch()
    with pytest.raises(LakeError, match=r'Table "sales" failed: .*Check room and rights at .*lake/sales') as caught:
        lake.append("sales", pl.DataFrame({"id": ["a"]}))
    assert "\n" not in str(caught.value)
    lake.append("stock", pl.DataFrame({"id": ["a"]}))
    next((tmp_path / "lake" / "stock" / "_delta_log").glob("*.json")).write_text("no log")
    with pytest.raises(LakeError, match='Table "stock"'):
        lake.read("stock")


def test_a_folder_that_may_not_be_read_is_not_taken_for_none(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    lake.append("sales", pl.DataFrame({"id": ["a"]}))
    monkeypatch.setattr("ingestion.lake.os.scandir", refused)
    for ask in (lake.exists, lake.read, lake.uris):
        with pytest.raises(LakeError, match="Permission denied"):
            ask("sales")
    monkeypatch.setattr("ingestion.lake.os.listdir", refused)
    with pytest.raises(PermissionError):
        lake.tables()


def test_a_folder_that_delta_lake_panics_over_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match=r"lake \[1\]"):
        Lake(tmp_path / "lake [1]").append("sales", _rows(("a", 1)))


@pytest.mark.parametrize("folder", ["with space", "été à l'Est", "100%", "a#b", "star*"])
def test_a_folder_may_have_any_name(tmp_path: Path, folder: str) -> None:
    lake = Lake(tmp_path / folder / "lake")
    lake.append("sales", _rows(("a", 1)))
    lake.merge("sales", _rows(("a", 2), ("b", 1)), key=["id"])
    assert lake.read("sales").sort("id").rows() == [("a", 2), ("b", 1)]
    assert lake.holds("sales", 0)
    lake.forget_history("sales")
    assert lake.rows("sales") == 2
    assert not lake.holds("sales", 0)


def test_append_adds_rows_and_a_version(lake: Lake) -> None:
    assert lake.append("t", _rows(("a", 1))) == 0
    assert lake.append("t", _rows(("b", 2))) == 1
    assert lake.read("t").sort("id").rows() == [("a", 1), ("b", 2)]
    assert lake.read("t", version=0).rows() == [("a", 1)]
    assert (lake.tables(), lake.rows("t"), lake.versions(["t", "none"])) == (["t"], 2, {"t": 1})


@pytest.mark.parametrize(
    ("rows", "counts", "commits"),
    [
        (_rows(("a", 1), ("b", None)), MergeCounts(inserted=0, updated=0, unchanged=2), 0),
        (_rows(("c", 3)), MergeCounts(inserted=1, updated=0, unchanged=0), 1),
        (_rows(("a", 9)), MergeCounts(inserted=0, updated=1, unchanged=0), 1),
        (_rows(("a", None), ("b", 2), ("c", 3)), MergeCounts(inserted=1, updated=2, unchanged=0), 1),
        (_rows(), MergeCounts(inserted=0, updated=0, unchanged=0), 0),
    ],
    ids=["the same", "new", "changed", "all kinds, to and from null", "nothing"],
)
def test_merge_writes_only_what_differs(lake: Lake, rows: pl.DataFrame, counts: MergeCounts, commits: int) -> None:
    lake.append("t", _rows(("a", 1), ("b", None)))
    assert lake.merge("t", rows, key=["id"]) == counts
    assert lake.version("t") == commits
    expected = {"a": 1, "b": None} | dict(rows.iter_rows())
    assert dict(lake.read("t").iter_rows()) == expected


@pytest.mark.parametrize("changed", [3, 1200])
def test_a_merge_of_few_and_of_many_rows_leaves_the_others_as_they_are(lake: Lake, changed: int) -> None:
    rows = pl.DataFrame({"id": [f"it's {n}" for n in range(3000)], "units": range(3000)})
    for part in rows.iter_slices(1000):
        lake.append("t", part)
    changes = rows.sample(changed, seed=1).with_columns(pl.col("units") + 10_000)
    new = pl.DataFrame({"id": ["new"], "units": [None]}, schema=rows.schema)
    counts = lake.merge("t", pl.concat([changes, new]), key=["id"])
    assert counts == MergeCounts(inserted=1, updated=changed, unchanged=0)
    assert lake.version("t") == 3
    expected = pl.concat([rows.update(changes, on="id", how="left"), new]).sort("id")
    assert lake.read("t").sort("id").equals(expected)


def test_merge_of_a_table_that_is_all_key(lake: Lake) -> None:
    ids = pl.DataFrame({"id": ["a", "b"]})
    lake.merge("t", ids, key=["id"])
    counts = lake.merge("t", pl.DataFrame({"id": ["b", "c"]}), key=["id"])
    assert counts == MergeCounts(inserted=1, updated=0, unchanged=1)


def test_merge_refuses_a_key_that_occurs_twice(lake: Lake) -> None:
    with pytest.raises(ContractError, match="occurs twice"):
        lake.merge("t", _rows(("a", 1), ("a", 2)), key=["id"])
    assert not lake.exists("t")


def test_merges_from_many_threads_insert_each_key_once(lake: Lake) -> None:
    with ThreadPoolExecutor(6) as pool:
        counts = list(pool.map(lambda _: lake.merge("t", _rows(("a", 1), ("b", 2)), key=["id"]), range(6)))
    assert sum(count.inserted for count in counts) == 2
    assert lake.rows("t") == 2


def test_replacing_a_day_leaves_the_others(lake: Lake) -> None:
    def rows(day: int, *units: int) -> pl.DataFrame:
        days = [date(2026, 3, day)] * len(units)
        return pl.DataFrame({"as_of": days, "units": units}, schema={"as_of": pl.Date, "units": pl.Int64})

    lake.replace_day("f", rows(1, 1, 2), as_of=date(2026, 3, 1))
    lake.replace_day("f", rows(2, 5), as_of=date(2026, 3, 2))
    lake.replace_day("f", rows(1, 7), as_of=date(2026, 3, 1))
    assert sorted(lake.read("f")["units"]) == [5, 7]
    lake.replace_day("f", rows(1), as_of=date(2026, 3, 1))
    assert lake.read("f")["units"].to_list() == [5]


def test_erased_rows_are_in_no_file_any_more(lake: Lake, tmp_path: Path) -> None:
    lake.append("posts", _rows(("erased-author", 1)))
    lake.append("posts", _rows(("other", 2)))
    assert lake.erase("posts", "id = 'erased-author'") == 1
    assert lake.read("posts").rows() == [("other", 2)]
    files = [path for path in (tmp_path / "lake").rglob("*") if path.is_file()]
    assert not any(b"erased-author" in path.read_bytes() for path in files if path.suffix == ".parquet")


def test_table_with_all_rows_erased_keeps_its_columns(lake: Lake) -> None:
    lake.append("t", _rows(("a", 1)))
    lake.erase("t", "units = 1")
    assert lake.read("t", columns=["units"]).schema == {"units": pl.Int64}
    assert lake.merge("t", _rows(("a", 1)), key=["id"]).inserted == 1


def test_columns_read_are_those_asked_for(lake: Lake) -> None:
    lake.append("t", _rows(("a", 1)))
    assert lake.read("t", columns=["units"]).rows() == [(1,)]
