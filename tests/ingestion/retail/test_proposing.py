"""Files that come without a mapping: formats, columns and dates found out, and what cannot be is said."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pyarrow as pa
import pytest
import yaml

from ingestion.errors import MappingError, ReadError
from ingestion.lake import Lake
from ingestion.retail.contracts import CONTRACTS
from ingestion.retail.importing import import_table
from ingestion.retail.mapping import Mapping, load_mapping
from ingestion.retail.proposing import match_columns, propose, propose_mapping
from ingestion.retail.reading import find_sheet_header, read_rows

FRENCH = "Date de vente;Code magasin;Référence;Qté;Montant TTC;Devise\n31/01/2025;L1;S1;2;1 234,50;EUR\n"
ENGLISH = "Date,Store,SKU,Quantity,Unit Price,Currency\n01/31/2025,L1,S1,2,12.50,USD\n"
GERMAN = "Datum\tFiliale\tArtikelnummer\tMenge\tUmsatz\tWährung\n31.01.2025\tL1\tS1\t2\t1.234,50\tEUR\n"
ITALIAN = "Data scontrino|Negozio|Codice articolo|Quantità|Importo|Valuta\n2025-01-31|L1|S1|2|99,5|EUR\n"


@pytest.mark.parametrize(
    ("text", "encoding", "revenue"),
    [
        (FRENCH, "cp1252", 1234.5),
        (FRENCH, "utf-8-sig", 1234.5),
        (ENGLISH, "utf-8", 25.0),
        (GERMAN, "utf-16", 1234.5),
        (GERMAN, "latin-1", 1234.5),
        (ITALIAN, "utf-8", 99.5),
    ],
    ids=["French, Windows", "French, marked UTF-8", "English", "German, UTF-16", "German, Latin-1", "Italian"],
)
def test_sales_of_four_countries_import_without_a_mapping(
    tmp_path: Path, text: str, encoding: str, revenue: float
) -> None:
    (tmp_path / "export.csv").write_bytes(text.encode(encoding))
    lake = Lake(tmp_path / "lake")
    report = import_table(lake, tmp_path / "export.csv", "sales")
    assert report.kept == 1
    row = lake.read("sales").row(0, named=True)
    assert (row["date"], row["location_id"], row["sku_id"], row["units"]) == (date(2025, 1, 31), "L1", "S1", 2)
    assert row["revenue"] == revenue


@pytest.mark.parametrize("table", list(CONTRACTS))
def test_a_file_with_the_contract_s_own_names_maps_to_itself(table: str) -> None:
    names = [column.name for column in CONTRACTS[table].columns]
    assert match_columns(CONTRACTS[table], names) == {name: name for name in names}


@pytest.mark.parametrize(
    ("dates", "form"),
    [
        (["05/04/2025", "13/04/2025"], "%d/%m/%Y"),
        (["04/05/2025", "04/13/2025"], "%m/%d/%Y"),
        (["05/04/2025", "31/02/2025"], "%d/%m/%Y"),
        (["05/05/2025", "06/06/2025"], "%d/%m/%Y"),
        (["20250405", "20250406"], "%Y%m%d"),
        (["5.4.25", "13.4.25"], "%d.%m.%y"),
        (["2025-04-05T10:00:00Z"], "%Y-%m-%d"),
        (["05-Apr-2025"], "%d-%b-%Y"),
    ],
    ids=["day first", "month first", "day first by a wrong date", "both the same", "compact", "short", "ISO", "named"],
)
def test_form_of_dates_is_decided_by_the_dates(tmp_path: Path, dates: list[str], form: str) -> None:
    path = tmp_path / "stock.csv"
    path.write_text("date;store;sku;stock\n" + "".join(f"{day};L1;S1;1\n" for day in dates), encoding="utf-8")
    assert propose_mapping(path, "stock").columns["date"].date_formats == (form,)


def test_dates_that_can_be_read_two_ways_are_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "stock.csv"
    path.write_text("date;store;sku;stock\n05/04/2025;L1;S1;1\n", encoding="utf-8")
    with pytest.raises(MappingError, match="day first or month first: '05/04/2025' is 2025-04-05 or 2025-05-04"):
        propose_mapping(path, "stock")
    assert "day first or month first" in propose(path, "stock").to_yaml()


def test_dates_of_another_column_settle_what_one_leaves_open(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    header = "order number;store;sku;quantity;order date;expected date"
    path.write_text(f"{header}\n1;L1;S1;2;05/04/2025;13/04/2025\n", encoding="utf-8")
    mapping = propose_mapping(path, "inbound")
    assert mapping.columns["ordered_on"].date_formats == ("%d/%m/%Y",)


@pytest.mark.parametrize("price", ["1,234", "1.234"])
def test_numbers_that_can_be_read_two_ways_are_not_guessed(tmp_path: Path, price: str) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(f"style;country;from;price;currency\nP1;FR;2025-01-01;{price};EUR\n", encoding="utf-8")
    with pytest.raises(MappingError, match="can be thousands or have three decimals"):
        propose_mapping(path, "prices")


def test_missing_column_is_told_with_what_the_file_has(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(FRENCH.replace(";Devise", "").replace(";EUR", ""), encoding="utf-8")
    with pytest.raises(MappingError, match=r"no column found for currency \(ISO 4217 code\)") as raised:
        propose_mapping(path, "sales")
    assert "'Montant TTC'" in str(raised.value)
    assert "currency: {constant: VALUE}" in raised.value.remedy
    assert "# To add to columns: currency: ...   # ISO 4217 code" in propose(path, "sales").to_yaml()
    mapping = propose_mapping(path, "sales", constants={"currency": "EUR"})
    assert import_table(Lake(tmp_path / "lake"), path, "sales", mapping=mapping).kept == 1


def test_proposal_is_a_mapping_file_to_edit(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text(FRENCH, encoding="utf-8")
    mapping = propose_mapping(path, "sales")
    for text in (mapping.to_yaml(), propose(path, "sales").to_yaml()):
        (tmp_path / "map.yaml").write_text(text, encoding="utf-8")
        assert load_mapping(tmp_path / "map.yaml") == mapping


def test_kinds_and_countries_in_words_are_translated(tmp_path: Path) -> None:
    path = tmp_path / "magasins.csv"
    path.write_text(
        "code magasin;nom;type;ville;pays\nL1;Lyon;Boutique;Lyon;France\nW;Dépôt;Entrepôt;Milan;Italie\n", "utf-8"
    )
    lake = Lake(tmp_path / "lake")
    import_table(lake, path, "locations")
    assert lake.read("locations").select("kind", "country").rows() == [("store", "FR"), ("warehouse", "IT")]


def test_a_ticket_number_that_repeats_is_no_line_id(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    body = "T1,2025-01-31,L1,S1,2,9.5,EUR\nT1,2025-01-31,L1,S2,1,5.5,EUR\n"
    path.write_text("transaction id,date,store,sku,quantity,amount,currency\n" + body, encoding="utf-8")
    proposal = propose(path, "sales")
    assert "sale_line_id" not in proposal.columns
    assert any("'transaction id' repeats" in note for note in proposal.notes)
    assert import_table(Lake(tmp_path / "lake"), path, "sales").kept == 2


def _workbook(path: Path, titles: int = 0) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    rows: list[list[object]] = [["Date", "Magasin", "Référence", "Qté", "CA", "Devise"]]
    rows += [[date(2025, 1, 31), "L1", "007", 2, 12.5, "EUR"], [None] * 6]
    rows += [["31/02/2025", "L1", "008", 2.5, "12,5", "EUR"]]
    for row in [[f"Ventes {number}", None] for number in range(titles)] + rows:
        sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("titles", [[], [["Sales of October"], []]], ids=["bare", "titled"])
def test_a_workbook_of_a_data_frame_names_all_columns_but_its_index(tmp_path: Path, titles: list[list[str]]) -> None:
    book = openpyxl.Workbook()
    rows = [[None, "date", "store"], [0, "2026-10-01", "lyon"], [1, "2026-10-02", "nice"]]
    for row in [*titles, *rows]:
        book.worksheets[0].append(row)
    book.save(tmp_path / "frame.xlsx")
    assert find_sheet_header(tmp_path / "frame.xlsx") == len(titles) + 1


def test_workbook_keeps_cell_types_and_names_bad_cells(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    report = import_table(lake, _workbook(tmp_path / "ventes.xlsx"), "sales")
    assert lake.read("sales").select("date", "sku_id", "units", "revenue").rows() == [
        (date(2025, 1, 31), "007", 2, 12.5)
    ]
    assert [(reject.row, reject.column, reject.value) for reject in report.rejects] == [
        (4, "Date", "31/02/2025"),
        (4, "Qté", "2.5"),
    ]
    assert (report.rows_read, report.rejected) == (2, 1)


def test_titles_above_the_table_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "titled.csv").write_text(f"Ventes\n\n{FRENCH}", encoding="utf-8")
    lake = Lake(tmp_path / "lake")
    assert import_table(lake, tmp_path / "titled.csv", "sales").kept == 1
    report = import_table(lake, _workbook(tmp_path / "titled.xlsx", titles=2), "sales")
    assert (report.rejects[0].row, report.kept) == (6, 1)


def test_compressed_and_typed_files_give_the_same_rows(tmp_path: Path) -> None:
    (tmp_path / "plain.csv").write_text(ENGLISH, encoding="utf-8")
    (tmp_path / "small.csv.gz").write_bytes(gzip.compress(ENGLISH.encode()))
    with pa.output_stream(str(tmp_path / "small.csv.zst"), compression="zstd") as out:
        out.write(ENGLISH.encode())
    row = {"Date": date(2025, 1, 31), "Store": "L1", "SKU": "S1", "Quantity": 2, "Unit Price": 12.5, "Currency": "USD"}
    pl.DataFrame([row]).write_parquet(tmp_path / "typed.parquet")
    lake = Lake(tmp_path / "lake")
    kept = [
        import_table(lake, tmp_path / name, "sales").inserted
        for name in ("plain.csv", "small.csv.gz", "small.csv.zst", "typed.parquet")
    ]
    assert kept == [1, 0, 0, 0]


def test_rows_keep_their_number_over_blank_lines_and_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text('a,b,a\n1,"x\ny",2\n\n,,\n3,z,4\n', encoding="utf-8")
    rows = read_rows(path)
    assert rows.columns == ["a", "b", "a (2)"]
    assert rows.frame.rows() == [(2, "1", "x\ny", "2"), (5, "3", "z", "4")]


def test_bytes_that_are_not_the_encoding_reject_their_row_alone(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_bytes("a,b\nété,1\n".encode() + b"c\xf4te,2\n" + "maïs,3\n".encode())
    rows = read_rows(path)
    assert rows.frame["a"].to_list() == ["été", "maïs"]
    assert rows.broken.select("row", "column", "reason").rows() == [(3, "a", "bytes that are no utf-8")]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("empty.csv", b"", "has no header row"),
        ("sales.pdf", b"%PDF", ".pdf files cannot be read"),
        ("broken.parquet", b"PAR1", "is not a whole Parquet file"),
        ("broken.xlsx", b"PK", "is no workbook that can be read"),
        ("broken.csv.gz", b"\x1f\x8b\x08", "cannot be"),
        ("broken.csv.zst", b"no zstd", "cannot be"),
    ],
)
def test_file_that_cannot_be_read_is_named_with_a_remedy(
    tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ReadError, match=problem) as raised:
        read_rows(tmp_path / name)
    assert raised.value.remedy


def test_a_column_name_that_comes_twice_is_undecided(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text("date,store,store,sku,quantity,amount,currency\n2026-10-01,lyon,paris,a,2,80.5,EUR\n")
    with pytest.raises(MappingError, match=r"two columns are called 'store', .* 'store \(2\)'.* give it with --map"):
        propose(path, "sales").mapping()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"table": "sails"}, "no table 'sails'"),
        ({"columns": {"unit": "Qty"}}, "sales has no column 'unit'"),
        ({"columns": {"units": {"column": "Qty", "constant": "1"}}}, "needs one of column, columns, constant"),
        ({"columns": {"units": {"unit_price": "Price"}}}, "only the revenue of sales"),
        ({"colums": {}}, "Extra inputs are not permitted"),
        ({"returns": {"column": "x"}}, "needs one of values, prefix"),
        ({"skip_when": [{"column": "x", "reason": "r"}]}, "needs one of equals"),
        ({"skip_when": [{"column": "x", "reason": "r", "matches": "("}]}, "matches: .* no regular expression"),
        ({"format": {"delimiter": ";;"}}, "format.delimiter: "),
    ],
    ids=["table", "column", "two origins", "unit price", "unknown entry", "returns", "skip", "regex", "delimiter"],
)
def test_mapping_file_that_is_wrong_is_told_by_entry(tmp_path: Path, change: dict[str, object], problem: str) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(yaml.safe_dump({"table": "sales", "columns": {"units": "Qty"}} | change), encoding="utf-8")
    with pytest.raises(MappingError, match=problem):
        load_mapping(path)


def test_mapping_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_bytes("table: sales # café".encode("cp1252"))
    with pytest.raises(MappingError, match="not UTF-8"):
        load_mapping(tmp_path / "map.yaml")


def test_mapping_file_that_is_no_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("just words", encoding="utf-8")
    with pytest.raises(MappingError, match="holds no `key: value` lines"):
        load_mapping(tmp_path / "map.yaml")
    (tmp_path / "map.yaml").write_text("table: [", encoding="utf-8")
    with pytest.raises(MappingError, match="not valid YAML"):
        load_mapping(tmp_path / "map.yaml")
    with pytest.raises(MappingError, match="cannot be read"):
        load_mapping(tmp_path / "none.yaml")


@pytest.mark.real_data
def test_half_a_million_invoice_lines_import_to_the_row(tmp_path: Path, real_data: Path) -> None:
    path = real_data / "sales_online_retail" / "online_retail.parquet"
    lake = Lake(tmp_path / "lake")
    reports = {}
    for table in ("products", "skus", "locations", "sales"):
        mapping: Mapping = load_mapping(Path(__file__).with_name(f"online_retail_{table}.yaml"))
        reports[table] = import_table(lake, path, table, mapping=mapping, rejects_dir=tmp_path / "rejects")
        assert reports[table].rows_read == 541_909
    sales = reports["sales"]
    assert (sales.kept, sales.merged, sales.rejected) == (531_208, 5_257, 5_444)
    assert sales.rejects_path is not None
    assert pl.read_csv(sales.rejects_path, infer_schema=False).height == 5_444
    assert (reports["products"].kept, reports["skus"].kept, reports["locations"].kept) == (3_813, 3_813, 1)
    returns = lake.scan("sales").filter(pl.col("units") < 0).collect()
    lines = pl.scan_parquet(path).filter(pl.col("InvoiceNo").str.starts_with("C")).collect()
    assert 0.9 < returns.height / lines.height < 1
    assert returns["revenue"].max() < 0  # type: ignore[operator]  # a float, once there are returns
    assert set(lake.read("sales")["sku_id"]) == set(lake.read("skus")["sku_id"])
