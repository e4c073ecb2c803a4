"""Texts to dense vectors.

The default encoder is all-MiniLM-L6-v2 from an installed package, run by OpenVINO; any other sentence-transformers
model can be named. Neither is imported before it is asked for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vectorstore.settings import IndexSettings

PACKAGED_MODEL = "all-MiniLM-L6-v2"
HASH_MODEL = "hash"
_HASHED = "hash@1/"

_WORD = re.compile(r"\w+")


class Encoder(Protocol):
    """Makes vectors whose cosine says how alike two texts are in meaning. Safe to call from several threads."""

    @property
    def dimensions(self) -> int:
        """Length of the vectors."""

    @property
    def fingerprint(self) -> str:
        """Name and version of the model; vectors of different fingerprints cannot be compared."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector a text to be found, shape `(len(texts), dimensions)`, in the order of the texts."""

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector a text to find others with; models that tell the two apart are told."""


class HashEncoder:
    """A fake for tests: words, lower-cased and without accents, hashed to signed directions and added up.

    Deterministic everywhere, needs no model; texts that share words are alike, and nothing else is.
    """

    def __init__(self, dimensions: int = 64) -> None:
        self._dimensions = dimensions

    @property
    def dimensions(self) -> int:
        """Length of the vectors."""
        return self._dimensions

    @property
    def fingerprint(self) -> str:
        """`hash@1/` and the dimensions."""
        return f"{_HASHED}{self._dimensions}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector a text; a text without words has a direction of its own."""
        vectors = np.zeros((len(texts), self._dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            words = _WORD.findall(_folded(text)) or [""]
            vectors[row] = np.sum([_direction(word, self._dimensions) for word in words], axis=0)
        return unit_rows(vectors)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As `encode`."""
        return self.encode(texts)


def load_encoder(settings: IndexSettings, models_dir: Path) -> Encoder:
    """The encoder that the settings name; converted models are kept in `models_dir`.

    Raises `EncoderLoadError`.
    """
    if settings.encoder == HASH_MODEL:
        return HashEncoder()
    # Both bring heavy libraries with them: OpenVINO 0.3 s, sentence-transformers 6 s.
    if settings.encoder == PACKAGED_MODEL:
        from vectorstore.openvino_encoder import OpenVinoEncoder

        return OpenVinoEncoder.load(models_dir)
    from vectorstore.sentence_transformer_encoder import SentenceTransformerEncoder

    return SentenceTransformerEncoder(
        settings.encoder,
        device=settings.encoder_device,
        document_prefix=settings.document_prefix,
        query_prefix=settings.query_prefix,
    )


def knows_meaning(fingerprint: str) -> bool:
    """Whether the encoder of that fingerprint makes texts alike that mean the same in other words."""
    return not fingerprint.startswith(_HASHED)


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The rows scaled to unit length; a row of zeros becomes the first axis."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    empty = lengths[:, 0] == 0.0
    units: NDArray[np.float32] = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0.0)
    units[empty, 0] = 1.0
    return units


@lru_cache(maxsize=20_000)
def _direction(word: str, dimensions: int) -> NDArray[np.float32]:
    # Several signed places a word, so that sums of words do not cancel out to nothing.
    digest = blake2b(word.encode(), digest_size=32).digest()
    direction = np.zeros(dimensions, dtype=np.float32)
    for place in range(0, 32, 4):
        value = int.from_bytes(digest[place : place + 4], "little")
        direction[(value >> 1) % dimensions] += 1.0 if value & 1 else -1.0
    return direction


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
