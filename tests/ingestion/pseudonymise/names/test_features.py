"""What the head is told of tokens."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ingestion.pseudonymise.names import features
from ingestion.pseudonymise.names.brands import PHRASE, Brands
from ingestion.pseudonymise.names.features import IN_PARTS, SIZES, FeatureMaker
from ingestion.pseudonymise.names.gazetteer import FIRST, LAST, Gazetteer
from ingestion.pseudonymise.names.words import WORD

_MAKER = FeatureMaker(Gazetteer.of({FIRST: ["Sophie"], LAST: ["Martin"]}), Brands(["Kate Spade"]))


def _of_words(text: str) -> NDArray[np.int64]:
    """Features of the words of a text, each as one token."""
    made: NDArray[np.int64] = _MAKER.make([text], [[match.span() for match in WORD.finditer(text)]])[0]
    return made


@pytest.mark.parametrize(
    ("word", "shape"),
    [
        ("dress", features.LOWER),
        ("Sophie", features.TITLE),
        ("Élodie", features.TITLE),
        ("J", features.INITIAL),
        ("MERCI", features.UPPER),
        ("McCartney", features.MIXED),
        ("38", features.DIGITS),
        ("b4", features.WITH_DIGITS),
        ("東京", features.CASELESS),
    ],
)
def test_shape_of_a_word(word: str, shape: int) -> None:
    assert _of_words(word)[0, features.SHAPE] == shape


def test_words_are_looked_up_without_accents_and_case() -> None:
    flags = _of_words("SOPHIE martin robe")[:, features.LISTS]

    assert flags.tolist() == [FIRST, LAST, 0]


@pytest.mark.parametrize(
    ("word", "flags"),
    [
        ("Sophies", FIRST),
        ("SophieMartin", FIRST + LAST + IN_PARTS),
        ("sophiemartin", IN_PARTS),
        ("teamsophie", IN_PARTS),
        ("dresses", 0),
        ("asophieb", 0),
        ("McDress", 0),
    ],
)
def test_genitives_and_names_written_as_one_word_are_looked_up(word: str, flags: int) -> None:
    assert _of_words(word)[0, features.LISTS] == flags


def test_a_brand_of_two_words_is_marked_on_both() -> None:
    assert _of_words("my kate spade bag")[:, features.BRAND].tolist() == [0, PHRASE, PHRASE, 0]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("hi @ann", "see you @ann"),
        ("Fine. Ann", "So good! Ann"),
        ("Fine.\nAnn", "Fine... Ann"),
        ("jean-paul", "anne-laure"),
        ("with #ann", "#yes #ann"),
    ],
)
def test_what_stands_before_a_word_is_of_a_few_kinds(text: str, same: str) -> None:
    assert _of_words(text)[-1, features.GAP_BEFORE] == _of_words(same)[-1, features.GAP_BEFORE]


def test_a_handle_a_hashtag_a_new_sentence_and_plain_running_text_differ() -> None:
    kinds = {
        int(_of_words(text)[-1, features.GAP_BEFORE]) for text in ("x @ann", "x #ann", "x. ann", "x ann", "x, ann")
    }

    assert len(kinds) == 5


def test_the_sign_at_the_start_of_a_text_counts() -> None:
    assert _of_words("@ann")[0, features.GAP_BEFORE] == _of_words("hi @ann")[1, features.GAP_BEFORE]


@pytest.mark.parametrize(
    ("text", "style"),
    [("all in lower", features.ALL_LOWER), ("ALL IN UPPER", features.ALL_UPPER)],
)
def test_style_of_the_text_is_on_each_word(text: str, style: int) -> None:
    assert set(_of_words(text)[:, features.STYLE].tolist()) == {style}


def test_pieces_of_a_word_share_its_features_but_for_which_piece() -> None:
    first, second = _MAKER.make(["Sophie"], [[(0, 3), (3, 6)]])[0]

    assert first[features.PIECE] == features.FIRST_PIECE
    assert second[features.PIECE] == features.NEXT_PIECE
    assert np.delete(first, features.PIECE).tolist() == np.delete(second, features.PIECE).tolist()


def test_special_tokens_signs_and_padding_are_zeros() -> None:
    made = _MAKER.make(["Hi!", "Sophie is here"], [[(0, 0), (0, 2), (2, 3), (0, 0)], [(0, 0), (0, 6)]])

    assert made.shape == (2, 4, len(SIZES))
    assert not made[0, [0, 2, 3]].any()
    assert not made[1, 2:].any()
    assert made[0, 1].any()


@pytest.mark.parametrize("text", ["", "...", "😍 ❤", "\n"])
def test_a_text_without_words_has_no_features(text: str) -> None:
    tokens = [(0, 0), (0, len(text)), (0, 0)]

    assert not _MAKER.make([text], [tokens]).any()


def test_values_stay_within_their_columns() -> None:
    text = 'Sophie, "l\'été" (à 38€) @Ann_B #OOTD – www.shop.com/x? THE END Kate Spade 東京'
    made = _of_words(text)

    assert (made >= 0).all()
    assert (made < np.array(SIZES)).all()
