"""What benchmarks report, and how."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import as_row, names
from benchmarks.figures import Better, Figure

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("value", "target", "better", "ok"),
    [
        (9.0, 10.0, "lower", True),
        (11.0, 10.0, "lower", False),
        (11.0, 10.0, "higher", True),
        (9.0, 10.0, "higher", False),
        (10.0, 10.0, "higher", True),
        (None, 10.0, "higher", None),
        (9.0, None, "higher", None),
    ],
)
def test_a_figure_is_ok_on_the_right_side_of_its_target(
    value: float | None, target: float | None, better: Better, ok: bool | None
) -> None:
    figure = Figure(name="x.y", value=value, unit="ms", target=target, better=better)
    assert figure.ok is ok
    assert figure.as_json()["ok"] is ok
    assert ("MISSED" in as_row(figure)) is (ok is False)


def test_the_harness_itself_is_no_benchmark() -> None:
    assert "search" in names()
    assert not {"__main__", "figures", "all"} & set(names())


def test_absent_data_is_said_and_fails_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "search", "--quick", "--json"]
    environment = {**os.environ, "REASSORT_REAL_DATA": str(tmp_path)}
    output = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    figures = [json.loads(line) for line in output.splitlines()]
    assert len(figures) >= 10
    for figure in figures:
        assert set(figure) == {"name", "value", "unit", "target", "better", "ok", "detail"}
        assert figure["ok"] is None
        assert "reviews_womens_clothing" in figure["detail"]
