"""Stands in for the conversion of a model where a test is about what is done around it, not about the model."""

from __future__ import annotations

import sys
from pathlib import Path

from vectorstore.minilm_conversion import MODEL_FILE

NOT_WEIGHTS = b"not weights"


def convert(source: Path, target: Path) -> None:
    """The weights, under the names of a converted model. Raises `ValueError` for `NOT_WEIGHTS`."""
    weights = (source / "model.safetensors").read_bytes()
    if weights == NOT_WEIGHTS:
        raise ValueError("the header is too short")
    target.mkdir()
    (target / MODEL_FILE).write_bytes(b"<net/>")
    (target / "model.bin").write_bytes(weights)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
