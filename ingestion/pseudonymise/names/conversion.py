"""The encoder and the head of names, from PyTorch weights to two OpenVINO models: the gate stands between them.

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

from ingestion.pseudonymise.names.gate import NameGate
from ingestion.pseudonymise.names.head import HeadShape, NameHead
from ingestion.pseudonymise.names.weights import StoredHead, load_gate, load_head
from vectorstore.minilm_conversion import MODEL_FILE, mean_of_tokens

HEAD_FILE = "head.xml"
"""Beside the encoder's `MODEL_FILE`."""
VECTOR, HIDDEN, GATE = "vector", "hidden", "gate"
"""Names of the encoder's outputs."""


class _Encoder(nn.Module):  # type: ignore[misc]  # torch is untyped for us
    """Vectors, what the head reads, and whether it has to."""

    def __init__(self, source: Path, stored: StoredHead) -> None:
        super().__init__()
        self.lower_layers = stored.description.lower_layers
        self.bert = AutoModel.from_pretrained(source, local_files_only=True).eval()
        self.gate = NameGate.of(load_gate())

    def forward(self, input_ids: Tensor, attention_mask: Tensor, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        read = self.bert(input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True)
        hidden = read.hidden_states[self.lower_layers]
        vectors = mean_of_tokens(read.last_hidden_state, attention_mask)
        scores = self.gate(hidden, attention_mask, features)
        return vectors, hidden, scores.amax(dim=1, keepdim=True)


class _Head(nn.Module):  # type: ignore[misc]  # torch is untyped for us
    """The head on hidden states of half precision, which is how they wait for it."""

    def __init__(self, stored: StoredHead) -> None:
        super().__init__()
        description = stored.description
        shape = HeadShape(layers=description.layers, feature_sizes=description.feature_sizes)
        self.head = NameHead.of(shape, stored.tensors)

    def forward(self, hidden: Tensor, attention_mask: Tensor, features: Tensor) -> Tensor:
        logits: Tensor = self.head(hidden.float(), attention_mask, features)
        return logits


def convert(source: Path, target: Path) -> None:
    """Write the OpenVINO models of the BERT model in `source` and of the packaged head to `target`.

    The first takes `input_ids` and `attention_mask`, int64 of shape (texts, tokens), and `features`, int64 of shape
    (texts, tokens, columns). It gives, as float32, `vector`, the mean of the token vectors, of shape (texts,
    dimensions) and not yet of unit length; `hidden`, the outputs of the lower layers, of shape (texts, tokens, width);
    and `gate`, of shape (texts, 1): below 0, no word of the text is a name.

    The second takes `hidden` as float16, `attention_mask` and `features`. It gives the head's logits, float32 of shape
    (texts, tokens, labels). Both keep their weights in float16.
    """
    stored = load_head()
    ids = torch.ones((2, 8), dtype=torch.int64)
    features = torch.ones((2, 8, len(stored.description.feature_sizes)), dtype=torch.int64)
    encoder = _Encoder(source, stored)
    hidden = torch.ones((2, 8, encoder.bert.config.hidden_size), dtype=torch.float16)
    with torch.no_grad():
        reading = openvino.convert_model(
            encoder, example_input={"input_ids": ids, "attention_mask": ids, "features": features}
        )
        naming = openvino.convert_model(
            _Head(stored), example_input={"hidden": hidden, "attention_mask": ids, "features": features}
        )
    for output, name in zip(reading.outputs, (VECTOR, HIDDEN, GATE), strict=True):
        output.get_tensor().set_names({name})
    target.mkdir(parents=True, exist_ok=True)
    for model, file in ((reading, MODEL_FILE), (naming, HEAD_FILE)):
        openvino.save_model(model, target / file, compress_to_fp16=True)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
