"""Any sentence-transformers model, by name or folder."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from vectorstore.encoder import unit_rows
from vectorstore.errors import EncoderLoadError


class SentenceTransformerEncoder:
    """A sentence-transformers model on the processor. Calls from several threads wait for each other."""

    def __init__(self, model: str) -> None:
        """Load `model`, a folder or a name to download; raises `EncoderLoadError`."""
        try:
            self._model = SentenceTransformer(model, device="cpu")
        except (OSError, ValueError, RuntimeError, ImportError, KeyError) as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise EncoderLoadError(model, reason) from error
        dimensions = self._model.get_embedding_dimension()
        if dimensions is None:
            raise EncoderLoadError(model, "it does not say the length of its vectors")
        self._dimensions = int(dimensions)
        self._fingerprint = f"{Path(model).name}@{_checksum(self._model)[:12]}/{self._model.max_seq_length}"
        self._lock = threading.Lock()

    @property
    def dimensions(self) -> int:
        """Length of the vectors."""
        return self._dimensions

    @property
    def fingerprint(self) -> str:
        """Last part of the name, checksum of the weights and length limit."""
        return self._fingerprint

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector a text, shape `(len(texts), dimensions)`."""
        if not texts:
            return np.empty((0, self._dimensions), dtype=np.float32)
        with self._lock:
            vectors = self._model.encode(list(texts), convert_to_numpy=True, show_progress_bar=False)
        return unit_rows(np.asarray(vectors, dtype=np.float32))


def _checksum(model: SentenceTransformer) -> str:
    """SHA-256 over names and bytes of the weights, wherever they were loaded from."""
    digest = hashlib.sha256()
    for name, weights in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(weights.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
