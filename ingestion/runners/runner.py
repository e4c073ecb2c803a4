"""What a runner promises: every batch prepared, in order, with few under way."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import pyarrow as pa

T = TypeVar("T")

Runner = Callable[[Iterable[pa.Table]], Iterator[pa.Table]]
"""Prepares batches of raw posts as `PostPreparation.prepare` does. Takes them as it needs them and gives the results
back in the same order, so that memory does not grow with the source."""

AHEAD = 2
"""Batches under way a process: one at work, one waiting for it."""


def in_order(
    batches: Iterable[pa.Table], submit: Callable[[pa.Table], T], result: Callable[[T], pa.Table], *, most: int
) -> Iterator[pa.Table]:
    """Submit batches and yield their results in order, with at most `most` under way."""
    under_way: deque[T] = deque()
    for batch in batches:
        if len(under_way) == most:
            yield result(under_way.popleft())
        under_way.append(submit(batch))
    while under_way:
        yield result(under_way.popleft())
