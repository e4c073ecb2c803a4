"""Lists of words behind the features."""

import pytest

from ingestion.names_training.lists import common_words, gazetteer, held_out, names_by_language
from ingestion.pseudonymise.names.gazetteer import COMMON, FIRST, LAST, PLACE, Gazetteer


@pytest.fixture(scope="module")
def lists() -> Gazetteer:
    return gazetteer(["my sister's dress fits"] * 3)


@pytest.mark.parametrize(
    ("word", "flag"),
    [("sophie", FIRST), ("giulia", FIRST), ("dupont", LAST), ("muller", LAST), ("lyon", PLACE), ("dress", COMMON)],
)
def test_words_are_in_their_list(lists: Gazetteer, word: str, flag: int) -> None:
    assert lists.look_up(word) & flag


def test_a_word_that_is_written_with_a_capital_most_of_the_time_is_no_common_one() -> None:
    texts = [
        "elodie said Elodie",
        "Elodie, elodie or Elodie",
        "Elodie Elodie elodie Elodie Elodie, rose",
        "rose",
        "rose Rose",
    ]

    assert "elodie" not in common_words(texts)
    assert "rose" in common_words(texts)


def test_about_a_seventh_of_the_names_is_kept_for_measuring() -> None:
    names = names_by_language()["de"].first

    assert 0.12 < sum(map(held_out, names)) / len(names) < 0.18
