"""Other names models, by configuration: real pipelines with tiny models made here."""

from __future__ import annotations

import sys
from copy import copy
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from ingestion.errors import NamesModelError
from ingestion.pseudonymise.names.finder import NoNames
from ingestion.pseudonymise.names.loading import load_name_finder
from ingestion.pseudonymise.span import Span
from ingestion.settings import PseudonymSettings

TEXT = "Thanks to Sophie Martin from the shop."


def finder(model: str, tmp_path: Path):  # type: ignore[no-untyped-def]
    return load_name_finder(PseudonymSettings(names_model=model), tmp_path)


def test_none_finds_nothing(tmp_path: Path) -> None:
    chosen = finder("none", tmp_path)
    assert isinstance(chosen, NoNames)
    assert chosen.find([TEXT, ""]) == [[], []]


def test_a_spacy_pipeline_by_folder(tmp_path: Path) -> None:
    import spacy

    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": "Sophie Martin"}, {"label": "ORG", "pattern": "shop"}])
    pipeline.to_disk(tmp_path / "names")
    chosen = finder(f"spacy:{tmp_path / 'names'}", tmp_path)
    for each in (chosen, copy(chosen)):
        assert each.find(["", TEXT]) == [[], [person("Sophie Martin")]]


@pytest.mark.slow
def test_a_token_classifier_by_folder(tmp_path: Path) -> None:
    tiny_classifier(tmp_path / "tiny", labels=("O", "B-PER"), person_token="sophie")
    chosen = finder(f"hf:{tmp_path / 'tiny'}", tmp_path)
    assert chosen.find([TEXT, "  ", "no one here"]) == [[person("Sophie")], [], []]
    long = "shop " * 200 + "Sophie"
    assert chosen.find([long]) == [[Span(start=1000, end=1006, kind="PERSON")]]


@pytest.mark.slow
def test_a_classifier_without_a_label_for_people_is_refused(tmp_path: Path) -> None:
    tiny_classifier(tmp_path / "tiny", labels=("O", "B-LOC"), person_token="sophie")
    with pytest.raises(NamesModelError, match="none of its labels is for people: B-LOC, O"):
        finder(f"hf:{tmp_path / 'tiny'}", tmp_path)


def test_a_gliner_model_is_asked_for_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, list[str]]] = []

    def predict(text: str, labels: list[str], threshold: float) -> list[dict[str, object]]:
        asked.append((text, labels))
        return [{"start": 10, "end": 23, "score": 0.9}, {"start": 10, "end": 16, "score": 0.6}]

    module = ModuleType("gliner")
    module.GLiNER = SimpleNamespace(  # type: ignore[attr-defined]
        from_pretrained=lambda name: SimpleNamespace(predict_entities=predict)
    )
    monkeypatch.setitem(sys.modules, "gliner", module)
    assert finder("gliner:some/model", tmp_path).find([TEXT, ""]) == [[person("Sophie Martin")], []]
    assert asked == [(TEXT, ["person"])]


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("spacy:nothing_of_the_kind", "nothing_of_the_kind"),
        ("gliner:some/model", "pip install gliner"),
        ("hf:/no/such/folder", "/no/such/folder"),
        ("spicy:x", "set pseudonym.names_model to one of: packaged, none, spacy:NAME, gliner:NAME, hf:NAME"),
        ("spacy:", "not known"),
    ],
)
def test_a_model_that_cannot_be_used_is_named(
    model: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "gliner", None)
    with pytest.raises(NamesModelError) as error:
        finder(model, tmp_path)
    assert says in str(error.value)


def person(name: str) -> Span:
    start = TEXT.index(name)
    return Span(start=start, end=start + len(name), kind="PERSON")


def tiny_classifier(folder: Path, *, labels: tuple[str, str], person_token: str) -> None:
    """A BERT of a few numbers that gives the second label to one word alone."""
    import torch
    from transformers import BertConfig, BertForTokenClassification, BertTokenizerFast

    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "thanks",
        "to",
        "sophie",
        "martin",
        "from",
        "the",
        "shop",
        ".",
    ]
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    tokenizer = BertTokenizerFast(vocab=str(folder / "vocab.txt"), do_lower_case=True)
    tokenizer.save_pretrained(folder)
    ids = {label: place for place, label in enumerate(labels)}
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=1, intermediate_size=4,
        max_position_embeddings=64, id2label=dict(enumerate(labels)), label2id=ids,
    )  # fmt: skip
    model = BertForTokenClassification(config)
    with torch.no_grad():
        for weights in model.parameters():
            weights.zero_()
        for norm in (
            model.bert.embeddings.LayerNorm,
            *(
                part
                for layer in model.bert.encoder.layer
                for part in (layer.attention.output.LayerNorm, layer.output.LayerNorm)
            ),
        ):
            norm.weight.fill_(1.0)
        model.bert.embeddings.word_embeddings.weight[words.index(person_token), 0] = 1.0
        model.classifier.weight[1, 0] = 4.0
        model.classifier.bias[0] = 2.0
    model.save_pretrained(folder)
