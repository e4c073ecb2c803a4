"""The runner that the settings name."""

from __future__ import annotations

from contextlib import AbstractContextManager

from ingestion.post_preparation import PostPreparation
from ingestion.runners.local import started_here, started_pool
from ingestion.runners.on_ray import started_ray
from ingestion.runners.runner import Runner
from ingestion.settings import PostSettings


def started_runner(preparation: PostPreparation, settings: PostSettings) -> AbstractContextManager[Runner]:
    """The runner, ended with its processes on leaving. Raises `RunnerError` where it cannot be had."""
    if settings.runner == "ray":
        return started_ray(preparation, workers=settings.workers, address=settings.ray_address)
    if settings.workers > 1:
        return started_pool(preparation, workers=settings.workers)
    return started_here(preparation)
