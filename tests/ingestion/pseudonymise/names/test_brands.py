"""Brands of one word and more, and those that are names of people as often."""

from pathlib import Path

import pytest

from ingestion.pseudonymise.names.brands import DOUBTFUL, NONE, PHRASE, WORD_OF_ITS_OWN, Brands
from ingestion.pseudonymise.names.weights import BRANDS, DATA


def test_the_longest_brand_at_a_word_counts() -> None:
    brands = Brands(["Marc", "Marc Jacobs", "Marc Jacobs Daisy"])

    assert brands.kinds(["marc", "jacobs", "daisy", "marc", "x"]) == [PHRASE] * 3 + [WORD_OF_ITS_OWN, NONE]


def test_accents_case_and_signs_between_words_do_not_count() -> None:
    brands = Brands(["Chloé Drew", "Jean-Paul Gaultier", "Levi's"])

    assert brands.kept(["chloe", "drew"]) == [True, True]
    assert brands.kept(["jean", "paul", "gaultier", "levi", "s"]) == [True] * 5


def test_a_doubtful_brand_is_known_but_not_kept() -> None:
    brands = Brands(["? Kelly", "Kelly bag"])

    assert brands.kinds(["kelly", "said"]) == [DOUBTFUL, NONE]
    assert brands.kept(["kelly", "said"]) == [False, False]
    assert brands.kept(["kelly", "bag"]) == [True, True]
    assert brands.names == ("Kelly bag",)


def test_comments_in_the_file_are_no_brands(tmp_path: Path) -> None:
    path = tmp_path / "brands.txt"
    path.write_text("# Not a brand\nÉtam\n", encoding="utf-8")

    assert Brands.load(path).first_words == {"etam"}


@pytest.mark.parametrize(
    "brand",
    [
        "Jacquemus",
        "Kelly bag",
        "Stan Smith",
        "Levi's",
        "Ralph Lauren",
        "Michael Kors",
        "Vera Bradley",
        "Kate Spade",
        "Marc Jacobs",
        "Jean Paul Gaultier",
        "Chanel",
        "Paul Smith",
        "Mary Janes",
        "Birkin",
    ],
)
def test_the_packaged_list_keeps(brand: str) -> None:
    words = brand.lower().replace("'", " ").split()

    assert all(Brands.load(DATA / BRANDS).kept(words))


def test_a_brand_of_several_words_may_be_written_as_one() -> None:
    assert Brands(["Michael Kors", "? Jane Doe"]).kept(["michaelkors", "janedoe"]) == [True, False]
