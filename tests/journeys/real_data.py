"""The main job on data that nobody here made: `python -m tests.journeys.real_data DATA` measures it and prints a table.

Sales of an online shop (UCI Online Retail), reviews of a clothing shop and posts of fashion forums go in by the command
line, as a user would bring them in; signals, forecasts, a brief and three answers come out, as of one morning.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

MAPPINGS = Path(__file__).parent.parent / "ingestion"
AS_OF = "2011-11-01"
POSTS = {
    "reviews": "reviews_womens_clothing/reviews.csv.gz",
    "posts": "posts_reddit_fashion/reddit_fashion_top_posts.csv.gz",
}
QUESTIONS = (
    "How many JUMBO BAG RED RETROSPOT did we sell last month?",
    "What is rising this week?",
    "What do customers say about dresses that run small?",
)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One command, what it printed and what it cost."""

    name: str
    output: Any
    """The JSON document it printed."""
    seconds: float
    peak_mib: float
    """Largest resident memory of the process, MiB."""


def run_journey(home: Path, data: Path, settings: Mapping[str, str] | None = None, *, every: int = 1) -> Iterator[Step]:
    """Every step in order, with `settings` in its environment; one that fails raises RuntimeError with its words.

    Of people's posts each `every`-th is read, `rows_of` its file; of the shop's invoices all lines are.
    """
    run = partial(_run, {**os.environ, **(settings or {})})
    shop = _beside(home, data / "sales_online_retail" / "online_retail.parquet")
    for table in ("locations", "products", "skus", "sales"):
        mapping = MAPPINGS / "retail" / f"online_retail_{table}.yaml"
        yield run(f"import {table}", home, "import", table, str(shop), "--map", str(mapping))
    for name, file in POSTS.items():
        mapping = MAPPINGS / "sources" / f"{file.split('/')[0]}.yaml"
        posts = _thinned(home, data / file, every) if every > 1 else _beside(home, data / file)
        yield run(f"ingest {name}", home, "ingest", str(posts), "--map", str(mapping))
    yield run("signals, forecasts, brief", home, "run", "daily", "--as-of", AS_OF)
    for number, question in enumerate(QUESTIONS, start=1):
        yield run(f"question {number}", home, "ask", question, "--as-of", AS_OF)


def rows_of(file: Path, every: int) -> list[dict[str, str]]:
    """Each `every`-th row of a file of posts, by column."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))[::every]


def _thinned(home: Path, file: Path, every: int) -> Path:
    """A file of the same name with each `every`-th row, in the folder of our own."""
    rows = rows_of(file, every)
    thinned = _folder(home) / file.name
    with gzip.open(thinned, "wt", encoding="utf-8", newline="", compresslevel=1) as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return thinned


def _beside(home: Path, file: Path) -> Path:
    """A link to the file in a folder of our own, where its rejects can be written."""
    link = _folder(home) / file.name
    if not link.is_symlink():
        link.symlink_to(file)
    return link


def _folder(home: Path) -> Path:
    folder = home.with_name(f"{home.name}-inputs")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _run(environment: Mapping[str, str], name: str, home: Path, *arguments: str) -> Step:
    command = [sys.executable, "-m", "copilot", *arguments, "--home", str(home), "--json"]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise RuntimeError(f"{name}: exit code {process.returncode}: {err.read().decode()[-2000:]}")
        output = json.loads(out.read())
    return Step(name=name, output=output, seconds=seconds, peak_mib=usage.ru_maxrss / 1024)


def main(data: Path) -> None:
    """Run the journey in a folder of its own and print its table in Markdown."""
    lines = ["| step | seconds | peak memory, MiB |", "|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        for step in run_journey(Path(folder) / "home", data.absolute()):
            sys.stderr.write(
                f"{step.name}: {step.seconds:.1f} s\n{json.dumps(step.output, ensure_ascii=False)[:1500]}\n"
            )
            lines.append(f"| {step.name} | {step.seconds:.1f} | {step.peak_mib:,.0f} |")
    sys.stdout.write("\n".join([*lines, ""]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
