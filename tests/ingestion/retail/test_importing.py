"""Importing files: every row is kept, merged or rejected with a reason; twice is once; killed is not half."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.errors import DoubledRowsError, MappingError, ReadError
from ingestion.lake import Lake
from ingestion.retail.importing import ImportReport, import_table
from ingestion.retail.mapping import Mapping, load_mapping

HEADER = "id;date;store;sku;units;amount;cur"
SALES = Mapping.model_validate(
    {
        "table": "sales",
        "format": {"decimal": ",", "thousands": " "},
        "columns": {
            "sale_line_id": "id",
            "date": {"column": "date", "date_formats": ["%d/%m/%Y"]},
            "location_id": "store",
            "sku_id": "sku",
            "units": "units",
            "revenue": "amount",
            "currency": "cur",
        },
    }
)
GOOD = "1;31/01/2025;L1;S1;2;1 234,50;EUR"


def _file(folder: Path, rows: Sequence[str], name: str = "sales.csv", header: str = HEADER) -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def _import(folder: Path, rows: Sequence[str], mapping: Mapping = SALES) -> tuple[ImportReport, pl.DataFrame]:
    lake = Lake(folder / "lake")
    report = import_table(lake, _file(folder, rows), "sales", mapping=mapping)
    table = lake.read("sales") if lake.exists("sales") else pl.DataFrame()
    return report, table


def _with(mapping: Mapping, **changes: object) -> Mapping:
    return Mapping.model_validate(mapping.model_dump() | changes)


def _without(column: str) -> Mapping:
    return _with(SALES, columns={name: spec for name, spec in SALES.columns.items() if name != column})


def test_good_row_is_kept_in_the_types_of_the_contract(tmp_path: Path) -> None:
    report, table = _import(tmp_path, [GOOD])
    assert table.rows() == [("1", date(2025, 1, 31), "L1", "S1", 2, 1234.5, "EUR")]
    assert (report.rows_read, report.kept, report.merged, report.rejected) == (1, 1, 0, 0)
    assert report.rejects_path is None
    assert report.summary() == "sales.csv: 1 rows read, 1 kept, 0 merged, 0 rejected."


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        ("1;31/02/2025;L1;S1;2;1,0;EUR", "date", "31/02/2025", "no such day"),
        ("1;2025-01-31;L1;S1;2;1,0;EUR", "date", "2025-01-31", "no date of the form %d/%m/%Y"),
        ("1;31/01/25;L1;S1;2;1,0;EUR", "date", "31/01/25", "a year that cannot be"),
        ("1;;L1;S1;2;1,0;EUR", "date", "", "no value where one is needed"),
        ("1;31/01/2025;L1;S1;two;1,0;EUR", "units", "two", 'no number with the decimal sign ","'),
        ("1;31/01/2025;L1;S1;2,5;1,0;EUR", "units", "2,5", "a fraction where a whole number is needed"),
        ("1;31/01/2025;L1;S1;2;1.5;EUR", "amount", "1.5", 'no number with the decimal sign ","'),
        ("1;31/01/2025;L1;S1;2;12 34,0;EUR", "amount", "12 34,0", 'no number with the decimal sign ","'),
        ("1;31/01/2025;L1;;2;1,0;EUR", "sku", "", "no value where one is needed"),
        ("1;31/01/2025;L1;3,61E+12;2;1,0;EUR", "sku", "3,61E+12", "an id that a spreadsheet shortened"),
        ("1;31/01/2025;L1;S1;2;1,0;euros", "cur", "euros", "not upper-case letters of the right number"),
        ("1;31/01/2025;L1;S1;2;1,0", "", "1,31/01/2025,L1,S1,2,1,0", "6 fields where the header has 7"),
        ("1;31/01/2025;L1;S1;2;1,0;EUR;x", "", "1,31/01/2025,L1,S1,2,1,0,EUR,x", "8 fields where the header has 7"),
    ],
    ids=[
        "day that does not exist",
        "date of another form",
        "two-digit year",
        "no date",
        "word for a number",
        "half a unit",
        "wrong decimal sign",
        "wrong thousands",
        "no sku",
        "shortened id",
        "currency in words",
        "too few fields",
        "too many fields",
    ],
)
def test_bad_row_is_rejected_by_name(tmp_path: Path, row: str, column: str, value: str, reason: str) -> None:
    report, table = _import(tmp_path, [GOOD.replace("1;", "9;", 1), row])
    (reject,) = report.rejects
    assert (reject.row, reject.column, reject.value) == (3, column, value)
    assert reject.reason.startswith(reason)
    assert reject.remedy
    assert table["sale_line_id"].to_list() == ["9"]
    assert (report.rows_read, report.kept, report.rejected) == (2, 1, 1)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("12", 12.0),
        ("1 234,5", 1234.5),
        ("1\u202f234,5", 1234.5),
        ("-12,5", -12.5),
        ("12,5-", -12.5),
        ("(12,5)", -12.5),
        ("12,50 €", 12.5),
        ("€ 12,50", 12.5),
        (",5", 0.5),
        ("20 %", 0.2),
    ],
)
def test_numbers_are_read_as_people_write_them(tmp_path: Path, amount: str, expected: float) -> None:
    _, table = _import(tmp_path, [f"1;31/01/2025;L1;S1;2;{amount};EUR"])
    assert table["revenue"].to_list() == [expected]


def test_every_bad_column_of_a_row_is_named(tmp_path: Path) -> None:
    report, _ = _import(tmp_path, ["1;31/02/2025;L1;S1;two;1.5;EUR"])
    assert [reject.column for reject in report.rejects] == ["date", "units", "amount"]
    assert report.rejected == 1


def test_rejects_file_keeps_the_row_as_it_stood(tmp_path: Path) -> None:
    report, _ = _import(tmp_path, [GOOD, "2;31/02/2025;L1;S1;two; 1.5;EUR"])
    assert report.rejects_path == tmp_path / "sales.rejects.csv"
    (line,) = pl.read_csv(report.rejects_path, infer_schema=False).rows(named=True)
    assert (line["reject_row"], line["reject_column"]) == ("3", "date | units | amount")
    assert line["reject_value"] == "31/02/2025 | two | 1.5"
    assert [line[name] for name in HEADER.split(";")] == ["2", "31/02/2025", "L1", "S1", "two", " 1.5", "EUR"]
    assert report.summary() == (
        "sales.csv: 2 rows read, 1 kept, 0 merged, 1 rejected (sales.rejects.csv)."
        ' First: row 3, column "date", "31/02/2025": no such day.'
    )


def test_rejects_file_goes_when_the_rows_are_corrected(tmp_path: Path) -> None:
    first, _ = _import(tmp_path, ["1;31/02/2025;L1;S1;2;1,0;EUR"])
    assert first.rejects_path is not None
    second, _ = _import(tmp_path, [GOOD])
    assert second.rejects_path is None
    assert not first.rejects_path.exists()


def test_rejects_of_two_tables_from_one_file_do_not_overwrite_each_other(tmp_path: Path) -> None:
    sales, _ = _import(tmp_path, ["1;31/02/2025;L1;;2;1,0;EUR"])
    skus = Mapping.model_validate({"table": "skus", "columns": {"sku_id": "sku", "product_id": "sku"}})
    report = import_table(Lake(tmp_path / "lake"), tmp_path / "sales.csv", "skus", mapping=skus)
    assert report.rejects_path == tmp_path / "sales.skus.rejects.csv"
    assert sales.rejects_path == tmp_path / "sales.rejects.csv"
    again, _ = _import(tmp_path, ["1;31/02/2025;L1;;2;1,0;EUR"])
    assert again.rejects_path == sales.rejects_path


def test_rejects_away_from_the_file_leave_unmapped_columns_behind(tmp_path: Path) -> None:
    path = _file(tmp_path, ["1;31/02/2025;L1;S1;2;1,0;EUR;Anna Muster"], header=f"{HEADER};customer")
    report = import_table(Lake(tmp_path / "lake"), path, "sales", mapping=SALES, rejects_dir=tmp_path / "rejects")
    assert report.rejects_path == tmp_path / "rejects" / "sales.rejects.csv"
    text = report.rejects_path.read_text(encoding="utf-8")
    assert "31/02/2025" in text
    assert "Muster" not in text


def test_copies_merge_and_the_last_row_of_a_key_wins(tmp_path: Path) -> None:
    report, table = _import(tmp_path, [GOOD, GOOD, GOOD.replace(";2;", ";5;")])
    assert table["units"].to_list() == [5]
    assert (report.rows_read, report.kept, report.merged, report.overtaken) == (3, 1, 2, 1)


def test_importing_again_makes_no_new_version(tmp_path: Path) -> None:
    first, table = _import(tmp_path, [GOOD, GOOD.replace("1;", "2;", 1)])
    again, same = _import(tmp_path, [GOOD, GOOD.replace("1;", "2;", 1)])
    assert (first.inserted, again.inserted, again.unchanged) == (2, 0, 2)
    assert again.version == first.version == 0
    assert same.equals(table)
    assert again.summary().endswith("Nothing new in it.")


def test_a_corrected_row_updates_its_line(tmp_path: Path) -> None:
    _import(tmp_path, [GOOD, GOOD.replace("1;", "2;", 1)])
    report, table = _import(tmp_path, [GOOD.replace(";2;", ";3;"), GOOD.replace("1;", "2;", 1)])
    assert (report.inserted, report.updated, report.unchanged) == (0, 1, 1)
    assert dict(table.select("sale_line_id", "units").iter_rows()) == {"1": 3, "2": 2}


NO_ID = _without("sale_line_id")


@pytest.mark.parametrize(("duplicates", "kept"), [("merge", 2), ("keep", 3)])
def test_lines_without_an_id_get_the_same_one_each_time(tmp_path: Path, duplicates: str, kept: int) -> None:
    rows = [GOOD, GOOD, GOOD.replace(";2;", ";5;")]
    mapping = _with(NO_ID, duplicates=duplicates)
    first, table = _import(tmp_path, rows, mapping)
    again, same = _import(tmp_path, rows, mapping)
    assert (first.kept, first.inserted, again.unchanged) == (kept, kept, kept)
    assert table["sale_line_id"].n_unique() == kept
    assert same.equals(table)


def test_made_ids_do_not_depend_on_the_form_of_the_file(tmp_path: Path) -> None:
    _, table = _import(tmp_path, [GOOD], NO_ID)
    frame = pl.DataFrame(
        {"date": [date(2025, 1, 31)], "store": ["L1"], "sku": ["S1"], "units": [2], "amount": [1234.5]}
    )
    frame.with_columns(cur=pl.lit("EUR")).write_parquet(tmp_path / "sales.parquet")
    report = import_table(Lake(tmp_path / "lake"), tmp_path / "sales.parquet", "sales", mapping=NO_ID)
    assert (report.unchanged, report.inserted) == (1, 0)
    assert table.height == 1


@pytest.mark.parametrize("made", [{}, {"sale_line_id": {"hash": ["date", "sku", "units"]}}], ids=["default", "hash"])
def test_made_ids_differ_between_files_of_two_stores(tmp_path: Path, made: dict[str, object]) -> None:
    for store in ("L1", "L2"):
        columns = {**NO_ID.columns, **made, "location_id": {"constant": store}}
        _, table = _import(tmp_path, [GOOD], _with(NO_ID, columns=columns))
    assert sorted(table["location_id"]) == ["L1", "L2"]


@pytest.mark.parametrize(
    ("returns", "row", "expected"),
    [
        (None, "1;31/01/2025;L1;S1;-2;-10,0;EUR", (-2, -10.0)),
        (None, "1;31/01/2025;L1;S1;-2;10,0;EUR", (-2, -10.0)),
        ({"column": "id", "prefix": "C"}, "C1;31/01/2025;L1;S1;2;10,0;EUR", (-2, -10.0)),
        ({"column": "id", "prefix": "C"}, "1;31/01/2025;L1;S1;2;10,0;EUR", (2, 10.0)),
        ({"column": "cur", "values": ["eur"]}, "1;31/01/2025;L1;S1;2;10,0;EUR", (-2, -10.0)),
    ],
    ids=["signed", "units alone signed", "marked by prefix", "not marked", "marked by a column"],
)
def test_returns_are_negative(
    tmp_path: Path, returns: dict[str, object] | None, row: str, expected: tuple[int, float]
) -> None:
    _, table = _import(tmp_path, [row], _with(SALES, returns=returns))
    assert table.select("units", "revenue").row(0) == expected


def test_revenue_comes_from_a_unit_price(tmp_path: Path) -> None:
    mapping = _with(SALES, columns={**SALES.columns, "revenue": {"unit_price": "amount"}})
    _, table = _import(tmp_path, ["1;31/01/2025;L1;S1;3;2,55;EUR", "2;31/01/2025;L1;S1;-3;2,55;EUR"], mapping)
    assert table.sort("sale_line_id")["revenue"].to_list() == [7.65, -7.65]


@pytest.mark.parametrize(
    ("rule", "skipped"),
    [
        ({"equals": ["port"]}, "PORT"),
        ({"matches": "^PO"}, "PORT"),
        ({"matches_not": "^S"}, "PORT"),
        ({"empty": True}, ""),
    ],
    ids=["equals", "matches", "matches not", "empty"],
)
def test_skipped_rows_count_as_rejected_with_their_reason(
    tmp_path: Path, rule: dict[str, object], skipped: str
) -> None:
    mapping = _with(SALES, skip_when=[{"column": "sku", "reason": "postage", **rule}])
    report, table = _import(tmp_path, [GOOD, f"2;31/02/2025;L1;{skipped};2;1,0;EUR"], mapping)
    assert [(reject.row, reject.column, reject.reason) for reject in report.rejects] == [(3, "sku", "postage")]
    assert table["sale_line_id"].to_list() == ["1"]


def test_rows_at_or_below_a_number_are_skipped(tmp_path: Path) -> None:
    mapping = _with(SALES, skip_when=[{"column": "amount", "reason": "no price", "at_most": 0}])
    report, _ = _import(tmp_path, [GOOD, GOOD.replace("1 234,50", "0,00"), GOOD.replace("1 234,50", "x")], mapping)
    assert [reject.reason[:9] for reject in report.rejects] == ["no price", "no number"]


def test_values_are_translated_joined_and_filled_in(tmp_path: Path) -> None:
    path = _file(tmp_path, ["12;a;MAGASIN;;fr"], header="nr;part;type;city;land")
    mapping = Mapping.model_validate(
        {
            "table": "locations",
            "columns": {
                "location_id": {"columns": ["part", "nr"], "separator": "_"},
                "name": {"constant": "Lyon"},
                "kind": {"column": "type", "translate": {"Magasin": "store"}},
                "city": {"column": "city", "default": "?"},
                "country": "land",
            },
        }
    )
    lake = Lake(tmp_path / "lake")
    import_table(lake, path, "locations", mapping=mapping)
    assert lake.read("locations").row(0)[:5] == ("a_12", "Lyon", "store", "?", "FR")


@pytest.mark.parametrize(("today", "kept"), [(date(2025, 1, 29), 0), (date(2025, 1, 30), 1), (None, 1)])
def test_what_has_not_come_yet_has_not_been_sold(tmp_path: Path, today: date | None, kept: int) -> None:
    path = _file(tmp_path, [GOOD])  # of 31 January: somewhere the day of `today` is over
    report = import_table(Lake(tmp_path / "lake"), path, "sales", mapping=SALES, today=today)
    assert report.kept == kept
    assert [reject.reason for reject in report.rejects] == ["a day that has not come yet"] * (1 - kept)


def test_mapping_that_does_not_fit_changes_nothing(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    path = _file(tmp_path, [GOOD], header=HEADER.replace("amount", "amont"))
    with pytest.raises(MappingError, match=r"no column 'amount'.*'amont'.*Did you mean 'amont'"):
        import_table(lake, path, "sales", mapping=SALES)
    with pytest.raises(MappingError, match="for sales, not stock"):
        import_table(lake, path, "stock", mapping=SALES)
    with pytest.raises(MappingError, match=r"leaves out \"currency\" \(ISO 4217 code\)"):
        import_table(lake, _file(tmp_path, [GOOD]), "sales", mapping=_without("currency"))
    with pytest.raises(ReadError, match="is not there"):
        import_table(lake, tmp_path / "other.csv", "sales", mapping=SALES)
    assert not lake.tables()


def test_file_with_only_a_header_imports_nothing(tmp_path: Path) -> None:
    report, _ = _import(tmp_path, [])
    assert (report.rows_read, report.kept, report.version) == (0, 0, None)


_CELL = st.sampled_from(
    ["1", "2", "3", "x", "", "31/01/2025", "31/02/2025", "S1", "1,5", "1 000", '"', "é;", "EUR", "\n"]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.one_of(st.just(GOOD.split(";")), st.lists(_CELL, min_size=6, max_size=8)), max_size=12))
def test_rows_read_are_kept_merged_or_rejected_and_twice_is_once(rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lines = [";".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows]
        report, table = _import(Path(folder), lines, NO_ID)
        again, same = _import(Path(folder), lines, NO_ID)
        assert report.rows_read == report.kept + report.merged + report.rejected
        assert report.rows_read == sum(any(row) for row in rows)
        assert report.kept == table.height
        assert same.equals(table)
        assert (again.inserted, again.updated, again.version) == (0, 0, report.version)


_KILLED = """
import sys
from pathlib import Path
from ingestion.lake import Lake
from ingestion.retail.importing import import_table
from ingestion.retail.mapping import load_mapping
folder = Path(sys.argv[1])
print("started", flush=True)
import_table(Lake(folder / "lake"), folder / "sales.csv", "sales", mapping=load_mapping(folder / "map.yaml"))
"""


@pytest.mark.slow
def test_killed_import_run_again_gives_the_same_table(tmp_path: Path) -> None:
    rows = [f"{i};{1 + i % 28:02}/01/2025;L{i % 9};S{i % 700};{i % 4};{i % 50},5;EUR" for i in range(60_000)]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for folder in (whole, killed):
        folder.mkdir()
        _file(folder, [*rows, "x;31/02/2025;L1;S1;2;1,0;EUR"])
        (folder / "map.yaml").write_text(SALES.to_yaml(), encoding="utf-8")
    import_table(Lake(whole / "lake"), whole / "sales.csv", "sales", mapping=SALES)
    chance = random.Random(5)
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", _KILLED, str(killed)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.uniform(0.02, 0.5))
            process.kill()
    lake = Lake(killed / "lake")
    if lake.exists("sales"):
        assert lake.rows("sales") == 60_000
    import_table(lake, killed / "sales.csv", "sales", mapping=load_mapping(killed / "map.yaml"))
    assert lake.read("sales").equals(Lake(whole / "lake").read("sales"))
    assert lake.version("sales") == 0
    names = {path.name for path in killed.iterdir()}
    assert "sales.rejects.csv" in names


def test_file_imported_again_with_other_ids_is_refused_unless_asked_for(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    rows = [f"{number};31/01/2025;L1;S{number};2;10,0;EUR" for number in range(30)]
    path = _file(tmp_path, rows)
    import_table(lake, path, "sales", mapping=SALES)
    with pytest.raises(DoubledRowsError, match="100% of its new rows are in sales already"):
        import_table(lake, path, "sales", mapping=NO_ID)
    assert lake.rows("sales") == 30
    import_table(lake, path, "sales", mapping=NO_ID, allow_doubled=True)
    assert lake.rows("sales") == 60
