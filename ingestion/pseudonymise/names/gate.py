"""The torch module of the gate: which texts may hold a name at all, told before the head reads them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ingestion.pseudonymise.names.features import FIRST_PIECE, PIECE
from ingestion.pseudonymise.names.head import HeadShape, NameHead

NEVER = -1e4
"""Score of a token that no word starts with."""
GATE_SHAPE = HeadShape(layers=1, width=64, heads=4, inner=128, feature_width=8, classifier_width=32)
"""A head of a hundredth of the work."""


class NameGate(nn.Module):  # type: ignore[misc]  # torch is untyped for us
    """Scores words as the head does, with a small head of its own: from 0 on, one may be a name."""

    def __init__(self, shape: HeadShape = GATE_SHAPE, *, width: int = HeadShape.width) -> None:
        """`width` is that of the hidden states which both heads read."""
        super().__init__()
        self.narrower = nn.Linear(width, shape.width)
        self.head = NameHead(shape)

    def forward(self, hidden: Tensor, attention_mask: Tensor, features: Tensor) -> Tensor:
        """Scores of tokens, shape (texts, tokens); `NEVER` for those that no word starts with, padding among them.

        What it reads is what `NameHead` reads.
        """
        logits = self.head(self.narrower(hidden), attention_mask, features)
        scores = logits[..., 1] - logits[..., 0]
        return torch.where(features[:, :, PIECE] == FIRST_PIECE, scores, torch.full_like(scores, NEVER))

    @classmethod
    def of(cls, tensors: Mapping[str, NDArray[np.float32]], shape: HeadShape = GATE_SHAPE) -> NameGate:
        """With the weights that `load_gate` gives, ready to run."""
        gate = cls(shape, width=tensors["narrower.weight"].shape[1])
        gate.load_state_dict({name: torch.from_numpy(np.ascontiguousarray(tensors[name])) for name in tensors})
        gate.eval()
        return gate
