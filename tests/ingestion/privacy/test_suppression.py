"""Who asked to be forgotten does not come back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingestion.lake import Lake
from ingestion.privacy.suppression import Suppressions
from ingestion.pseudonymise.content import content_hash
from ingestion.pseudonymise.keys import PseudonymKey
from tests.ingestion.privacy.posts import ANNE, BOB, CLARA, post

KEY = PseudonymKey(secret=b"k" * 32)
ON = date(2026, 6, 1)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def test_posts_go_and_mentions_become_nobody(lake: Lake) -> None:
    Suppressions(lake, KEY).add(ANNE, since=ON)
    posts = [post(1, ANNE, "Hello"), post(2, BOB, f"@{ANNE} and @{CLARA}"), post(3, CLARA, "Bye")]
    kept = Suppressions(lake, KEY).without_suppressed(posts)
    assert [one.author for one in kept] == [BOB, CLARA]
    assert kept[0].text == f"[name] and @{CLARA}"
    assert kept[0].content_hash == content_hash(vars(kept[0]))
    assert kept[1] is posts[2]


def test_one_source_alone(lake: Lake) -> None:
    suppressions = Suppressions(lake, KEY)
    suppressions.add(ANNE, source="social", since=ON)
    posts = [post(1, ANNE, "Here"), post(2, ANNE, "There", source="social")]
    assert [one.source for one in suppressions.without_suppressed(posts)] == ["forum"]


def test_nobody_suppressed_changes_nothing(lake: Lake) -> None:
    posts = [post(1, ANNE, "Hello")]
    assert Suppressions(lake, KEY).without_suppressed(posts) == posts
    assert not lake.exists("suppressed_authors")


def test_the_list_holds_no_pseudonym_and_each_person_once(lake: Lake) -> None:
    suppressions = Suppressions(lake, KEY)
    suppressions.add(ANNE, since=ON)
    suppressions.add(ANNE, since=date(2026, 7, 1))
    Suppressions(lake, KEY).add(ANNE, since=date(2026, 8, 1))
    rows = lake.read("suppressed_authors")
    assert rows["since"].to_list() == [ON]
    assert ANNE.removeprefix("author_") not in rows["digest"][0]
    assert Suppressions(lake, PseudonymKey(secret=b"x" * 32)).digest(ANNE) != rows["digest"][0]
