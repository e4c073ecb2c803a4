"""A small ingestion killed at random moments, over and over: run as a program, in forks of one process.

    python -m tests.journeys.killing FOLDER KILLS SEED

Ingests into FOLDER/undisturbed, then into FOLDER/killed-1, -2, ... until KILLS runs were killed, each folder until one
came to its end or until its share of kills was reached. Forks start in no time, since the libraries are loaded once;
nothing of them is used before a fork. Moments are of the processor time of a run, so that a busy machine moves none: by
the clock, runs that it slows down would all be killed in their first part.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import psutil

from ingestion.pipeline import ingest_posts
from ingestion.post_preparation import PostPreparation
from ingestion.pseudonymise.names.finder import NamesOnly, NoNames
from ingestion.settings import PostSettings
from ingestion.sources.source import RejectedPost
from tests.ingestion.raw_posts import pseudonymiser
from tests.ingestion.test_pipeline import ListSource, many_posts, open_home
from vectorstore.encoder import HashEncoder

POSTS = 30
FOLDERS = 5
"""At least: kills in one folder are that part of all."""
_BATCH = 9
_MOST_OF_A_RUN = 0.8
"""A run that goes on after a cut is shorter: its end is reached by these, and a folder sees more of them."""


def ingest(folder: Path) -> None:
    """One run over the same small source."""
    home = open_home(folder)
    ingest_posts(
        ListSource([*many_posts(POSTS), RejectedPost(row=POSTS, column="text", reason="no text")]),
        lake=home.lake,
        store=home.store,
        encoder=HashEncoder(),
        pseudonymiser=pseudonymiser(),
        settings=PostSettings(batch_size=_BATCH, workers=1),
        rejects_path=folder / "rejects.csv",
    )
    home.store.close()


def main() -> None:
    """Print how many seconds of processor an undisturbed run takes, and into how many folders killed runs went."""
    folder, kills, chance = Path(sys.argv[1]), int(sys.argv[2]), Random(int(sys.argv[3]))
    # What a fork shares with this process: it holds no thread and no lock.
    PostPreparation(pseudonymiser(), NamesOnly(NoNames()))
    whole = min(_timed(folder / name) for name in ("first", "undisturbed"))
    number = killed = 0
    while killed < kills:
        number += 1
        work = partial(ingest, folder / f"killed-{number}")
        most = min(kills, killed + kills // FOLDERS)
        while killed < most and _killed(_forked(work), after=chance.uniform(0.0, _MOST_OF_A_RUN * whole)):
            killed += 1
        _finish(_forked(work))
    sys.stdout.write(f"{whole:.2f} {number}\n")


def _timed(folder: Path) -> float:
    """Seconds of processor that a run takes."""
    _, status, used = os.wait4(_forked(partial(ingest, folder)), 0)
    _check(status)
    return used.ru_utime + used.ru_stime


def _forked(work: Callable[[], None]) -> int:
    """The id of a child that does the work."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)


def _killed(child: int, *, after: float) -> bool:
    """Kill the child after so many seconds of processor; whether it was still at work."""
    running = psutil.Process(child)
    while (left := after - sum(running.cpu_times()[:2])) > 0.0:
        if _ended(child):
            return False
        # The system counts in hundredths: the rest of one is waited out.
        time.sleep(min(left, 0.004))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _ended(child: int) -> bool:
    found, status = os.waitpid(child, os.WNOHANG)
    _check(status)
    return bool(found)


def _finish(child: int) -> None:
    _, status = os.waitpid(child, 0)
    _check(status)


def _check(status: int) -> None:
    if status:
        raise SystemExit(f"A run failed with status {status}.")


if __name__ == "__main__":
    main()
