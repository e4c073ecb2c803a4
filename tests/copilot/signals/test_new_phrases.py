from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from copilot.settings import SignalSettings
from copilot.signals.new_phrases import NEW_PHRASES, PHRASE_RUNS, read_phrases, update_phrases
from copilot.signals.phrases import posts_saying, read_texts
from ingestion.errors import TableMissingError
from ingestion.lake import Lake
from tests.copilot.signals.material import AS_OF, background, posts

_SETTINGS = SignalSettings()


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Sixteen weeks of talk, and in the last nine days 24 authors of one phrase in three forms, two languages."""
    forms = [("fr", "une jupe tulipe lantern"), ("en", "that lantern tulipe skirt"), ("en", "a tulipe lantern skirt")]
    talk = background({"nice warm coat": 60.0, "soft plain thing": 40.0}, weeks=16)
    said = [
        {
            "post_id": f"p{n}",
            "text": forms[n % 3][1],
            "language": forms[n % 3][0],
            "day": AS_OF - timedelta(days=n % 9 + 1),
        }
        for n in range(24)
    ]
    lake = Lake(tmp_path_factory.mktemp("phrases") / "lake")
    lake.append("posts", posts(*talk, *said))
    update_phrases(lake, AS_OF, _SETTINGS, min_authors=5)
    return lake


def test_forms_of_one_phrase_are_kept_as_one(lake: Lake) -> None:
    morning, found = read_phrases(lake, AS_OF + timedelta(days=2))

    assert morning == AS_OF
    assert [phrase.authors for phrase in found] == [24]
    assert set(found[0].forms) == {"lantern tulipe skirt", "tulipe lantern skirt", "jupe tulipe lantern"}
    assert found[0].weeks[-1].week_ending == AS_OF - timedelta(days=1)
    assert sum(week.authors for week in found[0].weeks) == 24
    assert sum(week.expected_authors for week in found[0].weeks[-2:]) == pytest.approx(found[0].expected_authors)


def test_forms_that_too_few_authors_write_are_not_kept(lake: Lake, tmp_path: Path) -> None:
    other = Lake(tmp_path / "lake")
    rare = [
        {"post_id": f"r{n}", "text": "a tulipe lantern skirts", "day": AS_OF - timedelta(days=n + 1)} for n in range(4)
    ]
    other.append("posts", lake.read("posts"))
    other.append("posts", posts(*rare))

    (phrase,) = update_phrases(other, AS_OF, _SETTINGS, min_authors=5)

    assert phrase.authors == 28
    assert "tulipe lantern skirts" not in phrase.forms


def test_posts_that_say_a_phrase_in_any_form_are_found(lake: Lake) -> None:
    _, (phrase,) = read_phrases(lake, AS_OF)

    said = posts_saying(read_texts(lake, AS_OF, days=14), phrase)

    assert said.height == 24
    assert set(said["language"]) == {"en", "fr"}


def test_same_posts_make_no_new_version(lake: Lake) -> None:
    before = lake.versions([NEW_PHRASES, PHRASE_RUNS])

    update_phrases(lake, AS_OF, _SETTINGS, min_authors=5)

    assert lake.versions([NEW_PHRASES, PHRASE_RUNS]) == before


def test_what_too_few_authors_say_is_kept_nowhere(lake: Lake, tmp_path: Path) -> None:
    other = Lake(tmp_path / "lake")
    other.append("posts", lake.read("posts"))

    assert update_phrases(other, AS_OF, _SETTINGS, min_authors=25) == ()
    assert read_phrases(other, AS_OF) == (AS_OF, [])
    assert not other.exists(NEW_PHRASES)


def test_mornings_before_the_first_have_none(lake: Lake) -> None:
    with pytest.raises(TableMissingError):
        read_phrases(lake, AS_OF - timedelta(days=1))
