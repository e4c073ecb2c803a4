"""Gates: the least that a suite's means must reach. The numbers are in `gates.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingestion.data_files import read_yaml

_FILE = Path(__file__).with_name("gates.yaml")


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One metric's least mean."""

    metric: str
    least: float

    def met(self, mean: float | None) -> bool:
        """Whether a mean reaches it; a metric that scored nothing misses no gate."""
        return mean is None or mean >= self.least


def gates_of(suite: str) -> tuple[Gate, ...]:
    """The gates of a suite; none where the file names none."""
    data = read_yaml(_FILE)
    return tuple(Gate(metric=metric, least=float(least)) for metric, least in (data.get(suite) or {}).items())
