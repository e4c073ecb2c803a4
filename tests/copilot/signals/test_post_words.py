"""New phrases from words that are kept: as from all texts read again."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

import copilot.signals.post_words as post_words
from copilot.settings import SignalSettings
from copilot.signals.new_phrases import update_phrases
from copilot.signals.phrases import READ_DAYS, find_phrases, read_texts
from copilot.signals.post_words import POST_WORDS, drop_stale_words, read_words
from copilot.signals.word_runs import with_words
from ingestion.errors import IngestionError, TableMissingError
from ingestion.lake import Lake
from tests.copilot.signals.material import AS_OF, background, posts

_SETTINGS = SignalSettings()
_DAY = timedelta(days=1)


def _said(day: date, number: int, **row: object) -> dict[str, object]:
    return {"post_id": f"p{day}-{number}", "text": "lantern hem", "day": day, **row}


def _texts_read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many texts each reading takes, from now on."""
    read: list[int] = []

    def counted(told: pl.DataFrame) -> pl.DataFrame:
        read.append(told.height)
        return with_words(told)

    monkeypatch.setattr(post_words, "with_words", counted)
    return read


def _small_lake(folder: Path, *rows: dict[str, object]) -> Lake:
    lake = Lake(folder / "lake")
    lake.append("posts", posts(*rows))
    return lake


def test_a_days_new_posts_give_what_a_full_recount_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = background({"nice warm coat": 60.0, "soft plain thing": 40.0}, weeks=17)
    lake = _small_lake(tmp_path, *talk, *[_said(AS_OF - 4 * _DAY, n) for n in range(6)])
    update_phrases(lake, AS_OF - 3 * _DAY, _SETTINGS)
    read = _texts_read(monkeypatch)

    for back in (2, 1, 0):
        morning = AS_OF - back * _DAY
        new = [_said(morning - _DAY, n) for n in range(6, 14)]
        lake.append("posts", posts(*new))
        found = update_phrases(lake, morning, _SETTINGS)
        again = find_phrases(read_texts(lake, morning), morning, _SETTINGS)

        assert [phrase.phrase for phrase in found] == ["lantern hem"]
        assert list(found) == again

    # No more than the new posts of a morning, and the background's of the day before.
    assert all(8 <= texts < 50 for texts in read)
    assert len(read) == 3


def test_the_same_morning_reads_no_text_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = _small_lake(tmp_path, _said(AS_OF - _DAY, 1), _said(AS_OF - 2 * _DAY, 2), _said(AS_OF, 3))
    first = read_words(lake, AS_OF, days=READ_DAYS)
    version = lake.version(POST_WORDS)
    read = _texts_read(monkeypatch)

    assert read_words(lake, AS_OF, days=READ_DAYS).equals(first)
    assert (first.height, read, lake.version(POST_WORDS)) == (2, [], version)


def test_a_changed_post_is_read_again_and_its_old_words_are_gone(tmp_path: Path) -> None:
    lake = _small_lake(tmp_path, _said(AS_OF - _DAY, 1), _said(AS_OF - _DAY, 2))
    read_words(lake, AS_OF, days=READ_DAYS)
    version = lake.version(POST_WORDS)
    lake.merge("posts", posts(_said(AS_OF - _DAY, 1, text="plain hem")), key=["post_id"])

    said = read_words(lake, AS_OF, days=READ_DAYS)

    assert sorted(said["words"].to_list()) == [["\n", "lantern", "hem"], ["\n", "plain", "hem"]]
    assert lake.rows(POST_WORDS) == 2
    with pytest.raises((IngestionError, OSError, pl.exceptions.PolarsError)):
        lake.read(POST_WORDS, version=version)


@pytest.mark.parametrize("mark", [{"spam": True}, {"duplicate_of": "other"}])
def test_posts_that_turn_out_spam_or_copies_say_nothing(tmp_path: Path, mark: dict[str, object]) -> None:
    lake = _small_lake(tmp_path, _said(AS_OF - _DAY, 1))
    assert read_words(lake, AS_OF, days=READ_DAYS).height == 1

    lake.merge("posts", posts(_said(AS_OF - _DAY, 1, **mark)), key=["post_id"])

    assert read_words(lake, AS_OF, days=READ_DAYS).is_empty()


def test_words_of_posts_that_are_gone_go_whatever_their_day(tmp_path: Path) -> None:
    old, new = AS_OF - 200 * _DAY, AS_OF - _DAY
    lake = _small_lake(tmp_path, _said(old, 1), _said(new, 2), _said(new, 3))
    read_words(lake, old + _DAY, days=READ_DAYS)
    read_words(lake, AS_OF, days=READ_DAYS)
    assert lake.rows(POST_WORDS) == 3
    version = lake.version(POST_WORDS)
    lake.erase("posts", f"post_id = 'p{old}-1'")

    drop_stale_words(lake)

    assert lake.read(POST_WORDS)["post_id"].sort().to_list() == [f"p{new}-2", f"p{new}-3"]
    with pytest.raises((IngestionError, OSError, pl.exceptions.PolarsError)):
        lake.read(POST_WORDS, version=version)


def test_words_older_than_are_counted_are_not_kept_for_long(tmp_path: Path) -> None:
    old, new = AS_OF - 200 * _DAY, AS_OF - _DAY
    lake = _small_lake(tmp_path, _said(old, 1), _said(old, 2), _said(new, 3))
    read_words(lake, old + _DAY, days=READ_DAYS)

    read_words(lake, AS_OF, days=READ_DAYS)

    assert lake.read(POST_WORDS)["date"].to_list() == [new]


def test_without_posts_there_are_no_words(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")

    drop_stale_words(lake)

    with pytest.raises(TableMissingError):
        read_words(lake, AS_OF, days=READ_DAYS)
