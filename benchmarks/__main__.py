"""`python -m benchmarks NAME|all [--quick] [--json]`: measure, and print one line a figure.

Each other module of this package that has a `run(quick)` is a benchmark. With `--json` each line is a JSON object;
without it, a table. The exit code says whether the measuring worked, not whether targets are met.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
from collections.abc import Iterable, Iterator
from typing import Protocol, cast

import benchmarks
from benchmarks.figures import Figure

_NOT_BENCHMARKS = {
    "__main__",
    "cold_start_shops",
    "figures",
    "marked_texts",
    "online_retail_sales",
    "plain_boosting",
    "plain_ingest",
    "rerank_training",
    "review_search",
    "signal_background",
    "signal_phrases",
    "signal_retailer",
    "signal_rivals",
    "statsforecast_rivals",
    "stock_presidio",
    "synthetic_posts",
}


class Benchmark(Protocol):
    """A benchmark's module."""

    def run(self, quick: bool) -> Iterable[Figure]:
        """The figures, each as soon as it is known; `quick` takes smaller sizes."""


def names() -> list[str]:
    """The benchmarks there are."""
    return sorted(
        module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name not in _NOT_BENCHMARKS
    )


def run(name: str, *, quick: bool) -> Iterator[Figure]:
    """Figures of one benchmark, or of `all`."""
    for each in names() if name == "all" else [name]:
        yield from cast(Benchmark, importlib.import_module(f"benchmarks.{each}")).run(quick)


def as_row(figure: Figure) -> str:
    """One line of the table."""
    value = "-" if figure.value is None else f"{figure.value:,.4g}"
    sign = "<=" if figure.better == "lower" else ">="
    target = "" if figure.target is None else f"{sign} {figure.target:,.4g}"
    verdict = {True: "ok", False: "MISSED", None: ""}[figure.ok]
    return f"{figure.name:<44} {value:>12} {figure.unit:<10} {target:<14} {verdict:<7} {figure.detail}"


def main() -> None:
    """Parse, run, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the product.")
    parser.add_argument("name", choices=[*names(), "all"])
    parser.add_argument("--quick", action="store_true", help="smaller sizes")
    parser.add_argument("--json", action="store_true", help="one JSON object a figure")
    options = parser.parse_args()
    for figure in run(options.name, quick=options.quick):
        print(json.dumps(figure.as_json()) if options.json else as_row(figure), flush=True)


if __name__ == "__main__":
    main()
