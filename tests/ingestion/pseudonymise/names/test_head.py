"""The torch module."""

import numpy as np
import torch
from transformers import BertConfig
from transformers.models.bert.modeling_bert import BertEncoder

from ingestion.pseudonymise.names.features import SIZES
from ingestion.pseudonymise.names.head import LABELS, HeadShape, NameHead
from ingestion.pseudonymise.names.weights import load_head

_SMALL = HeadShape(layers=2, width=24, heads=3, inner=40, feature_width=4, classifier_width=8)


def test_layers_compute_what_transformers_do() -> None:
    torch.manual_seed(1)
    config = BertConfig(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40)
    config._attn_implementation = "eager"
    theirs = BertEncoder(config).eval()
    head = NameHead(_SMALL).eval()
    head.start_from(list(theirs.layer))
    hidden = torch.randn(2, 5, 24)
    bias = torch.zeros(2, 1, 1, 5)
    bias[1, ..., 3:] = -10000.0

    expected = theirs(hidden, attention_mask=bias)[0]
    for layer in head.layers:
        hidden = layer(hidden, bias)

    assert torch.allclose(hidden, expected, atol=1e-5)


def test_padding_changes_nothing() -> None:
    torch.manual_seed(1)
    head = NameHead(_SMALL).eval()
    hidden, features = torch.randn(1, 4, 24), torch.ones(1, 4, len(SIZES), dtype=torch.long)
    alone = head(hidden, torch.ones(1, 4, dtype=torch.long), features)
    mask = torch.tensor([[1, 1, 1, 1, 0, 0]])
    padded = head(torch.cat([hidden, torch.randn(1, 2, 24)], 1), mask, torch.cat([features, features[:, :2]], 1))

    assert torch.allclose(alone, padded[:, :4], atol=1e-5)


def test_features_make_a_difference() -> None:
    torch.manual_seed(1)
    head = NameHead(_SMALL).eval()
    hidden, mask = torch.randn(1, 4, 24), torch.ones(1, 4, dtype=torch.long)

    told, other = (head(hidden, mask, torch.full((1, 4, len(SIZES)), value)) for value in (0, 1))

    assert not torch.allclose(told, other)


def test_the_packaged_weights_fit() -> None:
    stored = load_head()

    head = NameHead.of(HeadShape(layers=stored.description.layers), stored.tensors)
    hidden = torch.from_numpy(np.zeros((1, 3, 384), dtype=np.float32))
    logits = head(hidden, torch.ones(1, 3, dtype=torch.long), torch.zeros(1, 3, len(SIZES), dtype=torch.long))

    assert logits.shape == (1, 3, len(LABELS))
    assert stored.description.labels == LABELS
