"""Exports as posts: forms of files, rows that are no posts, what is known and not read again."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from openpyxl import Workbook

from ingestion.errors import MappingError, ReadError
from ingestion.records import RawPost
from ingestion.sources.files import FileSource
from ingestion.sources.mapping import PostMapping, load_post_mapping
from ingestion.sources.source import RejectedPost, Watermark

HERE = Path(__file__).parent


def mapping(**more: object) -> PostMapping:
    columns = {"text": "text", "published_at": "date", "rating": "stars", "author": "who", "source_id": "id"}
    return PostMapping.model_validate({"source": "web", "kind": "review", "columns": columns, **more})


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    data = "\n".join(lines).encode(encoding)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def read(source: FileSource) -> tuple[list[RawPost], list[RejectedPost]]:
    items = list(source.posts())
    return [i for i in items if isinstance(i, RawPost)], [i for i in items if isinstance(i, RejectedPost)]


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.jsonl", "a.jsonl.gz"])
def test_csv_and_json_lines_plain_and_compressed(tmp_path: Path, name: str) -> None:
    row = {"id": "7", "text": "Très bien", "date": "2026-01-02T03:04:05+01:00", "stars": "4", "who": "léa"}
    lines = [json.dumps(row)] if "json" in name else [",".join(row), ",".join(row.values())]
    posts, rejected = read(FileSource(write(tmp_path / name, *lines), mapping()))
    assert not rejected
    assert (posts[0].text, posts[0].source_id, posts[0].author, posts[0].rating) == ("Très bien", "7", "léa", 4.0)
    assert posts[0].published_at == datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "column", "reason"),
    [
        ("1,,2026-01-01,4,léa", "text", "no text"),
        ("1,<p>&nbsp;</p>,2026-01-01,4,léa", "text", "no text"),
        ("1,ok,31/02/2026,4,léa", "date", "no date"),
        ("1,ok,2026-01-01,6,léa", "stars", "outside 1 to 5"),
        ("1,ok,2026-01-01,0.5,léa", "stars", "outside 1 to 5"),
        ("1,ok,2026-01-01,nan!,léa", "stars", "no number"),
        ("1,ok,2026-01-01,inf,léa", "stars", "outside 1 to 5"),
        ("1,ok", "", "2 fields where the header has 5"),
    ],
)
def test_a_bad_row_is_rejected_with_its_place_and_no_value(
    tmp_path: Path, values: str, column: str, reason: str
) -> None:
    path = write(tmp_path / "a.csv", "id,text,date,stars,who", "0,fine,2026-01-01,5,léa", "", values)
    posts, rejected = read(FileSource(path, mapping()))
    assert len(posts) == 1
    assert rejected == [RejectedPost(row=4, column=column, reason=reason)]


def test_bad_json_lines_are_rejected(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"id": 1, "text": "ok"}', "{broken", "[1]", '{"id": 2, "text": {"a": 1}}')
    columns = {"text": "text", "source_id": "id"}
    posts, rejected = read(
        FileSource(path, PostMapping.model_validate({"source": "w", "kind": "social", "columns": columns}))
    )
    assert [post.source_id for post in posts] == ["1"]
    assert [(r.row, r.reason) for r in rejected] == [
        (2, "is not valid JSON"),
        (3, "is no JSON object"),
        (4, "is no text or number"),
    ]


def test_json_nested_too_deep_is_one_rejected_line_or_one_refused_file(tmp_path: Path) -> None:
    deep = "[" * 100_000 + "]" * 100_000
    lines = ['{"id": "1", "text": "fine"}', f'{{"id": "2", "text": {deep}}}', '{"id": "3", "text": "fine"}']
    posts, rejected = read(FileSource(write(tmp_path / "a.jsonl", *lines)))
    assert [post.source_id for post in posts] == ["1", "3"]
    assert [(reject.row, reject.reason) for reject in rejected] == [(2, "is JSON nested too deep")]
    for content in (deep, f'{{"reviews": {deep}}}'):
        with pytest.raises(ReadError, match="nested too deep"):
            FileSource(write(tmp_path / "a.json", content))


def test_a_quote_left_open_costs_its_own_row_alone(tmp_path: Path) -> None:
    lines = ("id,text,date,stars,who", '1,"open,2026-01-01,4,a', "2,fine,2026-01-01,4,b", "3,fine,2026-01-01,4,c")
    posts, rejected = read(FileSource(write(tmp_path / "a.csv", *lines), mapping()))
    assert [post.source_id for post in posts] == ["2", "3"]
    assert [(reject.row, reject.reason) for reject in rejected] == [(2, "a quote is left open")]


def test_a_post_as_long_as_a_book_is_read_whatever_was_read_before(tmp_path: Path) -> None:
    before = csv.field_size_limit(1000)
    try:
        text = "a long coat " * 15_000
        posts, rejected = read(
            FileSource(write(tmp_path / "a.csv", "id,text", f"1,{text}", f"2,{'x' * (1 << 25)}", f"3,{text}{text}"))
        )
    finally:
        csv.field_size_limit(before)
    assert [post.text for post in posts] == [text.strip()]
    assert [reject.reason for reject in rejected] == [
        "a value of more than 16,777,216 characters",
        "a text of more than 200,000 characters",
    ]


@pytest.mark.parametrize(
    ("formats", "text", "moment"),
    [
        (["%d/%m/%Y %H:%M"], "04/11/2024 10:30", datetime(2024, 11, 4, 10, 30, tzinfo=UTC)),
        (["%Y", "%d.%m.%Y"], "04.11.2024", datetime(2024, 11, 4, tzinfo=UTC)),
        (["epoch"], "1233860434.0", datetime(2009, 2, 5, 19, 0, 34, tzinfo=UTC)),
        (["epoch"], "1233860434000", datetime(2009, 2, 5, 19, 0, 34, tzinfo=UTC)),
        ([], "2024-11-04", datetime(2024, 11, 4, tzinfo=UTC)),
    ],
)
def test_forms_of_dates(tmp_path: Path, formats: list[str], text: str, moment: datetime) -> None:
    path = write(tmp_path / "a.csv", "id,text,date,stars,who", f"1,ok,{text},,")
    posts, _ = read(FileSource(path, mapping(date_formats=formats)))
    assert posts[0].published_at == moment


def test_ratings_of_another_scale_and_codes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text;note;lang;pays", "bien;8,5;fr-FR;fr", "nul;0;xx1;fr")
    given = {
        "source": "web",
        "kind": "review",
        "rating_scale": 10,
        "columns": {"text": "text", "rating": "note", "language": "lang", "market": "pays"},
    }
    posts, rejected = read(FileSource(path, PostMapping.model_validate(given)))
    assert (posts[0].rating, posts[0].language, posts[0].market) == (4.25, "fr", "FR")
    assert rejected == [RejectedPost(row=3, column="lang", reason="no language code")]


def test_an_id_is_made_from_the_row_where_there_is_none(tmp_path: Path) -> None:
    first = read(FileSource(write(tmp_path / "a.csv", "text,who", "ok,léa", "ok,zoé", "ok,léa")))[0]
    again = read(FileSource(write(tmp_path / "b.csv", "text,who", "ok,léa")))[0]
    assert first[0].source_id == first[2].source_id == again[0].source_id != first[1].source_id


def test_latin_encoding_is_found_out(tmp_path: Path) -> None:
    source = FileSource(write(tmp_path / "a.csv", "texte", "déçue, très déçue".replace(",", ""), encoding="cp1252"))
    assert read(source)[0][0].text == "déçue très déçue"


def test_a_file_read_to_its_end_is_not_read_again_until_it_or_its_mapping_changes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,text,date,stars,who", "1,ok,,,")
    source = FileSource(path, mapping())
    mark = Watermark(source="web", stream=source.stream, last_published_at=None, last_post_id="", read=1)
    assert list(source.posts(mark)) == []
    assert len(list(FileSource(path, mapping(rating_scale=10)).posts(mark))) == 1
    write(path, "id,text,date,stars,who", "1,ok,,,", "2,new,,,")
    assert len(list(source.posts(mark))) == 2


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        (["text,text", "a,b"], MappingError),
        (["[", '{"text": "a"},', '{"text": '], ReadError),
        (['{"reviews": [', '{"text": "a"}'], ReadError),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, lines: list[str], error: type[Exception]) -> None:
    path = write(tmp_path / ("a.csv" if error is MappingError else "a.json"), *lines)
    with pytest.raises(error):
        list(FileSource(path).posts())


def test_a_missing_or_cut_file_is_a_read_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="is not there"):
        FileSource(tmp_path / "none.csv")
    path = write(tmp_path / "a.csv.gz", "text", *["a long line of text"] * 9999)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ReadError):
        list(FileSource(path).posts())


def test_a_stream_is_the_content_and_how_it_is_read_not_what_it_is_called(tmp_path: Path) -> None:
    october = FileSource(write(tmp_path / "october.csv", "id,text", "1,ok"))
    copy = FileSource(write(tmp_path / "copy.csv", "id,text", "1,ok"), source="web")
    grown = FileSource(write(tmp_path / "november.csv", "id,text", "1,ok", "2,new"))
    assert (october.name, copy.name, grown.name) == ("october", "web", "november")
    assert october.stream == copy.stream != grown.stream
    assert (october.is_named_by_path, copy.is_named_by_path) == (True, False)


def test_exports_of_a_platform_are_one_source_whatever_the_files_are_called(tmp_path: Path) -> None:
    header, row = "title,body,rating,review_date,reviewer_name,product_handle", "Bien,Très joli,5,2026-01-02,Léa,robe"
    first, second = (FileSource(write(tmp_path / name, header, row)) for name in ("export (1).csv", "avis.csv"))
    assert first.name == second.name == "judge.me"
    assert not first.is_named_by_path
    assert FileSource(first.path, source="shop-it").name == "shop-it"


def test_the_list_of_rejects_is_beside_the_file(tmp_path: Path) -> None:
    assert FileSource(write(tmp_path / "avis.csv.gz", "text", "a")).rejects_path == tmp_path / "avis.rejects.csv"


ROWS = [
    {"id": "1", "text": "Très jolie robe, la matière est douce", "stars": 5},
    {"id": "2", "text": "Taille petit, déçue par la coupe", "stars": 2},
]


@pytest.mark.parametrize(
    "name",
    ["a.json", "b.json", "c.parquet", "d.xlsx", "e.parquet.gz", "f.csv.zst", "g.tsv", "h.utf16.csv", "i.json"],
)
def test_the_same_rows_in_every_form_of_file(tmp_path: Path, name: str) -> None:
    path, frame = tmp_path / name, pl.DataFrame(ROWS)
    if name == "b.json":
        path.write_text(json.dumps({"total": 2, "reviews": ROWS}, indent=2))
    elif "json" in name:
        write(path, json.dumps(ROWS, indent=1))
    elif name == "d.xlsx":
        book = Workbook()
        for line in [["Export of reviews"], [], frame.columns, *frame.rows()]:
            book.active.append(list(line))
        book.save(path)
    elif "parquet" in name:
        frame.write_parquet(tmp_path / "plain")
        data = (tmp_path / "plain").read_bytes()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    elif name == "f.csv.zst":
        with pa.output_stream(str(path), compression="zstd") as out:
            out.write(frame.write_csv().encode())
    else:
        encoding = "utf-16" if "utf16" in name else "utf-8-sig"
        path.write_bytes(frame.write_csv(separator="\t" if name == "g.tsv" else ";").encode(encoding))
    posts, rejected = read(FileSource(path))
    assert not rejected
    found = [(post.source_id, post.text, post.rating) for post in posts]
    assert found == [(row["id"], row["text"], float(str(row["stars"]))) for row in ROWS]


def test_an_array_is_read_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.sources.file_rows._BLOCK", 7)
    rows = [*ROWS, 12345678901234, "text", {"id": "3", "text": "Bien"}]
    columns = {"text": "text", "source_id": "id"}
    given = PostMapping.model_validate({"source": "web", "kind": "social", "columns": columns})
    posts, rejected = read(FileSource(write(tmp_path / "a.json", json.dumps(rows)), given))
    assert [post.source_id for post in posts] == ["1", "2", "3"]
    assert [(reject.row, reject.reason) for reject in rejected] == [(3, "is no JSON object"), (4, "is no JSON object")]


def test_columns_within_objects_are_read(tmp_path: Path) -> None:
    review = {"name": "r1", "reviewer": {"displayName": "Zoé L."}, "starRating": "FOUR", "comment": "Très bien"}
    source = FileSource(write(tmp_path / "reviews.json", json.dumps({"reviews": [review]})))
    assert source.read_as == "Google Business reviews export"
    (post,), _ = read(source)
    assert (post.author, post.rating, post.source_id) == ("Zoé L.", 4.0, "r1")


def test_times_without_a_zone_are_the_mappings_or_the_markets(tmp_path: Path) -> None:
    rows = ("un,2026-07-01 10:00,FR", "deux,2026-07-01 10:00,", "trois,2026-07-01,FR")
    path = write(tmp_path / "a.csv", "text,date,pays", *rows)
    given = {"source": "web", "kind": "social", "columns": {"text": "text", "published_at": "date", "market": "pays"}}

    def hours(**more: str) -> list[int]:
        posts, _ = read(FileSource(path, PostMapping.model_validate({**given, **more})))
        return [post.published_at.astimezone(UTC).hour for post in posts if post.published_at is not None]

    assert hours() == [8, 10, 0]
    assert hours(timezone="Asia/Tokyo") == [1, 1, 0]


def test_names_that_stand_for_nobody_are_no_author(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,author", "un,Amazon Customer", "deux,[deleted]", "trois,Zoé")
    assert [post.author for post in read(FileSource(path))[0]] == ["", "", "Zoé"]


def test_rejects_hold_no_value_of_their_row(tmp_path: Path) -> None:
    given = "marie.durand@example.com"
    rows = (f"1,,{given},5,x", f"2,ok,{given},5,x", f"3,ok,,{given},x")
    _, rejected = read(FileSource(write(tmp_path / "a.csv", "id,text,date,stars,who", *rows), mapping()))
    assert len(rejected) == 3
    assert given not in repr(rejected)


@pytest.mark.real_data
def test_real_exports_are_read_without_a_mapping(real_data: Path) -> None:
    reddit = FileSource(real_data / "posts_reddit_fashion" / "reddit_fashion_top_posts.csv.gz")
    assert reddit.read_as == "Reddit export"
    posts, rejected = read(reddit)
    assert (len(posts), len(rejected)) == (14_866, 0)
    assert {post.published_at is None for post in posts} == {False}
    reviews = FileSource(real_data / "reviews_womens_clothing" / "reviews.csv.gz")
    assert (reviews.mapping.columns.text, reviews.mapping.columns.rating) == (("Review Text",), "Rating")
    assert len(read(reviews)[0]) == 22_641


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("folder", "name", "posts", "rejected"),
    [
        ("reviews_womens_clothing", "reviews.csv.gz", 22_641, 845),
        ("posts_reddit_fashion", "reddit_fashion_top_posts.csv.gz", 14_866, 0),
    ],
)
def test_real_exports_go_in(real_data: Path, folder: str, name: str, posts: int, rejected: int) -> None:
    source = FileSource(real_data / folder / name, load_post_mapping(HERE / f"{folder}.yaml"))
    found, refused = read(source)
    assert (len(found), len(refused)) == (posts, rejected)
    assert len({post.source_id for post in found}) == posts
