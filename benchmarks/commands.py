"""How quickly the command line answers: `python -m benchmarks commands`.

Whole processes, started cold by the installed script; the median of several runs.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.figures import Figure
from copilot.settings import load_settings
from copilot.workspace import Workspace
from ingestion.demo import build_demo, parse_size
from ingestion.retail.contracts import CONTRACTS

HELP_TARGET_S = 1.0
STATUS_TARGET_S = 2.0
_QUESTIONS = {
    "ask_signals_seconds": "What is rising this week?",
    "ask_stock_seconds": "How many Alba dresses are in stock?",
}
ASK_TARGET_S = 3.0


def run(quick: bool) -> Iterable[Figure]:
    """Seconds of `--help`, of `status` on the retail tables of the demo (`quick`: of the small one), and of `ask` on
    the small demo, no service running."""
    size, runs = ("small", 3) if quick else ("full", 9)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        lake = Workspace(load_settings(home)).lake
        for table, frame in build_demo(parse_size(size)).tables():
            lake.merge(table, frame, key=CONTRACTS[table].key)
        detail = f"median of {runs} processes"
        yield _figure("help_seconds", ["--help"], HELP_TARGET_S, runs, detail)
        yield _figure(
            "status_seconds", ["status", "--home", str(home)], STATUS_TARGET_S, runs, f"{detail}, {size} demo"
        )
        demo = str(Path(folder) / "demo")
        _seconds(["demo", "--size", "small", "--no-serve", "--home", demo])
        for name, question in _QUESTIONS.items():
            yield _figure(name, ["ask", question, "--home", demo], ASK_TARGET_S, runs, f"{detail}, small demo")


def _figure(name: str, arguments: list[str], target: float, runs: int, detail: str) -> Figure:
    measured = [_seconds(arguments) for _ in range(runs)]
    value, processor = (statistics.median(column) for column in zip(*measured, strict=True))
    detail = f"{detail}; {processor:.2f} s of processor time"
    return Figure(
        name=f"commands.{name}", value=round(value, 3), unit="s", target=target, better="lower", detail=detail
    )


def _seconds(arguments: list[str]) -> tuple[float, float]:
    """Seconds on the clock, and of processor time, which other work on the machine disturbs less."""
    started, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, "-m", "copilot", *arguments], check=True, capture_output=True)
    after, ended = os.times(), time.perf_counter()
    user, system = after.children_user - before.children_user, after.children_system - before.children_system
    return ended - started, user + system
