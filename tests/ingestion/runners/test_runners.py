"""The same batches prepared here, in a pool and on Ray: the same posts, in the same order, few at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import polars as pl
import pyarrow as pa
import pytest

from ingestion.errors import RunnerError
from ingestion.post_batches import NamedPost, raw_batch
from ingestion.post_preparation import PostPreparation
from ingestion.pseudonymise.known_names import with_known_names
from ingestion.records import RawPost
from ingestion.runners.choice import started_runner
from ingestion.runners.runner import in_order
from ingestion.settings import PostSettings
from tests.ingestion.raw_posts import pseudonymiser, raw_post
from tests.ingestion.test_post_preparation import WordReader

TEXTS = [
    "Awa likes linen",
    "write to a@example.com",
    "@someone_else 06 12 34 56 78",
    "a warm coat",
    "très joli manteau",
]


def batches(count: int = 5) -> list[pa.Table]:
    def batch(number: int) -> Sequence[RawPost]:
        return [raw_post(source_id=f"{number}-{row}", text=text, thread="t") for row, text in enumerate(TEXTS)]

    return [
        raw_batch([NamedPost(raw=raw, names=names) for raw, names in with_known_names(batch(number))])
        for number in range(count)
    ]


def prepared(settings: PostSettings) -> pl.DataFrame:
    with started_runner(PostPreparation(pseudonymiser(), WordReader(["Awa"])), settings) as prepare:
        return pl.concat(pl.DataFrame(batch) for batch in prepare(batches()))


def test_a_pool_gives_what_one_process_gives() -> None:
    assert prepared(PostSettings(workers=2)).equals(prepared(PostSettings(workers=1)))


@pytest.mark.slow
def test_ray_gives_what_one_process_gives() -> None:
    on_ray = prepared(PostSettings(runner="ray", workers=2))
    assert on_ray.equals(prepared(PostSettings(workers=1)))
    assert on_ray.height == 5 * len(TEXTS)


def test_without_ray_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(RunnerError, match=r'pip install "reassort\[ray\]"'):
        prepared(PostSettings(runner="ray"))


def test_no_more_batches_are_under_way_than_allowed() -> None:
    taken: list[int] = []

    def source() -> Iterator[pa.Table]:
        for number in range(10):
            taken.append(number)
            yield pa.table({"number": [number]})

    results = in_order(source(), lambda batch: batch, lambda batch: batch, most=3)
    seen = []
    for result in results:
        seen.append(result["number"][0].as_py())
        assert len(taken) - len(seen) <= 3
    assert seen == list(range(10))
