"""Records of delimited text: what a quote left open takes in is given back."""

from __future__ import annotations

import csv
import io

import pytest

from ingestion.retail import csv_records as module
from ingestion.retail.csv_records import BrokenRecord, csv_records

HEADER = ["id", "who", "text", "date"]
OPEN = "a quote is left open"
LOOSE = [["1", "a", 'It says\nhot" there', ' indeed"', "d"], [*"2btd"]]


def records(*lines: str, header_row: int = 1) -> list[list[str] | str]:
    text = io.StringIO("".join(f"{line}\n" for line in lines), newline="")
    found = csv_records(text, ",", header_row=header_row)
    return [record.reason if isinstance(record, BrokenRecord) else record for record in found]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (['1,a,"open,d', "2,b,t,d", "3,c,t,d"], [OPEN, [*"2btd"], [*"3ctd"]]),
        (['1,a,"open,d', "2,b,t,d", '3,c,"t",d'], [OPEN, [*"2btd"], [*"3ctd"]]),
        (['1,a,"open,d', "2,b,t,d", '3,c,"open,d', "4,e,t,d"], [OPEN, [*"2btd"], OPEN, [*"4etd"]]),
        (["1,a,t,d", '2,b,"open'], [[*"1atd"], OPEN]),
        (['1,a,"two', 'lines, ""whole""",d'], [["1", "a", 'two\nlines, "whole"', "d"]]),
        (['1,a,"5" heels",d', "2,b,t,d"], [["1", "a", '5 heels"', "d"], [*"2btd"]]),
        (['1,a,"It says', '"hot" there, indeed",d', "2,b,t,d"], LOOSE),
    ],
    ids=["to the end", "to the next quote", "to the next open one", "last row", "whole", "loose quote", "loose lines"],
)  # fmt: skip
def test_lines_below_a_quote_left_open_are_records_of_their_own(lines: list[str], expected: list[object]) -> None:
    assert records(",".join(HEADER), *lines) == [HEADER, *expected]


def test_the_header_may_stand_below_titles() -> None:
    found = records("Sales, 2026", ",".join(HEADER), '1,a,"open,d', '2,b,"t",d', header_row=2)
    assert found[1:] == [HEADER, OPEN, [*"2btd"]]


def test_a_value_that_is_too_long_is_the_only_one_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_VALUE", 10)
    found = records("id,text", "1,fits", f"2,{'x' * 11}", "3,fits")
    assert found == [["id", "text"], ["1", "fits"], "a value of more than 10 characters", ["3", "fits"]]


def test_well_formed_text_is_read_as_the_standard_library_reads_it() -> None:
    rows = [[str(n), 'say ""', "a\nb,c\r\nd", '"'] for n in range(50)]
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    text.seek(0)
    assert list(csv_records(text, ",")) == rows
