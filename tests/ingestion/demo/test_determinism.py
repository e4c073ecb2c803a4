"""The same seed gives the same retailer; another one does not; another end moves the events with it."""

import hashlib
from datetime import date, timedelta

import polars as pl

from ingestion.demo import Demo, DemoSize, build_demo

SIZE = DemoSize(stores=3, products=8, days=364, posts=600)


def _digest(demo: Demo) -> str:
    digest = hashlib.sha256()
    for name, frame in demo.tables():
        digest.update(name.encode() + frame.write_csv().encode())
    for post in demo.raw_posts():
        digest.update(f"{post.source}{post.source_id}{post.author}{post.title}{post.text}{post.published_at}".encode())
    digest.update(repr(sorted(demo.truth.personal_data.identifiers)).encode())
    return digest.hexdigest()


def test_the_same_seed_gives_the_same_rows_and_posts_and_another_one_does_not() -> None:
    first = _digest(build_demo(SIZE, seed=3))
    assert _digest(build_demo(SIZE, seed=3)) == first
    assert _digest(build_demo(SIZE, seed=4)) != first


def test_reading_posts_and_truth_first_changes_no_table() -> None:
    plain, curious = build_demo(SIZE), build_demo(SIZE)
    list(curious.raw_posts())
    curious.truth.stock_outs()
    curious.truth.demand(curious.start, curious.end)
    for (name, frame), (_, other) in zip(plain.tables(), curious.tables(), strict=True):
        assert frame.equals(other), name


def test_another_last_day_moves_the_events_with_it() -> None:
    usual, later = build_demo(SIZE), build_demo(SIZE, end=date(2026, 11, 1) + timedelta(days=30))
    shifts = {b.starts_on - a.starts_on for a, b in zip(usual.truth.rises, later.truth.rises, strict=True)}
    assert shifts == {timedelta(days=30)}
    last = dict(later.tables())["sales"].select(pl.col("date").max()).item()
    assert last == date(2026, 12, 1)


def test_what_a_demo_shows_of_itself_holds_no_personal_data() -> None:
    truth = build_demo(SIZE).truth
    shown = repr(truth) + repr(truth.posts) + repr(truth.personal_data)
    assert not any(value in shown for value in truth.personal_data.identifiers)
