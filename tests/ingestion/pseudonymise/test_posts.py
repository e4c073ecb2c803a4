"""Raw posts become posts that hold no identity."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from ingestion.clean import clean_posts
from ingestion.demo import build_demo, parse_size
from ingestion.languages import LanguageDetector
from ingestion.pseudonymise.keys import PseudonymKey
from ingestion.pseudonymise.known_names import with_known_names
from ingestion.pseudonymise.posts import Pseudonymiser
from ingestion.pseudonymise.stored import posts_from_frame, posts_to_frame
from ingestion.records import Post, RawPost
from tests.ingestion.raw_posts import LANGUAGES, pseudonymiser, raw_post


def pseudonymised(posts: Sequence[RawPost]) -> list[Post]:
    return [pseudonymiser().post(raw, names) for raw, names in with_known_names(posts)]


def one(raw: RawPost) -> Post:
    return pseudonymised([raw])[0]


def test_a_mention_and_its_author_share_a_pseudonym() -> None:
    mentioned = one(raw_post(text="Vu chez @Sophie_Style !", author="marie"))
    author = one(raw_post(author="sophie_style", source="other"))
    assert mentioned.text == f"Vu chez @{author.author} !"
    assert mentioned.personal_data == ("HANDLE",)


@pytest.mark.parametrize("handle", ["sophie_style", "@Sophie_Style", "u/sophie_style", "SOPHIE_STYLE "])
def test_one_author_in_every_form(handle: str) -> None:
    assert one(raw_post(author=handle)).author == pseudonymiser().author("sophie_style")


@pytest.mark.parametrize(
    ("author", "text", "left"),
    [
        ("sophie_style", "moi, Sophie_Style, je valide #sophie_style", "sophie"),
        ("Camille Durand", "super. camille durand", "durand"),
        ("Camille Durand", "super. Camille", "Camille"),
        ("Camille Durand", "suivez camille_durand", "durand"),
        ("Léa", "bises, léa", "léa"),
        ("Straße7", "von STRASSE7", "STRASSE"),
    ],
)
def test_the_authors_own_name_goes_from_the_text(author: str, text: str, left: str) -> None:
    post = one(raw_post(author=author, text=text))
    assert left not in post.text
    assert f"@{post.author}" in post.text
    assert "AUTHOR" in post.personal_data


def test_a_name_that_is_a_word_of_fashion_stays() -> None:
    assert one(raw_post(author="Rose Martin", text="Rose poudré, j'adore")).text == "Rose poudré, j'adore"


def test_names_of_a_thread_go_from_all_its_posts() -> None:
    posts = pseudonymised(
        [
            raw_post(source_id="1", author="oldhat", text="What do you think?", thread="t1"),
            raw_post(source_id="2", author="newhat", text="oldhat is right", thread="t1"),
            raw_post(source_id="3", author="newhat", text="oldhat here", thread="t2"),
        ],
    )
    assert posts[1].text == f"@{posts[0].author} is right"
    assert posts[2].text == "oldhat here"
    assert posts[0].thread == posts[1].thread != posts[2].thread


def test_posts_without_an_author_have_each_their_own() -> None:
    authors = {one(raw_post(author=name, source_id=name or "0")).author for name in ("", "Anonymous", "[deleted]")}
    assert len(authors) == 3


def test_stand_ins() -> None:
    post = one(
        raw_post(
            author="x", text="a@example.com, 06 12 34 56 78, +33 612345678, commande n° 9876543, instagram.com/lea_m ❤️"
        )
    )
    email, first, second, order, profile = post.text.removesuffix(" ❤️").split(", ")
    assert email.startswith("[email_")
    assert first == second
    assert order == "commande n° [order]"
    assert profile == f"@{pseudonymiser().author('lea_m')}"
    assert post.personal_data == ("EMAIL_ADDRESS", "ORDER_NUMBER", "PHONE_NUMBER", "PROFILE_LINK")


def test_overlapping_finds_leave_no_end() -> None:
    post = one(raw_post(author="sophie", text="sophie@example.com"))
    assert post.text.startswith("[email_")
    assert post.text.endswith("]")
    assert "sophie" not in post.text


def test_kept_names_stay() -> None:
    keeping = Pseudonymiser(PseudonymKey(secret=b"k" * 32), languages=("en",), keep=["@Zara", "Stan Smith"])
    text, kinds = keeping.replace("Thanks to Stan Smith and @zara, not @mara_b", language="en")
    assert text.startswith("Thanks to Stan Smith and @zara, not @author_")
    assert kinds == {"HANDLE"}


def test_ids_and_hashes_are_stable_and_depend_on_the_key() -> None:
    post, again = one(raw_post()), one(raw_post())
    assert post == again
    assert UUID(post.post_id).version == 8
    other = Pseudonymiser(PseudonymKey(secret=b"k" * 32), languages=LANGUAGES).post(raw_post(), ())
    assert {post.post_id, post.author, post.content_hash}.isdisjoint({other.post_id, other.author, other.content_hash})


@pytest.mark.parametrize("change", [{"text": "other"}, {"rating": 3.0}, {"title": "t"}, {"language": "fr"}])
def test_the_content_hash_follows_the_content(change: dict[str, object]) -> None:
    changed = one(replace(raw_post(), **change))  # type: ignore[arg-type]
    assert changed.post_id == one(raw_post()).post_id
    assert changed.content_hash != one(raw_post()).content_hash


def test_rows_of_the_lake_come_back_as_they_were() -> None:
    posts = pseudonymised([raw_post(text="@lea hello", title="x"), raw_post(source_id="2")])
    assert posts_from_frame(posts_to_frame(posts)) == posts


def test_nothing_raw_in_logs_or_repr(caplog: pytest.LogCaptureFixture) -> None:
    raw = raw_post(text="IBAN FR76 3000 6000 0112 3456 7890 188, a@example.com, je m'appelle Camille")
    with caplog.at_level(logging.DEBUG):
        post = one(raw)
    assert "3000" not in caplog.text
    assert "example.com" not in caplog.text
    assert "sophie_style" not in repr(raw) + repr(post)
    assert "Camille" not in repr(raw)


def test_no_identifier_of_the_demo_is_left() -> None:
    demo = build_demo(parse_size("small"), seed=7, end=date(2026, 11, 1))
    cleaned = clean_posts(list(demo.raw_posts()), LanguageDetector(LANGUAGES))
    posts = pseudonymised(cleaned)
    text = "\n".join(f"{post.title}\n{post.text}\n{post.author}" for post in posts).casefold()
    personal = demo.truth.posts.personal_data
    left = {identifier for identifier in personal.identifiers if identifier.casefold() in text}
    assert len(personal.identifiers) > 1000
    assert not left
