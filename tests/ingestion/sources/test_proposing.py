"""What is made of a file that has no mapping."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ingestion.errors import MappingError
from ingestion.sources.layouts import detect_layout, known_layouts
from ingestion.sources.mapping import PostColumns
from ingestion.sources.proposing import Proposal, propose_post_mapping
from ingestion.sources.rows import Row

EXPORTS = {
    "Trustpilot": "Review Id,Review Created (UTC),Review Consumer User Id,Review Title,Review Content,Review Stars,"
    "Source Of Review,Review Language,Domain Url,Reference Id",
    "Yotpo": "Review ID,Product ID,Review Title,Review Content,Review Score,Review Creation Date,Reviewer Display Name",
    "Bazaarvoice": "Id,ProductId,Rating,Title,ReviewText,SubmissionTime,UserNickname,ContentLocale",
    "Judge.me": "title,body,rating,review_date,source,curated,reviewer_name,reviewer_email,product_id,product_handle,"
    "reply,reply_date,picture_urls,ip_address,location",
    "Shopify product reviews": "product_handle,state,rating,title,author,email,location,body,reply,created_at",
    "Avis Vérifiés (Skeepers)": "id_review;email;lastname;firstname;review_date;review;rate;order_ref;order_date",
    "Amazon reviews": "marketplace,customer_id,review_id,product_id,product_parent,product_title,star_rating,"
    "review_headline,review_body,review_date",
    "Google Play": "Package Name,App Version Code,Reviewer Language,Device,Review Submit Date and Time,"
    "Review Submit Millis Since Epoch,Star Rating,Review Title,Review Text,Review Link",
    "App Store": "id,rating,title,body,reviewerNickname,createdDate,territory",
    "Okendo": "body,dateCreated,email,name,productId,rating,sku,title",
    "PowerReviews": "Review Id,Page Id,Review Display,Review Title,Review Date,Review Text,Rating,Verified Buyer",
    "Reddit": "author,body,created_utc,id,link_id,parent_id,score,subreddit",
    "X (Twitter)": "created_at,id_str,full_text,lang,user.screen_name,retweet_count",
    "Brandwatch": "Query Id,Query Name,Date,Title,Snippet,Url,Page Type,Author,Full Text,Language,Country Code",
}


def propose(columns: Sequence[str], *rows: Row) -> Proposal:
    return propose_post_mapping(columns, where="f.csv", source="f", rows=rows)


def test_values_in_place_of_names_are_neither_shown_nor_kept() -> None:
    with pytest.raises(MappingError) as caught:
        propose(["5", "The linen dress that I bought for my sister in Lyon shrank after one wash", "jane@example.com"])
    assert "It has '5', ..., ...." in str(caught.value)
    assert caught.value.problem == "no column looks like the text of a post"


@pytest.mark.parametrize(("name", "header"), EXPORTS.items(), ids=EXPORTS)
def test_exports_of_platforms_are_known_by_their_columns(name: str, header: str) -> None:
    columns = header.split(";" if ";" in header else ",")
    proposal = propose(columns)
    assert proposal.read_as == f"{name} export"
    fields = proposal.mapping.columns.model_dump(exclude_none=True)
    assert {"text", "published_at"} <= fields.keys()
    if proposal.mapping.kind == "review":
        assert "rating" in fields
    assert not {"reply", "email", "reviewer_email"} & set(proposal.mapping.columns.named())


@pytest.mark.parametrize(
    ("name", "header", "author", "source_id"),
    [
        (
            "Trustpilot",
            "Domain Url,Webshop Name,Business Unit Id,Review Id,Review Created (UTC),Review Consumer User Id,"
            "Review Username,Review Title,Review Content,Review Stars,Company Response,Review Language",
            "Review Username",
            "Review Id",
        ),
        (
            "Yotpo",
            "Review Title,Review Content,Review Score,Date,Product ID,Product Name,Display Name,Email",
            "Display Name",
            None,
        ),
        (
            "Okendo",
            "reviewId,productId,rating,title,body,reviewer.name,reviewer.email,dateCreated",
            "reviewer.name",
            "reviewId",
        ),
        (
            "PowerReviews",
            "Review ID,Product ID,Rating,Review Title,Review Date,Review Text,Review Display Name",
            "Review Display Name",
            "Review ID",
        ),
        (
            "Avis Vérifiés (Skeepers)",
            "id_review,id_review_product,lastname,firstname,review_date,review,rate,order_ref",
            "lastname",
            "id_review_product",
        ),
    ],
)
def test_other_forms_of_these_exports(name: str, header: str, author: str, source_id: str | None) -> None:
    proposal = propose(header.split(","))
    columns = proposal.mapping.columns
    assert (proposal.read_as, proposal.is_named_by_layout) == (f"{name} export", True)
    assert (columns.author, columns.source_id) == (author, source_id)


def test_layouts_name_fields_that_posts_have() -> None:
    for layout in known_layouts().layouts:
        assert layout.columns.keys() <= PostColumns.model_fields.keys()
        assert "text" in layout.columns
        assert layout.fits({need.split("|")[0]: need for need in layout.needs})
    assert known_layouts().names.keys() == PostColumns.model_fields.keys()


def test_plain_tables_are_of_no_platform() -> None:
    assert detect_layout(["id", "text", "date", "rating", "author"]) is None


@pytest.mark.parametrize(
    ("columns", "kind", "expected"),
    [
        (
            ["Review ID", "Review Text", "Stars", "Reviewer", "Date"],
            "review",
            {"text": ("Review Text",), "rating": "Stars", "author": "Reviewer", "source_id": "Review ID"},
        ),
        (
            ["Pseudo", "Publié le", "Commentaire", "Pays"],
            "social",
            {"text": ("Commentaire",), "author": "Pseudo", "published_at": "Publié le", "market": "Pays"},
        ),
        (
            ["Data recensione", "Autore", "Recensione", "Valutazione"],
            "review",
            {"text": ("Recensione",), "author": "Autore", "rating": "Valutazione", "published_at": "Data recensione"},
        ),
        (
            ["Datum", "Verfasser", "Bewertung", "Sterne", "Überschrift"],
            "review",
            {"text": ("Bewertung",), "author": "Verfasser", "rating": "Sterne", "title": "Überschrift"},
        ),
        (
            ["Fecha", "Usuario", "Reseña", "Puntuación", "Título"],
            "review",
            {"text": ("Reseña",), "author": "Usuario", "rating": "Puntuación", "published_at": "Fecha"},
        ),
        (["id", "created_utc", "title", "selftext"], "social", {"text": ("selftext",), "title": "title"}),
    ],
)
def test_columns_are_recognised_by_name(columns: list[str], kind: str, expected: dict[str, object]) -> None:
    mapping = propose(columns).mapping
    assert mapping.kind == kind
    found = mapping.columns.model_dump(exclude_none=True)
    assert {name: found.get(name) for name in expected} == expected


def test_no_text_column_is_an_error_that_names_the_columns_and_says_what_to_do() -> None:
    with pytest.raises(
        MappingError, match=r"f\.csv: no column looks like the text.*'sku', 'units'.*--map.*text: COLUMN"
    ):
        propose(["sku", "units"])


def test_of_two_text_columns_the_longer_is_the_text_and_two_alike_are_an_error() -> None:
    long, short = "La robe est superbe, la matière douce et la coupe parfaite", "Merci beaucoup"
    columns = ["comment", "review"]
    assert propose(columns, {"comment": short, "review": long}).mapping.columns.text == ("review",)
    assert propose(columns, {"comment": long, "review": short}).mapping.columns.text == ("comment",)
    assert propose(columns, {"comment": long, "review": ""}).mapping.columns.text == ("comment",)
    with pytest.raises(MappingError, match="'review' and 'comment' both look like the text") as error:
        propose(columns, {"comment": long, "review": long.replace("robe", "jupe")})
    assert "robe" not in str(error.value)


@pytest.mark.parametrize(
    ("values", "scale"),
    [(["4", "5"], 5.0), (["4", "8,5"], 10.0), (["12", "18"], 20.0), (["40", "95"], 100.0), (["4/10"], 5.0)],
)
def test_the_scale_of_ratings_is_told_by_the_values(values: list[str], scale: float) -> None:
    rows = [{"text": "Bien", "note": value} for value in values]
    assert propose(["text", "note"], *rows).mapping.rating_scale == scale


@pytest.mark.parametrize(
    ("dates", "day_first", "noted"),
    [
        (["13/04/2026"], True, False),
        (["04/13/2026"], False, False),
        (["03/04/2026"], True, True),
        (["2026-04-03"], True, False),
    ],
)
def test_the_order_of_dates_is_told_by_the_values_or_said(dates: list[str], day_first: bool, noted: bool) -> None:
    proposal = propose(["text", "date"], *[{"text": "Bien", "date": date} for date in dates])
    assert proposal.mapping.day_first is day_first
    assert any("day first" in note for note in proposal.notes) is noted


def test_columns_that_hold_something_else_are_left_out_and_named() -> None:
    row = {"text": "Bien", "rating": "superbe", "date": "hier", "language": "français", "market": "France"}
    proposal = propose(list(row), row)
    assert proposal.mapping.columns.model_dump(exclude_none=True) == {"text": ("text",)}
    assert [note.split("'")[1] for note in proposal.notes] == ["rating", "date", "language", "market"]
    assert not any("superbe" in note or "hier" in note for note in proposal.notes)


def test_times_without_a_zone_are_said() -> None:
    assert "zone" in propose(["text", "date"], {"text": "Bien", "date": "2026-01-02 10:00"}).notes[0]
    assert not propose(["text", "date"], {"text": "Bien", "date": "2026-01-02T10:00Z"}).notes
