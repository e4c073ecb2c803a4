from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from copilot.settings import SignalSettings
from copilot.signals.phrases import NewPhrase, find_phrases, read_texts
from ingestion.lake import Lake
from tests.copilot.signals.material import AS_OF, background, posts

_SETTINGS = SignalSettings()
_WORDS = [
    "warm",
    "soft",
    "nice",
    "cheap",
    "long",
    "small",
    "large",
    "dark",
    "light",
    "heavy",
    "plain",
    "smart",
    "quick",
    "slow",
    "kind",
]


def _chatter() -> list[dict[str, object]]:
    """Sixteen weeks of posts of a few chance words."""
    chance = np.random.default_rng(3)
    rows = background({"": 90.0}, weeks=16)
    return [{**row, "text": "I think the coat is " + " ".join(chance.choice(_WORDS, 4))} for row in rows]


@pytest.fixture(scope="module")
def chatter() -> list[dict[str, object]]:
    return _chatter()


def _said(forms: list[str], count: int, **row: object) -> list[dict[str, object]]:
    return [
        {
            "post_id": f"{forms[0]}-{n}",
            "text": f"{_WORDS[n % 15]} {_WORDS[n * 7 % 15]} {forms[n % len(forms)]} {_WORDS[n * 4 % 15]}",
            "day": AS_OF - timedelta(days=n % 9 + 1),
            **row,
        }
        for n in range(count)
    ]


def _found(tmp_path: Path, rows: list[dict[str, object]]) -> list[NewPhrase]:
    lake = Lake(tmp_path / "lake")
    lake.append("posts", posts(*rows))
    return find_phrases(read_texts(lake, AS_OF), AS_OF, _SETTINGS)


def test_new_phrase_is_found_and_named_as_most_spell_it(tmp_path: Path, chatter: list[dict[str, object]]) -> None:
    spelt = ["lantern hem", "lantern hem", "lantern hems", "#lanternhem"]

    phrase = _found(tmp_path, [*chatter, *_said(spelt, 30)])[0]

    assert (phrase.phrase, phrase.language, phrase.authors) == ("lantern hem", "en", 30)
    assert phrase.forms == ("lantern hem", "lantern hems", "#lanternhem")
    assert phrase.expected_authors < 1.0
    assert phrase.q_value < 0.001
    assert AS_OF - timedelta(days=14) <= phrase.first_day < AS_OF


def test_words_of_one_phrase_are_no_phrases_of_their_own(tmp_path: Path, chatter: list[dict[str, object]]) -> None:
    found = _found(tmp_path, [*chatter, *_said(["glacier mint shell"], 30)])

    assert [phrase.phrase for phrase in found] == ["glacier mint shell"]


@pytest.mark.parametrize(
    ("form", "row"),
    [
        ("butter yellow", {}),
        ("lantern hem", {"author": "one"}),
        ("lantern hem", {"thread": "one"}),
        ("lantern hem", {"spam": True}),
    ],
    ids=["listed", "one_author", "one_thread", "spam"],
)
def test_what_is_no_new_phrase(
    tmp_path: Path, chatter: list[dict[str, object]], form: str, row: dict[str, object]
) -> None:
    assert _found(tmp_path, [*chatter, *_said([form], 30, **row)]) == []


@pytest.mark.parametrize(
    ("form", "names"),
    [("zelma coat", ["Zelma"]), ("samedi", []), ("[name_ab12] hem", []), ("hem [order]", [])],
    ids=["product", "calendar", "name", "order"],
)
def test_what_is_about_no_new_thing(
    tmp_path: Path, chatter: list[dict[str, object]], form: str, names: list[str]
) -> None:
    lake = Lake(tmp_path / "lake")
    lake.append("posts", posts(*chatter, *_said([form], 30)))

    found = find_phrases(read_texts(lake, AS_OF), AS_OF, _SETTINGS, names=names)

    told = {phrase.phrase for phrase in found}
    assert not any(word in phrase for phrase in told for word in ("zelma", "samedi", "name", "ab12", "order"))


def test_what_was_always_said_is_not_new(tmp_path: Path) -> None:
    always = [
        {**row, "text": f"{row['text']} with a lantern hem"} if n % 3 else row for n, row in enumerate(_chatter())
    ]

    assert _found(tmp_path, always) == []


def test_posts_read_are_those_of_the_weeks_before(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    days = {
        "a": AS_OF - timedelta(days=1),
        "b": AS_OF,
        "c": AS_OF - timedelta(days=112),
        "d": AS_OF - timedelta(days=113),
    }
    lake.append(
        "posts", posts(*({"post_id": name, "day": day, "title": "T", "text": "x"} for name, day in days.items()))
    )

    read = read_texts(lake, AS_OF)

    assert sorted(read["post_id"]) == ["a", "c"]
    assert read.filter(pl.col("post_id") == "a")["text"].to_list() == ["T\nx"]
