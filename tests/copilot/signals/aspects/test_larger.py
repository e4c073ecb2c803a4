"""Larger models by folder: tiny random ones, whose answers mean nothing and whose forms are real."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

from copilot.errors import AspectModelError
from copilot.settings import AspectSettings
from copilot.signals.aspects.loading import load_reader
from copilot.signals.aspects.records import ASPECTS, POLARITIES
from vectorstore.encoder import Encoder

WORDS = (
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "the",
    "price",
    "is",
    "great",
    "tight",
    "customer",
    "speaks",
    "of",
)
CLAUSES = ["The price is great", "Tight", "the customer"]


def _no_encoder() -> Encoder:
    raise AssertionError("a larger model brings its own")


def _tiny(folder: Path, labels: list[str]) -> str:
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        id2label=dict(enumerate(labels)),
        label2id={label: place for place, label in enumerate(labels)},
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    return str(folder)


def test_model_of_polarity_reads_aspects_by_words(tmp_path: Path) -> None:
    model = _tiny(tmp_path, ["Negative", "Neutral", "Positive"])
    reader = load_reader(AspectSettings(model=model), _no_encoder)
    found = reader.read(CLAUSES)
    assert [[one.aspect for one in there] for there in found] == [["price"], ["fit"], ["other"]]
    assert {one.polarity for there in found for one in there} <= set(POLARITIES)
    assert all(1 / 3 <= one.surety <= 1.0 for there in found for one in there)
    assert reader.fingerprint.startswith("hf:")
    assert reader.read([]) == []


def test_model_of_entailment_reads_both(tmp_path: Path) -> None:
    model = _tiny(tmp_path, ["contradiction", "neutral", "entailment"])
    reader = load_reader(AspectSettings(model=model), _no_encoder)
    found = reader.read(CLAUSES)
    assert len(found) == len(CLAUSES)
    for there in found:
        assert [one.aspect for one in there] == [aspect for aspect in ASPECTS if aspect in {x.aspect for x in there}]
        assert all(0.0 < one.surety <= 1.0 for one in there)
    assert reader.read([]) == []


def test_models_of_neither_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AspectModelError, match="neither entailment nor polarity: spam, ham"):
        load_reader(AspectSettings(model=_tiny(tmp_path, ["spam", "ham"])), _no_encoder)


def test_models_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AspectModelError, match="missing"):
        load_reader(AspectSettings(model=str(tmp_path / "missing")), _no_encoder)
