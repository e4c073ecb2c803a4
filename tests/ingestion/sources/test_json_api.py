"""JSON APIs described by mapping files."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingestion.errors import MappingError, SourceContentError, SourceRefusedError, SourceUnavailableError
from ingestion.records import RawPost
from ingestion.settings import JsonApiSettings
from ingestion.sources.crawl import Crawl
from ingestion.sources.json_api import JsonApiSource
from ingestion.sources.json_mapping import load_json_mapping
from ingestion.sources.source import RejectedPost, Watermark
from tests.fakes.web_server import Answer, Asked, FakeWeb, Site, fake_web
from tests.ingestion.sources.crawling import NOW, as_json, crawl, site, watermark

COLUMNS = {
    "text": "body.text",
    "title": "headline",
    "author": "author.name",
    "source_id": "id",
    "published_at": "created",
    "rating": "stars",
    "language": "meta.0.lang",
}


def entry(id: int, days_ago: float = 1.0) -> dict[str, object]:
    created = (NOW - timedelta(days=days_ago)).isoformat()
    body = {"text": f"Linen {id}"}
    return {
        "id": id,
        "headline": "H",
        "body": body,
        "author": {"name": "old_hat"},
        "created": created,
        "stars": 4,
        "meta": [{"lang": "fr"}],
    }


def api(
    web: FakeWeb,
    tmp_path: Path,
    found: Crawl | None = None,
    *,
    environment: dict[str, str] | None = None,
    **mapping: Any,
) -> JsonApiSource:
    content = {"url": f"{web.url}/v1/reviews", "posts": {"kind": "review", "columns": COLUMNS}, **mapping}
    path = tmp_path / "api.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    settings = JsonApiSettings(kind="json", map=path)
    return JsonApiSource(
        "voices", load_json_mapping(path, "voices"), settings, found or crawl(), environment=environment or {}
    )


def read(source: JsonApiSource, after: Watermark | None = None) -> list[str]:
    return [post.source_id for post in source.posts(after) if isinstance(post, RawPost)]


def test_entries_come_as_posts(tmp_path: Path) -> None:
    answer = as_json({"data": {"list": [entry(1), {"id": 2, "body": {}}, "none", {**entry(3), "stars": "many"}]}})
    with fake_web(site(v1_reviews=answer)) as web:
        posts = list(api(web, tmp_path, items="data.list").posts())
    assert posts == [
        RawPost(
            source="voices",
            source_id="1",
            kind="review",
            author="old_hat",
            text="Linen 1",
            title="H",
            published_at=NOW - timedelta(days=1),
            language="fr",
            rating=4.0,
        ),
        RejectedPost(row=2, column="body.text", reason="no text"),
        RejectedPost(row=3, column="", reason="is no JSON object"),
        RejectedPost(row=4, column="stars", reason="no number"),
    ]


def paged(size: int = 2, total: int = 5) -> Site:
    """One API that knows every kind of paging."""
    entries = [entry(n) for n in range(1, total + 1)]

    def answer(asked: Asked) -> Answer:
        query = asked.query
        start = int(query.get("offset", 0)) or (int(query.get("page", 1)) - 1) * size or int(query.get("after", 0))
        rest = start + size < total
        following = {
            "cursor": start + size if rest else None,
            "url": f"/v1/reviews?after={start + size}" if rest else "",
        }
        headers = {"Link": f'</v1/reviews?after={start + size}>; rel="next", </x>; rel="prev"'} if rest else {}
        return as_json({"items": entries[start : start + size], "next": following, "more": rest}, **headers)

    return lambda asked: answer(asked) if asked.path == "/v1/reviews" else Answer(status=404)


@pytest.mark.parametrize(
    ("paging", "requests"),
    [
        ({"by": "page", "param": "page"}, 4),
        ({"by": "page", "param": "page", "size": 2, "size_param": "per_page"}, 3),
        ({"by": "page", "param": "page", "has_more": "more"}, 3),
        ({"by": "offset", "param": "offset", "size": 2}, 3),
        ({"by": "cursor", "param": "after", "cursor": "next.cursor"}, 3),
        ({"by": "cursor", "cursor": "next.url"}, 3),
        ({"by": "link"}, 3),
    ],
    ids=["page", "page-size", "has-more", "offset", "cursor", "cursor-url", "link"],
)
def test_every_kind_of_paging_reads_each_entry_once(paging: dict[str, object], requests: int, tmp_path: Path) -> None:
    with fake_web(paged()) as web:
        source = api(web, tmp_path, items="items", paging=paging, params={"sort": "new", "all": True})
        assert read(source) == ["1", "2", "3", "4", "5"]
        assert len(web.paths()) == requests
        assert source.note == ""
        assert (web.asked[1].query["sort"], web.asked[1].query["all"]) == ("new", "true")


def test_without_paging_one_page_is_read(tmp_path: Path) -> None:
    with fake_web(paged()) as web:
        assert read(api(web, tmp_path, items="items")) == ["1", "2"]


def test_endless_pages_end(tmp_path: Path) -> None:
    with fake_web(site(v1_reviews=as_json([entry(1)]))) as web:
        source = api(web, tmp_path, paging={"by": "page", "param": "page"})
        assert read(source) == ["1"]
        assert "nothing new" in source.note
    with fake_web(site(v1_reviews=lambda asked: as_json([entry(int(asked.query["page"]))]))) as web:
        source = api(web, tmp_path, crawl(pages=4), paging={"by": "page", "param": "page"})
        assert read(source) == ["1", "2", "3", "4"]
        assert source.note == "stopped after 4 pages, as configured"


@pytest.mark.parametrize(
    ("form", "sent"),
    [
        ("iso", "2026-02-26T12:00:00Z"),
        ("epoch", "1772107200"),
        ("epoch_ms", "1772107200000"),
        ("%d/%m/%Y", "26/02/2026"),
    ],
)
def test_a_later_run_asks_for_what_is_new(form: str, sent: str, tmp_path: Path) -> None:
    with fake_web(site(v1_reviews=as_json([entry(1)]))) as web:
        source = api(web, tmp_path, since={"param": "since", "format": form})
        read(source)
        assert "since" not in web.asked[-1].query
        read(source, watermark(NOW - timedelta(days=1)))
        assert web.asked[-1].query["since"] == sent


def test_newest_first_ends_at_what_is_known(tmp_path: Path) -> None:
    pages = {1: [entry(9, 0)], 2: [entry(8, 20)], 3: [entry(7, 21)]}
    with fake_web(site(v1_reviews=lambda asked: as_json(pages.get(int(asked.query["page"]), [])))) as web:
        paging = {"by": "page", "param": "page"}
        assert read(api(web, tmp_path, paging=paging, newest_first=True), watermark(NOW)) == ["9", "8"]
        assert read(api(web, tmp_path, paging=paging), watermark(NOW)) == ["9", "8", "7"]


def test_an_unchanged_first_page_ends_a_run_only_where_it_tells_all(tmp_path: Path) -> None:
    def versioned(asked: Asked) -> Answer:
        if asked.headers.get("if-none-match") == '"v1"':
            return Answer(status=304)
        return as_json([entry(int(asked.query.get("page", 1)))], ETag='"v1"')

    for mapping, unchanged in (({}, True), ({"paging": {"by": "page", "param": "page"}}, False)):
        with fake_web(site(v1_reviews=versioned)) as web:
            source = api(web, tmp_path, crawl(pages=2), **mapping)
            read(source)
            source.settle()
            list(source.posts(watermark(NOW)))
            assert source.is_unchanged is unchanged


def test_secrets_come_from_the_environment_and_go_nowhere_else(tmp_path: Path) -> None:
    secrets: dict[str, Any] = {"secret_headers": {"X-Key": "VOICES_KEY"}, "secret_params": {"token": "VOICES_TOKEN"}}
    with fake_web(paged()) as web:
        source = api(
            web,
            tmp_path,
            items="items",
            paging={"by": "link"},
            environment={"VOICES_KEY": "k3y", "VOICES_TOKEN": "t0ken"},
            **secrets,
        )
        assert len(read(source)) == 5
        asked = [one for one in web.asked if one.path != "/robots.txt"]
        assert {(one.headers["x-key"], one.query["token"]) for one in asked} == {("k3y", "t0ken")}
        assert "k3y" not in source.stream + repr(source)
        assert "x-key" not in web.asked[0].headers, "robots.txt needs no key"
    with pytest.raises(MappingError, match="VOICES_KEY"):
        api(web, tmp_path, **secrets)


def test_secrets_do_not_follow_a_redirect_to_another_host(tmp_path: Path) -> None:
    there = "http://elsewhere.example/v1"
    with fake_web(site(v1_reviews=Answer(status=302, headers={"Location": there}))) as web:
        source = api(web, tmp_path, environment={"K": "k3y"}, secret_params={"token": "K"})
        with pytest.raises(SourceRefusedError, match="another host") as caught:
            read(source)
    assert "k3y" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(body=b'{"items": [', headers={"Content-Type": "application/json"}), "is no valid JSON. Check `url`"),
        (Answer(body=b"<html>Sign in</html>", headers={"Content-Type": "text/html"}), "no valid JSON but text/html"),
        (as_json({"data": [], "next": ""}), "no list at 'items'; it has 'data', 'next'"),
        (as_json({"items": {"a": 1}}), "no list at 'items'"),
        (Answer(body=b"[" * 100_000), "no valid JSON"),
    ],
)
def test_answers_that_do_not_fit_say_what_to_correct(answer: Answer, told: str, tmp_path: Path) -> None:
    with fake_web(site(v1_reviews=answer)) as web, pytest.raises(SourceContentError, match=told):
        read(api(web, tmp_path, items="items"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings_of_json_are_seen_through(encoding: str, tmp_path: Path) -> None:
    body = json.dumps([{**entry(1), "body": {"text": "Très chic"}}], ensure_ascii=False).encode(encoding)
    with fake_web(
        site(v1_reviews=Answer(body=body, headers={"Content-Type": "application/json; charset=utf-8"}))
    ) as web:
        (post,) = api(web, tmp_path).posts()
    assert isinstance(post, RawPost)
    assert post.text == "Très chic"


def test_dates_take_the_forms_of_mapping_files(tmp_path: Path) -> None:
    posts = {"kind": "social", "columns": {"text": "body.text", "published_at": "at"}, "date_formats": ["epoch"]}
    with fake_web(site(v1_reviews=as_json([{**entry(1), "at": 1772107200}]))) as web:
        (post,) = api(web, tmp_path, posts=posts).posts()
    assert isinstance(post, RawPost)
    assert post.published_at == datetime(2026, 2, 26, 12, tzinfo=UTC)


def test_a_failure_between_pages_is_raised(tmp_path: Path) -> None:
    def breaks(asked: Asked) -> Answer:
        return as_json([entry(1)]) if asked.query["page"] == "1" else Answer(status=500)

    with fake_web(site(v1_reviews=breaks)) as web, pytest.raises(SourceUnavailableError):
        read(api(web, tmp_path, paging={"by": "page", "param": "page"}))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"paging": {"by": "pages"}}, r"paging.by: .*it is 'pages'"),
        ({"paging": {"by": "page"}}, "by page needs 'param'"),
        ({"paging": {"by": "offset", "param": "o"}}, "by offset needs 'size'"),
        ({"paging": {"by": "cursor"}}, "by cursor needs 'cursor'"),
        ({"item": "data"}, "item: Extra inputs"),
        ({"url": "ftp://example.com"}, r"url: .*no http or https URL \(it is 'ftp://example.com'\)"),
        ({"url": "https://u:s3cret@example.com"}, "url: .*secret_headers"),
        ({"posts": {"kind": "review", "columns": {"title": "t"}}}, "posts.columns.text: Field required"),
        ({"posts": None}, "posts: "),
    ],
)
def test_mapping_files_that_do_not_fit_name_file_key_and_value(
    content: dict[str, Any], told: str, tmp_path: Path
) -> None:
    with pytest.raises(MappingError, match=told) as caught:
        api(FakeWeb(url="https://api.example.com"), tmp_path, **content)
    assert "api.yaml" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_mapping_files_that_cannot_be_read_say_where(tmp_path: Path) -> None:
    path = tmp_path / "api.yaml"
    with pytest.raises(MappingError, match=r"posts\.sources\.voices"):
        load_json_mapping(path, "voices")
    path.write_text("url: [\nitems: x: y", encoding="utf-8")
    with pytest.raises(MappingError, match="not valid YAML at line 2"):
        load_json_mapping(path, "voices")
    path.write_text("- a\n- b\n", encoding="utf-8")
    with pytest.raises(MappingError, match="holds no `key: value` lines"):
        load_json_mapping(path, "voices")
