"""Fits the gate to what the head finds: a text goes on to the head where one word's score is high enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ingestion.names_training.examples import Bounds, Example
from ingestion.names_training.fitting import Row, falling, length_batches, padded, rows
from ingestion.names_training.scoring import Judged
from ingestion.pseudonymise.names.decoding import NameDecoder
from ingestion.pseudonymise.names.features import FeatureMaker
from ingestion.pseudonymise.names.gate import GATE_SHAPE, NameGate
from ingestion.pseudonymise.names.head import HeadShape


@dataclass(frozen=True, kw_only=True)
class GateFit:
    """How to fit."""

    epochs: int = 4
    batch: int = 64
    rate: float = 3e-3
    of_words: float = 5.0
    """Weight of a word in a name against one in none."""
    of_texts: float = 3.0
    """Weight of a text with a name against one without."""
    shape: HeadShape = GATE_SHAPE
    width: int = HeadShape.width
    """Of the hidden states."""
    seed: int = 7


@dataclass(frozen=True, kw_only=True)
class Taught:
    """A text as the gate learns it."""

    row: Row
    """Its labels are 1 in a name that counts, 0 in other words, negative in what no word starts with."""
    names: int
    """That count: the head finds them, and they are none of its false alarms."""
    found: int
    """That the head finds."""
    wording: int
    """The same for texts that differ by their names alone."""


def taught(judged: Judged, decoder: NameDecoder, maker: FeatureMaker, *, marked: bool) -> list[Taught]:
    """What the head found in the texts, for the gate to learn. Where the texts are `marked`, a find beside every name
    and handle is a false alarm, which the gate may lose; elsewhere all finds count.
    """
    finds = [
        [(span.start, span.end) for span in decoder.decode(example.text, text.offsets, logits)]
        for example, text, logits in zip(judged.examples, judged.encoded, judged.logits, strict=True)
    ]
    counted = [
        Example(text=example.text, names=tuple(find for find in found if not marked or _is_right(find, example)))
        for example, found in zip(judged.examples, finds, strict=True)
    ]
    return [
        Taught(row=row, names=len(own.names), found=len(found), wording=_wording(example))
        for row, own, found, example in zip(
            rows(counted, judged.encoded, maker), counted, finds, judged.examples, strict=True
        )
    ]


def _is_right(find: Bounds, example: Example) -> bool:
    return any(find[0] < end and start < find[1] for start, end in (*example.names, *example.handles))


def _wording(example: Example) -> int:
    parts, end = list[str](), 0
    for start, stop in example.names:
        parts.append(example.text[end:start])
        end = stop
    return crc32("".join([*parts, example.text[end:]]).lower().encode())


def fit_gate(learned: Sequence[Taught], how: GateFit) -> NameGate:
    """A gate that has learned which words the head takes for names, and which texts hold any."""
    torch.manual_seed(how.seed)
    chance = np.random.default_rng(how.seed)
    gate = NameGate(how.shape, width=how.width)
    optimiser = torch.optim.AdamW(gate.parameters(), lr=how.rate, weight_decay=0.01)
    own = [one.row for one in learned]
    steps = how.epochs * -(-len(own) // how.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: falling(step / steps))
    for _ in range(how.epochs):
        for batch in length_batches(own, how.batch, chance):
            loss = _loss(gate, batch, how)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(gate.parameters(), 1.0)
            optimiser.step()
            schedule.step()
    gate.eval()
    return gate


def _loss(gate: NameGate, batch: Sequence[Row], how: GateFit) -> Tensor:
    """Of words, and of texts by a smooth highest score of their words."""
    hidden, mask, features = padded([row.encoded for row in batch], [row.features for row in batch])
    labels = torch.full(mask.shape, -1.0)
    for at, row in enumerate(batch):
        labels[at, : len(row.labels)] = torch.from_numpy(row.labels)
    scores = gate(hidden, mask, features)
    words = labels >= 0.0
    of_words = _cross_entropy(scores[words], labels[words], how.of_words)
    return of_words + _cross_entropy(scores.logsumexp(dim=1), labels.amax(dim=1).clamp(min=0.0), how.of_texts)


def _cross_entropy(scores: Tensor, labels: Tensor, weight: float) -> Tensor:
    return functional.binary_cross_entropy_with_logits(scores, labels, pos_weight=torch.tensor(weight))


def highest_scores(gate: NameGate, texts: Sequence[Taught], *, batch: int = 64) -> NDArray[np.float32]:
    """The highest score of a word in each text, shape (texts,)."""
    scores = np.empty(len(texts), dtype=np.float32)
    by_length = sorted(range(len(texts)), key=lambda at: len(texts[at].row.labels))
    with torch.inference_mode():
        for start in range(0, len(texts), batch):
            places = by_length[start : start + batch]
            these = [texts[at].row for at in places]
            inputs = padded([row.encoded for row in these], [row.features for row in these])
            scores[places] = gate(*inputs).amax(dim=1).numpy()
    return scores


def scores_unseen(texts: Sequence[Taught], how: GateFit, *, folds: int) -> NDArray[np.float32]:
    """The highest scores, each by a gate that has learned from the other folds. One wording is in one fold."""
    fold = np.array([text.wording % folds for text in texts])
    scores = np.empty(len(texts), dtype=np.float32)
    for held in range(folds):
        gate = fit_gate([text for text, own in zip(texts, fold, strict=True) if own != held], how)
        left = np.flatnonzero(fold == held).tolist()
        scores[left] = highest_scores(gate, [texts[at] for at in left])
    return scores


def threshold(scores: NDArray[np.float32], names: Sequence[int], *, kept: float) -> float:
    """The highest score from which on texts hold a share of at least `kept` of all names."""
    counts = np.asarray(names)
    order = np.argsort(scores, kind="stable")
    lost_below = np.concatenate([[0], np.cumsum(counts[order])])[:-1]
    # Texts of one score go on together.
    allowed = order[lost_below <= (1.0 - kept) * counts.sum() + 1e-9]
    return float(scores[allowed].max())


def with_threshold(gate: NameGate, least: float) -> dict[str, NDArray[np.float32]]:
    """The weights of the gate that scores 0 where this one scores `least`."""
    tensors = {name: weights.numpy().copy() for name, weights in gate.state_dict().items()}
    tensors["head.classifier.bias"][1] -= least
    return tensors
