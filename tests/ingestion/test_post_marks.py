"""Marks of posts: copies and spam, whatever order posts come in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from ingestion.post_marks import FLOOD, LINK_SHOP, REPEATED_PROMO, mark_features, mark_posts

START = datetime(2026, 1, 1, tzinfo=UTC)
LONG = "Cette robe à pois est vraiment superbe"


def marks(*posts: tuple[str, str, int | None], reverse: bool = False) -> dict[str, tuple[str, str]]:
    """(duplicate_of, spam_reason) by id; posts are (author, text, day), their ids count from 0."""
    rows = {
        "post_id": [str(number) for number in range(len(posts))],
        "author": [author for author, _, _ in posts],
        "text": [text for _, text, _ in posts],
        "published_at": [None if day is None else START + timedelta(days=day) for _, _, day in posts],
    }
    frame = pl.DataFrame(rows, schema_overrides={"published_at": pl.Datetime("us", "UTC")})
    marked = mark_posts(mark_features(frame.reverse() if reverse else frame))
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
