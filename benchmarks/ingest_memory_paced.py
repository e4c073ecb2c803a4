"""Memory of bringing posts in at the models' own pace: `ingest_memory` with half an hour of waiting for them."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.figures import Figure
from benchmarks.ingest_memory import memory_figures


def run(quick: bool) -> Iterator[Figure]:
    """Both numbers of posts; `quick` takes a tenth of them."""
    yield from memory_figures("ingest_memory_paced", quick, paced=True)
