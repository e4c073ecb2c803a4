"""The head's weights on disk: matrices as int8 with one scale a row, the rest as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from safetensors.numpy import load_file, save_file

DATA = Path(__file__).parent / "data"
HEAD = "head.safetensors"
DESCRIPTION = "head.json"
GATE = "gate.safetensors"
GAZETTEER = "gazetteer.npz"
BRANDS = "brands.txt"
STAYS = "stays.txt"

_SCALE = ".scale"
_RULES = b"surety, namesakes"
"""Of `NameDecoder`: another value wherever they change what is found."""


class HeadDescription(BaseModel):
    """What `head.json` says of the weights beside it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lower_layers: int
    """How many of the encoder's layers give the hidden states that the head reads (beside the embeddings)."""
    layers: int
    """Transformer layers of the head."""
    feature_sizes: tuple[int, ...]
    """Columns of the features that it was trained with."""
    labels: tuple[str, ...]
    threshold: float
    """A word is a name from this probability on."""


@dataclass(frozen=True, kw_only=True)
class StoredHead:
    """A head as read from disk."""

    description: HeadDescription
    tensors: dict[str, NDArray[np.float32]]
    """Weights under the names that `NameHead` gives them."""
    fingerprint: str
    """Changes with the weights, those of the gate too, the threshold, the lists of words and the brands."""


def save_head(folder: Path, description: HeadDescription, tensors: Mapping[str, NDArray[np.float32]]) -> None:
    """Write `head.safetensors` and `head.json` in the folder."""
    _save(folder / HEAD, tensors)
    (folder / DESCRIPTION).write_text(description.model_dump_json(indent=2) + "\n", encoding="utf-8")


def save_gate(folder: Path, tensors: Mapping[str, NDArray[np.float32]]) -> None:
    """Write `gate.safetensors` in the folder."""
    _save(folder / GATE, tensors)


def load_head(folder: Path = DATA) -> StoredHead:
    """The head in the folder, weights back in float32."""
    description = HeadDescription.model_validate_json((folder / DESCRIPTION).read_text(encoding="utf-8"))
    return StoredHead(
        description=description,
        tensors=_load(folder / HEAD),
        fingerprint=_fingerprint(folder),
    )


def load_gate(folder: Path = DATA) -> dict[str, NDArray[np.float32]]:
    """The weights under the names that `NameGate` gives them, back in float32."""
    return _load(folder / GATE)


def _save(path: Path, tensors: Mapping[str, NDArray[np.float32]]) -> None:
    stored: dict[str, NDArray[np.int8] | NDArray[np.float32]] = {}
    for name, tensor in tensors.items():
        if tensor.ndim == 2:
            stored[name], stored[name + _SCALE] = quantised(tensor)
        else:
            stored[name] = np.ascontiguousarray(tensor, dtype=np.float32)
    save_file(stored, path)


def _load(path: Path) -> dict[str, NDArray[np.float32]]:
    stored = load_file(path)
    return {
        name: tensor.astype(np.float32) * stored[name + _SCALE][:, None] if name + _SCALE in stored else tensor
        for name, tensor in stored.items()
        if not name.endswith(_SCALE)
    }


def quantised(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """The matrix as int8 and a scale for each row: `matrix` is about `int8 * scale[:, None]`."""
    scale = np.abs(matrix).max(axis=1) / 127.0
    scale = np.where(scale > 0.0, scale, 1.0).astype(np.float32)
    return np.round(matrix / scale[:, None]).astype(np.int8), scale


def _fingerprint(folder: Path) -> str:
    digest = sha256(_RULES)
    # A head that is being trained has no gate yet.
    gate = (GATE,) if (folder / GATE).exists() else ()
    for name in (HEAD, DESCRIPTION, *gate, GAZETTEER, BRANDS, STAYS):
        digest.update((folder / name).read_bytes())
    return f"minilm-names@{digest.hexdigest()[:12]}"
