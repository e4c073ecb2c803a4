"""The demo killed at any point and run again: the same tables, to the row, and an index that agrees with them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from copilot.indexing import opened_index
from copilot.settings import load_settings
from copilot.workspace import Workspace
from ingestion.demo import build_demo, parse_size
from ingestion.lake import Lake
from tests.conftest import DEMO_KEY, DEMO_SEED
from tests.journeys.identities import mentions


@pytest.mark.slow
def test_killed_at_any_point_and_run_again_it_ends_the_same(demo_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "killed"
    home.mkdir()
    # Converting the models takes longest and is no part of what is killed here.
    (home / "models").symlink_to(demo_home / "models")
    rng = random.Random(3)
    for _ in range(3):
        process = subprocess.Popen(_command(home), env=_environment(), stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(2.0, 9.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = subprocess.run(_command(home), env=_environment(), check=True, capture_output=True, text=True)
    identities = sorted(build_demo(parse_size("small"), seed=DEMO_SEED).truth.personal_data.identifiers)
    assert "briefs" in done.stdout
    assert not mentions(done.stdout + done.stderr, identities)
    undisturbed, again = Lake(demo_home / "lake"), Lake(home / "lake")
    assert again.tables() == undisturbed.tables()
    for table in undisturbed.tables():
        assert _rows(again, table).equals(_rows(undisturbed, table)), table
    with opened_index(Workspace(load_settings(home))) as (store, _):
        assert store.count() == again.rows("posts")


def _command(home: Path) -> list[str]:
    return [sys.executable, "-m", "copilot", "demo", "--home", str(home), "--size", "small", "--no-serve"]


def _environment() -> dict[str, str]:
    return {**os.environ, "REASSORT_PSEUDONYM__KEY": DEMO_KEY, "REASSORT_PSEUDONYM__NAMES_MODEL": "packaged"}


def _rows(lake: Lake, table: str) -> pl.DataFrame:
    frame = lake.read(table)
    return frame.sort([name for name, kind in frame.schema.items() if not isinstance(kind, pl.List)])
