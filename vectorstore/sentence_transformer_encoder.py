"""Any sentence-transformers model, by name or folder."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from vectorstore.encoder import unit_rows
from vectorstore.errors import EncoderLoadError


class SentenceTransformerEncoder:
    """A sentence-transformers model. Calls from several threads wait for each other.

    Pooling, length limit and prompts are those of the model's own files.
    """

    def __init__(self, model: str, *, device: str = "", document_prefix: str = "", query_prefix: str = "") -> None:
        """Load `model`, a folder or a name to download, on a `device` (empty: the fastest there is). The prefixes are
        for models whose files hold no prompts. Raises `EncoderLoadError`.
        """
        try:
            self._model = SentenceTransformer(model, device=device or None)
        except (OSError, ValueError, RuntimeError, ImportError, KeyError) as error:
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise EncoderLoadError(model, reason) from error
        dimensions = self._model.get_embedding_dimension()
        if dimensions is None:
            raise EncoderLoadError(model, "it does not say the length of its vectors")
        self._dimensions = int(dimensions)
        self._document_prompt, self._query_prompt = document_prefix or None, query_prefix or None
        self._fingerprint = self._described(Path(model).name)
        self._lock = threading.Lock()

    @property
    def dimensions(self) -> int:
        """Length of the vectors."""
        return self._dimensions

    @property
    def fingerprint(self) -> str:
        """Last part of the name, checksum of the weights, length limit, and the document prefix if there is one."""
        return self._fingerprint

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector a text to be found, shape `(len(texts), dimensions)`."""
        return self._units(self._model.encode_document, texts, self._document_prompt)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector a text to find others with, shape `(len(texts), dimensions)`."""
        return self._units(self._model.encode_query, texts, self._query_prompt)

    def _units(self, encode: Callable[..., Any], texts: Sequence[str], prompt: str | None) -> NDArray[np.float32]:
        if not texts:
            return np.empty((0, self._dimensions), dtype=np.float32)
        with self._lock:
            vectors = encode(list(texts), prompt=prompt, convert_to_numpy=True, show_progress_bar=False)
        return unit_rows(np.asarray(vectors, dtype=np.float32))

    def _described(self, name: str) -> str:
        prefix = f"/{self._document_prompt.strip()}" if self._document_prompt else ""
        return f"{name}@{_checksum(self._model)[:12]}/{self._model.max_seq_length}{prefix}"


def _checksum(model: SentenceTransformer) -> str:
    """SHA-256 over names and bytes of the weights, wherever they were loaded from."""
    digest = hashlib.sha256()
    for name, weights in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(weights.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
