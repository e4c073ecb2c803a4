"""The data files that the demo retailer is made from."""

from __future__ import annotations

from importlib import resources
from typing import Any

from ingestion.data_files import read_yaml


def load(name: str) -> Any:
    """The content of `data/NAME.yaml`; its caller turns it into types at once."""
    return read_yaml(resources.files("ingestion.demo").joinpath("data", f"{name}.yaml"))
