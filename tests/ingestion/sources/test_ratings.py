"""Ratings as they are written."""

from __future__ import annotations

import pytest

from ingestion.sources.ratings import read_rating, usual_scale


@pytest.mark.parametrize(
    ("text", "scale", "stars"),
    [
        ("4", 5, 4.0),
        ("4,5", 5, 4.5),
        ("8.5", 10, 4.25),
        ("0", 10, 1.0),
        ("80", 100, 4.0),
        ("16", 20, 4.0),
        ("4/5", 10, 4.0),
        ("8 / 10", 5, 4.0),
        ("16/20", 5, 4.0),
        ("4.0 out of 5 stars", 5, 4.0),
        ("4 étoiles sur 5", 5, 4.0),
        ("3 von 5", 5, 3.0),
        ("80 %", 5, 4.0),
        ("★★★★☆", 5, 4.0),
        ("⭐️⭐️⭐️", 10, 3.0),
        ("★★★½", 5, 3.5),
        ("FIVE", 10, 5.0),
        ("5 stars", 5, 5.0),
        ("3 étoiles", 5, 3.0),
    ],
)
def test_ways_of_writing_a_rating(text: str, scale: float, stars: float) -> None:
    assert read_rating(text, scale) == stars


@pytest.mark.parametrize(
    ("text", "scale", "reason"),
    [
        ("6", 5, "outside 1 to 5"),
        ("0", 5, "outside 1 to 5"),
        ("-1", 10, "outside 1 to 10"),
        ("12/10", 5, "outside 1 to 10"),
        ("inf", 5, "outside 1 to 5"),
        ("bien", 5, "no number"),
        ("", 5, "no number"),
        ("4 ou 5", 5, "no number"),
    ],
)
def test_what_is_no_rating(text: str, scale: float, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_rating(text, scale)


def test_the_usual_scale_is_the_smallest_that_holds_all() -> None:
    assert [usual_scale(texts) for texts in (["5", "3"], ["5", "7"], ["15"], ["21"], ["4/10"], ["x"], ["900"])] == [
        *(5.0, 10.0, 20.0, 100.0, 5.0, 5.0, 5.0)
    ]
