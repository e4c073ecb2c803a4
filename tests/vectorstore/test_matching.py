"""What is asked for, found in texts."""

from __future__ import annotations

from vectorstore.matching import Matcher
from vectorstore.wanted import Wanted, Wish, Wording, as_asked

DRESS = Wish(
    wordings=(
        Wording(words=("robe",), language="fr"),
        Wording(words=("dress",), language="en", weight=0.9),
        Wording(words=("evening", "gown"), language="en", weight=0.8),
        Wording(words=("robeenlin",), weight=0.7),
    )
)
WANTED = Wanted(text="robe", wishes=(DRESS,))


def said(text: str, language: str) -> list[str]:
    return [text[start:end] for _, start, end in Matcher(WANTED).said(text, language)]


def test_a_wording_counts_in_its_own_language_alone() -> None:
    assert said("Une robe, deux robes", "fr") == ["robe", "robes"]
    assert said("a bath robe and two dresses", "en") == ["dresses"]


def test_where_the_language_is_not_known_every_wording_counts() -> None:
    assert said("robe dress", "") == ["robe", "dress"]


def test_words_of_several_follow_each_other_in_one_sentence() -> None:
    assert said("Evening gowns.", "en") == ["Evening gowns"]
    assert said("In the evening. Gown", "en") == []


def test_a_hashtag_is_found_in_any_language() -> None:
    assert said("Summer! #RobeEnLin", "en") == ["RobeEnLin"]


def test_an_emoji_is_a_word() -> None:
    matcher = Matcher(as_asked("dress 🔥"))
    assert [match.wish for match in matcher.match("Dress🔥! 👍", "en").found] == [0, 1]


def test_spaces_of_any_kind_part_words_and_lines_end_sentences() -> None:
    found = Matcher(as_asked("linen dress")).match("linen  \t dress\nlinen/dress", "en")
    assert [(match.wish, match.position, match.sentence) for match in found.found] == [
        (0, 0, 0), (1, 1, 0), (0, 22, 1), (1, 23, 1),
    ]  # fmt: skip
    assert found.words == 4


def test_sentences_and_positions_are_counted() -> None:
    found = Matcher(as_asked("linen dress")).match("The linen dress. Dress!", "en")
    assert [(match.wish, match.position, match.sentence) for match in found.found] == [(0, 1, 0), (1, 2, 0), (1, 23, 1)]
    assert found.words == 4
