"""Fits the head to texts with names marked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel

from ingestion.names_training.examples import Bounds, Example
from ingestion.names_training.lower import Encoded
from ingestion.pseudonymise.names import features as columns
from ingestion.pseudonymise.names.features import FeatureMaker
from ingestion.pseudonymise.names.gazetteer import FIRST, LAST
from ingestion.pseudonymise.names.head import NameHead

_IGNORED = -100
_CASED = (columns.TITLE, columns.INITIAL, columns.UPPER, columns.MIXED)


@dataclass(frozen=True, kw_only=True)
class Fit:
    """How to fit."""

    epochs: int = 4
    batch: int = 32
    layer_rate: float = 1e-4
    new_rate: float = 1e-3
    """Learning rate of what starts from nothing: feature embeddings, classifier."""
    dropout: float = 0.1
    lower_cased: float = 0.12
    """Share of texts read as if written without capitals; the tokenizer drops case, so features alone change."""
    upper_cased: float = 0.04
    unlisted: float = 0.15
    """Share of texts read as if no name in them were in the lists of names."""
    averaged_from: float = 0.6
    """The weights are the mean over the steps after this share of them."""
    until: int | None = None
    """Stop after this epoch, the rates still falling as for all `epochs`; None for all of them."""
    seed: int = 7


@dataclass(frozen=True, kw_only=True)
class Row:
    """An encoded text with its features, and for each token 1 in a name, 0 elsewhere, `_IGNORED` where not learned."""

    encoded: Encoded
    features: NDArray[np.int64]
    labels: NDArray[np.int64]


def rows(examples: Sequence[Example], encoded: Sequence[Encoded], maker: FeatureMaker) -> list[Row]:
    """Examples as the head learns them: by the first piece of each word."""
    made = []
    for example, text in zip(examples, encoded, strict=True):
        features = maker.make([example.text], [text.offsets])[0]
        made.append(Row(encoded=text, features=features, labels=_labels(example, text, features)))
    return made


def _labels(example: Example, text: Encoded, features: NDArray[np.int64]) -> NDArray[np.int64]:
    starts = np.array([start for start, _ in text.offsets])
    labels = _inside(starts, example.names).astype(np.int64)
    labels[(features[:, columns.PIECE] != columns.FIRST_PIECE) | _inside(starts, example.handles)] = _IGNORED
    return labels


def _inside(starts: NDArray[np.int64], bounds: Sequence[Bounds]) -> NDArray[np.bool_]:
    inside = np.zeros(len(starts), dtype=bool)
    for start, end in bounds:
        inside |= (starts >= start) & (starts < end)
    return inside


def fit(head: NameHead, learned: Sequence[Row], how: Fit, *, after_epoch: Callable[[int, NameHead], None]) -> NameHead:
    """The head with the mean of its weights over the later steps; `after_epoch` gets that head too."""
    torch.manual_seed(how.seed)
    chance = np.random.default_rng(how.seed)
    new = [weights for name, weights in head.named_parameters() if not name.startswith("layers.")]
    old = [weights for name, weights in head.named_parameters() if name.startswith("layers.")]
    optimiser = torch.optim.AdamW(
        [{"params": old, "lr": how.layer_rate}, {"params": new, "lr": how.new_rate}], weight_decay=0.01, fused=True
    )
    steps = how.epochs * -(-len(learned) // how.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: falling(step / steps))
    mean = torch.optim.swa_utils.AveragedModel(head)
    step = 0
    for epoch in range(how.until or how.epochs):
        head.train()
        total = 0.0
        for batch in length_batches(learned, how.batch, chance):
            loss = _loss(head, batch, how, chance)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(head.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            step += 1
            if step >= how.averaged_from * steps:
                mean.update_parameters(head)
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total * how.epochs / steps:.4f}", file=sys.stderr, flush=True)  # noqa: T201
        after_epoch(epoch + 1, head if step < how.averaged_from * steps else mean.module)
    fitted: NameHead = mean.module if step >= how.averaged_from * steps else head
    return fitted


def falling(done: float, *, warm_up: float = 0.06) -> float:
    """Share of the learning rate after a share of the steps: up to 1 in the warm-up, then down to 0."""
    return done / warm_up if done < warm_up else max(0.0, (1.0 - done) / (1.0 - warm_up))


def length_batches(learned: Sequence[Row], size: int, chance: np.random.Generator) -> Iterator[list[Row]]:
    """Batches of texts of about the same length, in random order."""
    lengths = np.array([len(row.labels) for row in learned])
    order = np.argsort(lengths + chance.uniform(0.0, 6.0, len(learned)), kind="stable")
    starts = np.arange(0, len(learned), size)
    for start in chance.permutation(starts):
        yield [learned[at] for at in order[start : start + size]]


def _loss(head: NameHead, batch: Sequence[Row], how: Fit, chance: np.random.Generator) -> Tensor:
    hidden, mask, features = padded(
        [row.encoded for row in batch], [_varied(row.features, how, chance) for row in batch]
    )
    labels = torch.full(mask.shape, _IGNORED)
    for at, row in enumerate(batch):
        labels[at, : len(row.labels)] = torch.from_numpy(row.labels)
    # On a CPU, PyTorch's fused attention in bfloat16 takes twice as long as plain products of matrices.
    with torch.autocast("cpu", torch.bfloat16), sdpa_kernel(SDPBackend.MATH):
        logits = head(hidden, mask, features)
    return functional.cross_entropy(logits.float().flatten(0, 1), labels.flatten(), ignore_index=_IGNORED)


def padded(encoded: Sequence[Encoded], features: Sequence[NDArray[np.int64]]) -> tuple[Tensor, Tensor, Tensor]:
    """Hidden states, mask and features of a batch, as the head takes them."""
    longest = max(len(text.hidden) for text in encoded)
    hidden = np.zeros((len(encoded), longest, encoded[0].hidden.shape[1]), dtype=np.float32)
    mask = np.zeros((len(encoded), longest), dtype=np.int64)
    told = np.zeros((len(encoded), longest, features[0].shape[1]), dtype=np.int64)
    for at, (text, row) in enumerate(zip(encoded, features, strict=True)):
        hidden[at, : len(text.hidden)] = text.hidden
        mask[at, : len(text.hidden)] = 1
        told[at, : len(row)] = row
    return torch.from_numpy(hidden), torch.from_numpy(mask), torch.from_numpy(told)


def _varied(features: NDArray[np.int64], how: Fit, chance: np.random.Generator) -> NDArray[np.int64]:
    """The features as they would be, had the text been written another way."""
    features = features.copy()
    cased = np.isin(features[:, columns.SHAPE], _CASED)
    lower = features[:, columns.SHAPE] == columns.LOWER
    draw = chance.random()
    if draw < how.lower_cased:
        features[cased, columns.SHAPE] = columns.LOWER
        features[cased | lower, columns.STYLE] = columns.ALL_LOWER
    elif draw < how.lower_cased + how.upper_cased:
        features[cased | lower, columns.SHAPE] = columns.UPPER
        features[cased | lower, columns.STYLE] = columns.ALL_UPPER
    if chance.random() < how.unlisted:
        features[:, columns.LISTS] &= ~(FIRST | LAST | columns.IN_PARTS)
    return features
