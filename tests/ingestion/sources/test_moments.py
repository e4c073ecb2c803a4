"""Dates as exports write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from ingestion.sources.moments import EPOCH, has_no_zone, read_moment, tells_day_first

PARIS = ZoneInfo("Europe/Paris")


def moment(text: str, *formats: str, day_first: bool = True) -> datetime | None:
    return read_moment(text, formats=formats, day_first=day_first, zone=PARIS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-03", datetime(2026, 7, 3, tzinfo=UTC)),
        ("2026-07-03 14:05", datetime(2026, 7, 3, 12, 5, tzinfo=UTC)),
        ("2026-07-03T14:05:06Z", datetime(2026, 7, 3, 14, 5, 6, tzinfo=UTC)),
        ("2026-07-03 14:05:06 UTC", datetime(2026, 7, 3, 14, 5, 6, tzinfo=UTC)),
        ("2026-07-03T14:05:06.123+02:00", datetime(2026, 7, 3, 12, 5, 6, 123000, tzinfo=UTC)),
        ("2026/07/03", datetime(2026, 7, 3, tzinfo=UTC)),
        ("03/07/2026", datetime(2026, 7, 3, tzinfo=UTC)),
        ("03.07.2026 14:05", datetime(2026, 7, 3, 12, 5, tzinfo=UTC)),
        ("3-7-26", datetime(2026, 7, 3, tzinfo=UTC)),
        ("03/07/2026 à 14h05", datetime(2026, 7, 3, 12, 5, tzinfo=UTC)),
        ("3 juillet 2026", datetime(2026, 7, 3, tzinfo=UTC)),
        ("1er août 2026", datetime(2026, 8, 1, tzinfo=UTC)),
        ("3. März 2026", datetime(2026, 3, 3, tzinfo=UTC)),
        ("3 luglio 2026", datetime(2026, 7, 3, tzinfo=UTC)),
        ("3 de julio de 2026", datetime(2026, 7, 3, tzinfo=UTC)),
        ("July 3, 2026", datetime(2026, 7, 3, tzinfo=UTC)),
        ("Jul 3rd, 2026 2:05 PM", datetime(2026, 7, 3, 12, 5, tzinfo=UTC)),
        ("Reviewed in France on 3 July 2026", datetime(2026, 7, 3, tzinfo=UTC)),
        ("Reviewed in the United States on July 3, 2026", datetime(2026, 7, 3, tzinfo=UTC)),
        ("Fri, 03 Jul 2026 14:05:06 +0200", datetime(2026, 7, 3, 12, 5, 6, tzinfo=UTC)),
        ("Fri Jul 03 14:05:06 +0000 2026", datetime(2026, 7, 3, 14, 5, 6, tzinfo=UTC)),
        ("1783087506", datetime(2026, 7, 3, 14, 5, 6, tzinfo=UTC)),
        ("1783087506000", datetime(2026, 7, 3, 14, 5, 6, tzinfo=UTC)),
        ("1783087506.0", datetime(2026, 7, 3, 14, 5, 6, tzinfo=UTC)),
    ],
)
def test_usual_ways_of_writing_a_date(text: str, expected: datetime) -> None:
    assert moment(text) == expected


@pytest.mark.parametrize(
    "text", ["", "hier", "31/02/2026", "5", "2026", "12345", "32 juillet 2026", "3 brumaire 2026", "03/07/2026 soir"]
)
def test_what_is_no_date(text: str) -> None:
    assert moment(text) is None


def test_month_first_and_formats_that_are_given() -> None:
    assert moment("03/07/2026", day_first=False) == datetime(2026, 3, 7, tzinfo=UTC)
    assert moment("13/07/2026", day_first=False) is None
    assert moment("26|07|03", "%y|%m|%d") == datetime(2026, 7, 3, tzinfo=UTC)
    assert moment("2026-07-03", "%y|%m|%d") is None
    assert moment("7", EPOCH) == datetime(1970, 1, 1, 0, 0, 7, tzinfo=UTC)


def test_a_zone_that_is_given_is_kept_and_a_day_alone_stays_that_day() -> None:
    found = moment("2026-07-03T00:00:00-05:00")
    assert found == datetime(2026, 7, 3, tzinfo=timezone(timedelta(hours=-5)))
    assert moment("3 juillet 2026") == datetime(2026, 7, 3, tzinfo=UTC)


def test_what_tells_day_first_and_a_missing_zone() -> None:
    assert tells_day_first(["03/04/2026", "14/04/2026"]) is True
    assert tells_day_first(["03/04/2026", "04/14/2026"]) is False
    assert tells_day_first(["03/04/2026"]) is None
    assert tells_day_first(["14/04/2026", "04/14/2026"]) is None
    assert has_no_zone(["2026-01-02 10:00"])
    assert not has_no_zone(["2026-01-02", "2026-01-02T10:00:00+01:00", "2026-01-02 10:00 UTC"])


@pytest.mark.parametrize(
    "text", ["03/04/2026 10:00 +99:00", "3 mai 2026 10:00 +01:90", "Mon, 01 Feb 2026 9999999999:00:00 +0100", "inf"]
)
def test_what_no_clock_shows_is_no_moment(text: str) -> None:
    assert moment(text) is None
    assert moment(text, EPOCH) is None
