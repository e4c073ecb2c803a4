"""Vectors of product texts, kept by text: a text that was seen before is not read by the encoder again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from copilot.planning.arrays import Floats
from copilot.workspace import Workspace
from vectorstore.encoder import Encoder, load_encoder

_FILE = "product_texts.npz"


class ProductTexts:
    """Vectors of texts, from a file beside the models, or from the encoder, which is opened when first needed."""

    def __init__(self, folder: Path, open_encoder: Callable[[], Encoder], *, name: str) -> None:
        """`name` is that of the encoder's model: vectors of another one are not used."""
        self._path = folder / _FILE
        self._open = open_encoder
        self._name = name

    def __call__(self, texts: Sequence[str]) -> Floats:
        """Unit vectors, (texts, dimensions). Raises what the encoder raises."""
        keys = [hashlib.sha256(f"{self._name}\n{text}".encode()).hexdigest() for text in texts]
        kept = self._kept()
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in kept}
        if missing:
            vectors = self._open().encode(list(missing.values()))
            kept |= dict(zip(missing, vectors, strict=True))
            self._keep(kept)
        return np.stack([kept[key] for key in keys]).astype(np.float32) if keys else np.zeros((0, 1), np.float32)

    def _kept(self) -> dict[str, Floats]:
        if not self._path.is_file():
            return {}
        with np.load(self._path) as found:
            if str(found["name"]) != self._name:
                return {}
            return dict(zip(found["keys"].tolist(), found["vectors"], strict=True))

    def _keep(self, kept: dict[str, Floats]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        written = self._path.with_name(f"new_{_FILE}")
        np.savez(written, name=np.array(self._name), keys=np.array(list(kept)), vectors=np.stack(list(kept.values())))
        written.replace(self._path)


def texts_of(workspace: Workspace) -> ProductTexts:
    """Vectors by the encoder of the workspace's index; nothing is opened or read before the first text."""
    index, folder = workspace.settings.index, workspace.models_path
    return ProductTexts(folder, partial(load_encoder, index, folder), name=index.encoder)
