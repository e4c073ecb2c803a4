"""An ingestion killed at random moments, fifty times, and run again each time: nothing lost, nothing doubled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from ingestion.index_state import is_in_line
from ingestion.post_checks import check_posts
from tests.ingestion.test_pipeline import Home, open_home
from tests.journeys.killing import FOLDERS, POSTS

KILLS = 50
_NOT_COMPARED = "index_state"
"""Names a version of the posts, and a run that was killed may have taken another number of commits."""


@pytest.mark.slow
def test_killed_fifty_times_every_table_and_the_index_end_as_if_undisturbed(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "tests.journeys.killing", str(tmp_path), str(KILLS), "3"]
    done = subprocess.run(program, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    undisturbed = open_home(tmp_path / "undisturbed")
    expected = _tables(undisturbed), undisturbed.index(), _rejects(undisturbed)
    assert undisturbed.posts().height > POSTS / 2
    undisturbed.store.close()
    killed = sorted(tmp_path.glob("killed-*"))
    assert len(killed) >= FOLDERS
    for folder in killed:
        home = open_home(folder)
        assert check_posts(home.lake, home.store) == []
        assert is_in_line(home.lake, home.store)
        assert (_tables(home), home.index(), _rejects(home)) == expected
        home.store.close()


def _tables(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """Every table's rows. One without any was only there meanwhile."""
    rows = {table: _rows(home.lake.read(table)) for table in home.lake.tables() if table != _NOT_COMPARED}
    return {table: held for table, held in rows.items() if held}


def _rows(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    return sorted(frame.select(sorted(frame.columns)).rows(), key=repr)


def _rejects(home: Home) -> str:
    return Path(home.lake.url).with_name("rejects.csv").read_text(encoding="utf-8-sig")
