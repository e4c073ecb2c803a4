"""The encoder with the head of names on it, from PyTorch weights to one OpenVINO model.

Run as a module in a process of its own (`python -m ingestion.pseudonymise.names.conversion SOURCE TARGET`): what reads
posts never loads PyTorch.
"""

from __future__ import annotations

import sys
from pathlib import Path

import openvino
import torch
from torch import Tensor, nn
from transformers import AutoModel

from ingestion.pseudonymise.names.head import HeadShape, NameHead
from ingestion.pseudonymise.names.weights import StoredHead, load_head
from vectorstore.minilm_conversion import MODEL_FILE, mean_of_tokens

VECTOR, NAMES = "vector", "names"
"""Names of the model's outputs."""


class _EncoderWithHead(nn.Module):  # type: ignore[misc]  # torch is untyped for us
    """Lower layers once; above them the encoder's own layers for vectors, and the head for names."""

    def __init__(self, source: Path, stored: StoredHead) -> None:
        super().__init__()
        description = stored.description
        self.lower_layers = description.lower_layers
        self.bert = AutoModel.from_pretrained(source, local_files_only=True).eval()
        self.head = NameHead.of(
            HeadShape(layers=description.layers, feature_sizes=description.feature_sizes), stored.tensors
        )

    def forward(self, input_ids: Tensor, attention_mask: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        read = self.bert(input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True)
        vectors = mean_of_tokens(read.last_hidden_state, attention_mask)
        return vectors, self.head(read.hidden_states[self.lower_layers], attention_mask, features)


def convert(source: Path, target: Path) -> None:
    """Write the OpenVINO model of the BERT model in `source` with the packaged head to `target`.

    The model takes `input_ids` and `attention_mask`, int64 of shape (texts, tokens), and `features`, int64 of shape
    (texts, tokens, columns). It gives `vector`, the mean of the token vectors, float32 of shape (texts, dimensions) and
    not yet of unit length, and `names`, the head's logits, float32 of shape (texts, tokens, labels).
    """
    stored = load_head()
    columns = len(stored.description.feature_sizes)
    example = {
        "input_ids": torch.ones((2, 8), dtype=torch.int64),
        "attention_mask": torch.ones((2, 8), dtype=torch.int64),
        "features": torch.ones((2, 8, columns), dtype=torch.int64),
    }
    with torch.no_grad():
        model = openvino.convert_model(_EncoderWithHead(source, stored), example_input=example)
    for output, name in zip(model.outputs, (VECTOR, NAMES), strict=True):
        output.get_tensor().set_names({name})
    target.mkdir(parents=True, exist_ok=True)
    openvino.save_model(model, target / MODEL_FILE, compress_to_fp16=False)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
