"""Exports as posts: forms of files, rows that are no posts, what is known and not read again."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

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
        ("1,ok,31/02/2026,4,léa", "date", "no date of the form ISO 8601"),
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
        (["[", '{"text": "a"}', "]"], ReadError),
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


def test_the_list_of_rejects_is_beside_the_file(tmp_path: Path) -> None:
    assert FileSource(write(tmp_path / "avis.csv.gz", "text", "a")).rejects_path == tmp_path / "avis.rejects.csv"


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
