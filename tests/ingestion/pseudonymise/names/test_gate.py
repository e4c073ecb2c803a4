"""The torch module of the gate."""

from __future__ import annotations

import torch

from ingestion.pseudonymise.names.features import FIRST_PIECE, NEXT_PIECE, PIECE, SIZES
from ingestion.pseudonymise.names.gate import NEVER, NameGate
from ingestion.pseudonymise.names.head import HeadShape
from ingestion.pseudonymise.names.weights import load_gate

SMALL = HeadShape(layers=1, width=8, heads=2, inner=12, feature_width=4, classifier_width=6)


def told(*pieces: int) -> torch.Tensor:
    """Features of one text."""
    features = torch.ones(1, len(pieces), len(SIZES), dtype=torch.long)
    features[0, :, PIECE] = torch.tensor(pieces)
    return features


def test_only_the_first_pieces_of_words_are_scored() -> None:
    torch.manual_seed(0)
    gate = NameGate(SMALL, width=24).eval()
    features = told(0, FIRST_PIECE, NEXT_PIECE, FIRST_PIECE, 0)

    (scores,) = gate(torch.randn(1, 5, 24), torch.ones(1, 5, dtype=torch.long), features).tolist()

    assert [score == NEVER for score in scores] == [True, False, True, False, True]


def test_padding_changes_nothing() -> None:
    torch.manual_seed(0)
    gate = NameGate(SMALL, width=24).eval()
    hidden, features = torch.randn(1, 3, 24), told(FIRST_PIECE, FIRST_PIECE, FIRST_PIECE)
    alone = gate(hidden, torch.ones(1, 3, dtype=torch.long), features)
    wide = torch.cat([features, torch.zeros(1, 2, len(SIZES), dtype=torch.long)], 1)

    padded = gate(torch.cat([hidden, torch.randn(1, 2, 24)], 1), torch.tensor([[1, 1, 1, 0, 0]]), wide)

    assert torch.allclose(alone, padded[:, :3], atol=1e-5)
    assert padded[0, 3:].tolist() == [NEVER, NEVER]


def test_the_packaged_weights_fit_the_features() -> None:
    gate = NameGate.of(load_gate())

    scores = gate(torch.zeros(1, 2, 384), torch.ones(1, 2, dtype=torch.long), told(FIRST_PIECE, 0))

    assert scores[0, 0] < 0.0
    assert scores[0, 1] == NEVER
    assert [embed.num_embeddings for embed in gate.head.feature_embeddings] == list(SIZES)
