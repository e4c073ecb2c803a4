"""How sure the head must be of a word."""

import pytest

from ingestion.pseudonymise.names.gazetteer import COMMON, FIRST, LAST, PLACE, Gazetteer, folded
from ingestion.pseudonymise.names.surety import DOUBTFUL, HASHTAG, PLACES, Surety

_LISTS = Gazetteer.of(
    {FIRST: ["Anne", "Rose", "Florence"], LAST: ["Martin"], COMMON: ["lapin", "rose"], PLACE: ["Lyon", "Florence"]}
)


def _needed(text: str, word: str, threshold: float = 0.25) -> float:
    start = text.index(word)
    return Surety(threshold, _LISTS).needed(text, start, start + len(word), folded(word))


@pytest.mark.parametrize(
    ("text", "word", "needed"),
    [
        ("chez Anne", "Anne", 0.25),
        ("chez Dupont", "Dupont", 0.25),
        ("chez Rose", "Rose", 0.25),
        ("Lapin blanc", "Lapin", DOUBTFUL),
        ("les OGM ici", "OGM", DOUBTFUL),
        ("à Lyon", "Lyon", PLACES),
        ("dit Florence", "Florence", 0.25),
        ("dit MARTIN", "MARTIN", 0.25),
        ("MERCI DUPONT", "DUPONT", 0.25),
        ("go #teamanne", "teamanne", HASHTAG),
    ],
)
def test_what_is_known_of_a_word_decides(text: str, word: str, needed: float) -> None:
    assert _needed(text, word) == needed


def test_a_threshold_of_ones_own_moves_none_the_wrong_way() -> None:
    assert _needed("Lapin blanc", "Lapin", threshold=0.9) == 0.9
    assert _needed("go #anne", "anne", threshold=0.05) == 0.05


def test_without_lists_all_words_need_the_same() -> None:
    surety = Surety(0.4)

    assert surety.needed("#lapin", 1, 6, "lapin") == surety.lowest == 0.4
