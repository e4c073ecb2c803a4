"""What a benchmark reports."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Better = Literal["lower", "higher"]

Targets = Mapping[str, tuple[str, Better, float | None]]
"""Name of a figure -> unit, direction, target."""

_ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured number and what was asked of it."""

    name: str
    """What was measured, `<benchmark>.<quantity>`."""
    value: float | None
    """None where it could not be measured."""
    unit: str
    target: float | None = None
    """Value to reach; None where the figure only informs, as what another is compared with."""
    better: Better
    """Which direction is good."""
    detail: str = ""
    """Sizes, settings and what it is compared with; why there is no value."""

    @property
    def ok(self) -> bool | None:
        """Whether the target is met; None where there is no value or no target."""
        if self.value is None or self.target is None:
            return None
        return self.value <= self.target if self.better == "lower" else self.value >= self.target

    def as_json(self) -> dict[str, str | float | bool | None]:
        """The keys of the report's contract."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "target": self.target,
            "better": self.better,
            "ok": self.ok,
            "detail": self.detail,
        }


def real_data(folder: str) -> Path | None:
    """The real data set `folder`, from `REASSORT_REAL_DATA` or `../shared/data`; None where it is absent."""
    home = Path(os.environ.get("REASSORT_REAL_DATA") or _ROOT.parent / "shared" / "data")
    return home / folder if (home / folder).is_dir() else None


def absent(name: str, *, unit: str, better: Better, target: float | None, folder: str) -> Figure:
    """The figure that stands for one whose data is absent."""
    detail = f"not measured: no data set {folder} in $REASSORT_REAL_DATA or ../shared/data"
    return Figure(name=name, value=None, unit=unit, target=target, better=better, detail=detail)


def all_absent(targets: Targets, folder: str) -> Iterator[Figure]:
    """The figures that stand for those of a benchmark whose data is absent."""
    for name, (unit, better, target) in targets.items():
        yield absent(name, unit=unit, better=better, target=target, folder=folder)


def peak_rss_mib() -> float:
    """Most memory that this process has held so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def resident_mib() -> float:
    """Memory that this process holds now, mapped files included, in MiB; on Linux alone."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / (1024 * 1024)


def private_mib(process: int | None = None) -> float:
    """Memory that a process (None: this one) holds now and no file is behind, in MiB; on Linux alone.

    Raises `KeyError` where the process has ended, and `OSError` where it is gone.
    """
    lines = Path(f"/proc/{process or 'self'}/status").read_text(encoding="utf-8").splitlines()
    kib = {name: value for name, _, value in (line.partition(":") for line in lines)}
    return sum(float(kib[name].split()[0]) for name in ("RssAnon", "RssShmem")) / 1024
