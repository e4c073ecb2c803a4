"""The torch module of the name model, on top of the lower layers of the packaged encoder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ingestion.pseudonymise.names.features import SIZES

LABELS = ("O", "PERSON")


@dataclass(frozen=True, kw_only=True)
class HeadShape:
    """Sizes of the head."""

    layers: int = 3
    width: int = 384
    heads: int = 12
    inner: int = 1536
    feature_width: int = 32
    """Of the embedding of one feature."""
    classifier_width: int = 128
    feature_sizes: tuple[int, ...] = SIZES


class NameHead(nn.Module):  # type: ignore[misc]  # torch is untyped for us
    """Transformer layers over hidden states and features, and a classifier of tokens."""

    def __init__(self, shape: HeadShape, *, dropout: float = 0.0) -> None:
        super().__init__()
        told = shape.feature_width * len(shape.feature_sizes)
        self.feature_embeddings = nn.ModuleList(nn.Embedding(size, shape.feature_width) for size in shape.feature_sizes)
        self.feature_projection = nn.Linear(told, shape.width)
        self.layers = nn.ModuleList(_Layer(shape, dropout) for _ in range(shape.layers))
        self.dropout = nn.Dropout(dropout)
        self.classifier_inner = nn.Linear(shape.width + told, shape.classifier_width)
        self.classifier = nn.Linear(shape.classifier_width, len(LABELS))

    def forward(self, hidden: Tensor, attention_mask: Tensor, features: Tensor) -> Tensor:
        """Logits of `LABELS`, shape (texts, tokens, labels).

        `hidden` (texts, tokens, width) are the outputs of the encoder's lower layers, `attention_mask` (texts, tokens)
        is 1 for tokens and 0 for padding, `features` (texts, tokens, columns) is what `FeatureMaker` makes.
        """
        told = torch.cat([embed(features[:, :, at]) for at, embed in enumerate(self.feature_embeddings)], dim=-1)
        told = self.dropout(told)
        hidden = hidden + self.feature_projection(told)
        bias = (1.0 - attention_mask[:, None, None, :].to(hidden.dtype)) * -10000.0
        for layer in self.layers:
            hidden = layer(hidden, bias)
        inner = functional.gelu(self.classifier_inner(torch.cat([self.dropout(hidden), told], dim=-1)))
        logits: Tensor = self.classifier(inner)
        return logits

    @classmethod
    def of(cls, shape: HeadShape, tensors: Mapping[str, NDArray[np.float32]]) -> NameHead:
        """With the weights that `StoredHead.tensors` holds, ready to run."""
        head = cls(shape)
        head.load_state_dict({name: torch.from_numpy(np.ascontiguousarray(tensors[name])) for name in tensors})
        head.eval()
        return head

    def start_from(self, bert_layers: Sequence[nn.Module]) -> None:
        """Take the weights of `transformers`' BERT layers, the first of them for the first layer."""
        for own, theirs in zip(self.layers, bert_layers, strict=True):
            own.start_from(theirs)


class _Layer(nn.Module):  # type: ignore[misc]  # torch is untyped for us
    """A layer of BERT: attention and feed-forward, each added to its input and normalised after that."""

    def __init__(self, shape: HeadShape, dropout: float) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query = nn.Linear(shape.width, shape.width)
        self.key = nn.Linear(shape.width, shape.width)
        self.value = nn.Linear(shape.width, shape.width)
        self.output = nn.Linear(shape.width, shape.width)
        self.attention_norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.wider = nn.Linear(shape.width, shape.inner)
        self.narrower = nn.Linear(shape.inner, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        attended = functional.scaled_dot_product_attention(
            self._split(self.query(hidden)), self._split(self.key(hidden)), self._split(self.value(hidden)), bias
        )
        joined = attended.transpose(1, 2).flatten(2)
        hidden = self.attention_norm(hidden + self.dropout(self.output(joined)))
        inner = functional.gelu(self.wider(hidden))
        normed: Tensor = self.norm(hidden + self.dropout(self.narrower(inner)))
        return normed

    def _split(self, hidden: Tensor) -> Tensor:
        split: Tensor = hidden.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        return split

    def start_from(self, theirs: nn.Module) -> None:
        attention = theirs.attention
        pairs = [
            (self.query, attention.self.query),
            (self.key, attention.self.key),
            (self.value, attention.self.value),
            (self.output, attention.output.dense),
            (self.attention_norm, attention.output.LayerNorm),
            (self.wider, theirs.intermediate.dense),
            (self.narrower, theirs.output.dense),
            (self.norm, theirs.output.LayerNorm),
        ]
        for own, source in pairs:
            own.load_state_dict(source.state_dict())
