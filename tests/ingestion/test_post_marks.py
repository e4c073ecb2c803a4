"""Marks of posts: copies and spam, whatever order posts come in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from ingestion.post_marks import BURST, FLOOD, LINK_SHOP, PACE, REPEATED_PROMO, TEMPLATE, mark_posts

START = datetime(2026, 1, 1, tzinfo=UTC)
LONG = "Cette robe à pois est vraiment superbe"


def marks(*posts: tuple[str, str, float | None], reverse: bool = False) -> dict[str, tuple[str, str]]:
    """(duplicate_of, spam_reason) by id; posts are (author, text, day), their ids count from 0."""
    rows = {
        "post_id": [str(number) for number in range(len(posts))],
        "author": [author for author, _, _ in posts],
        "text": [text for _, text, _ in posts],
        "published_at": [None if day is None else START + timedelta(days=day) for _, _, day in posts],
    }
    frame = pl.DataFrame(rows, schema_overrides={"published_at": pl.Datetime("us", "UTC")})
    marked = mark_posts(frame.reverse() if reverse else frame)
    assert (marked["spam"] == (marked["spam_reason"] != "")).all()
    return {id: (copy, reason) for id, copy, _, reason in marked.sort("post_id").iter_rows()}


@pytest.mark.parametrize("reverse", [False, True])
def test_the_earliest_post_of_a_text_is_the_first(reverse: bool) -> None:
    found = marks(
        ("a", LONG, 5),
        ("b", f"{LONG.upper()} !!! ❤️", 3),
        ("c", f"{LONG} https://example.com/x", None),
        ("d", "autre chose de tout à fait différent", 1),
        reverse=reverse,
    )
    assert found == {"0": ("1", ""), "1": ("", ""), "2": ("1", ""), "3": ("", "")}


def test_short_texts_are_copies_only_of_the_same_author() -> None:
    found = marks(("a", "Très bien", 1), ("b", "très bien !", 2), ("b", "Très bien", 3), ("c", "❤️", 1), ("d", "❤️", 2))
    assert [copy for copy, _ in found.values()] == ["", "", "1", "", ""]


def test_stand_ins_do_not_make_texts_different() -> None:
    first = f"{LONG} @author_0123456789abcdef [email_01234567]"
    found = marks(("a", first, 1), ("b", f"{LONG} @author_fedcba9876543210 [email_76543210]", 2))
    assert found["1"][0] == "0"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Earn £230 a day from home: https://deals.example.com/1", LINK_SHOP),
        ("Sacs de luxe pas cher -70% 👉 www.example.com", LINK_SHOP),
        ("Code promo STYLE25, lien en bio", LINK_SHOP),
        ("I compared every coat of the season here: https://blog.example.com", ""),
        (f"{'A long guide to bags, how to choose and to care. ' * 20} outlet https://example.com", ""),
        ("-50% sur ce manteau en magasin, je craque", ""),
    ],
)
def test_links_with_little_but_selling_are_spam(text: str, reason: str) -> None:
    assert marks(("a", text, 1))["0"][1] == reason


def test_one_author_flooding_is_spam_and_three_reviews_in_a_year_are_not() -> None:
    flood = marks(*[("a", LONG, day) for day in (1, 3, 5)], ("b", LONG, 4))
    assert [reason for _, reason in flood.values()] == [FLOOD, FLOOD, FLOOD, ""]
    calm = marks(*[("a", LONG, day) for day in (1, 100, 200)])
    assert [reason for _, reason in calm.values()] == ["", "", ""]


def test_repeated_selling_is_spam_and_repeated_praise_is_not() -> None:
    selling = marks(*[(author, "Use my discount code for this shop", 1) for author in "abc"])
    assert {reason for _, reason in selling.values()} == {REPEATED_PROMO}
    praise = marks(*[(author, LONG, 1) for author in "abc"])
    assert {reason for _, reason in praise.values()} == {""}


NEAR = "Rien de mieux que le lin pour partir en week-end avec un bon café"


@pytest.mark.parametrize(
    ("text", "copied"),
    [
        (f"RT {NEAR}", True),
        (f"{NEAR} (bis)", True),
        (f"{NEAR} 👀", True),
        (NEAR.replace("lin", "cuir"), False),
        (NEAR.replace("un bon café", "des amis"), False),
    ],
)
def test_near_copies_follow_the_earliest_and_other_words_do_not(text: str, copied: bool) -> None:
    assert marks(("a", text, 2), ("b", NEAR, 1))["0"][0] == ("1" if copied else "")


def test_a_near_copy_of_a_near_copy_follows_the_first_of_all() -> None:
    words = NEAR.split()
    chain = [" ".join(words[start:] + ["vraiment"] * (start > 0)) for start in range(3)]
    found = marks(*[("abc"[number], text, number) for number, text in enumerate(chain)])
    assert [copy for copy, _ in found.values()] == ["", "0", "0"]


@pytest.mark.parametrize("dated", [True, False])
def test_one_author_posting_one_text_again_and_again_is_a_flood_dated_or_not(dated: bool) -> None:
    again = [f"{NEAR} {'!' * number}" for number in range(5)]
    found = marks(*[("a", text, 1 + number / 9 if dated else None) for number, text in enumerate(again)])
    assert {reason for _, reason in found.values()} == {FLOOD}
    few = marks(*[("a", text, 1 + number * 30 if dated else None) for number, text in enumerate(again[:4])])
    assert {reason for _, reason in few.values()} == {""}


def test_many_authors_with_one_text_within_hours_are_a_burst_unless_they_share_it() -> None:
    burst = marks(
        *[(f"bot{number}", f"{NEAR} {'!' * number}", 1 + number / 50) for number in range(9)], ("a", NEAR, 60)
    )
    assert [reason for _, reason in burst.values()] == [*[BURST] * 9, ""]
    shared = marks(("a", NEAR, 1), *[(f"fan{number}", f"RT {NEAR}", 1 + number / 50) for number in range(9)])
    assert {reason for _, reason in shared.values()} == {""}
    slow = marks(*[(f"fan{number}", NEAR, number) for number in range(9)])
    assert {reason for _, reason in slow.values()} == {""}


def test_a_template_with_a_slot_is_spam_and_a_talkative_person_is_not() -> None:
    cities = ("Paris", "Lyon", "Nice", "Lille", "Brest")
    template = marks(
        *[
            ("a", f"Superbe boutique à {city} allez vite voir leur nouvelle collection d été", 1.4 + at / 9)
            for at, city in enumerate(cities)
        ]
    )
    assert {reason for _, reason in template.values()} == {TEMPLATE}
    others = marks(
        *[
            (f"fan{at}", f"Superbe boutique à {city} allez vite voir leur nouvelle collection d été", 1.4)
            for at, city in enumerate(cities)
        ]
    )
    assert {reason for _, reason in others.values()} == {""}
    said = (
        "Le lin se froisse mais quelle douceur",
        "Je cherche des sandales plates pour cet été",
        "Vu un manteau camel sublime ce matin",
    )
    talkative = marks(
        *[("a", text, 1.4 + at / 9) for at, text in enumerate([*said, "Merci à tous pour vos conseils hier", LONG])]
    )
    assert {reason for _, reason in talkative.values()} == {""}


def test_an_author_with_thirty_posts_an_hour_is_no_person_but_thirty_on_one_date_may_be() -> None:
    posts = [("a", f"{word} {number} raisons", number) for number, word in enumerate(["mille"] * 31)]
    fast = marks(*[(author, text, 1.4 + number / 1500) for author, text, number in posts])
    assert {reason for _, reason in fast.values()} == {PACE}
    dates = marks(*[(author, text, 1) for author, text, _ in posts])
    assert {reason for _, reason in dates.values()} == {""}
    slow = marks(*[(author, text, 1.4 + number / 600) for author, text, number in posts])
    assert {reason for _, reason in slow.values()} == {""}
