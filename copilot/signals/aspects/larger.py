"""Larger models for aspects, by name or folder, through transformers: models of entailment, and of polarity.

A model of entailment (labels `entailment`, ...) is asked of each aspect whether the clause speaks of it and how. A
model whose labels are polarities (`positive`, `negative`, ...) is given the clause with the aspect's name beside it;
which aspects a clause speaks of is then left to the lists of words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from copilot.errors import AspectModelError
from copilot.signals.aspects.lexicon import load_words, tokens_of
from copilot.signals.aspects.records import ASPECTS, Aspect, AspectReader, Finding, Polarity

_BATCH = 16
_FROM = 0.5
"""Probability of entailment from which a clause speaks of an aspect."""
_NAMES: Mapping[Aspect, str] = {
    "fit": "size and fit",
    "comfort": "comfort",
    "colour": "colour",
    "fabric": "fabric and material",
    "quality": "quality and durability",
    "price": "price",
    "delivery": "delivery, returns and service",
    "style": "look and style",
    "other": "the article as a whole",
}
_JUDGED: Mapping[str, Polarity] = {"satisfied": "positive", "dissatisfied": "negative", "undecided": "neutral"}
_SPEAKS, _FEELS = "The customer speaks of {}.", "The customer is {{}} with {name}."
_POLARITY_LABELS: Mapping[str, Polarity] = {
    **dict.fromkeys(("positive", "pos", "5 stars", "4 stars"), "positive"),
    **dict.fromkeys(("negative", "neg", "1 star", "2 stars"), "negative"),
    **dict.fromkeys(("neutral", "neu", "mixed", "3 stars"), "neutral"),
}


def load_larger(model: str) -> AspectReader:
    """The model as a reader. Raises `AspectModelError` where it cannot be loaded or its labels are of neither kind."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(model)
        classifier = AutoModelForSequenceClassification.from_pretrained(model)
    except (OSError, ValueError, KeyError) as error:
        raise AspectModelError(model, (str(error).strip().splitlines() or [type(error).__name__])[0]) from error
    labels = [str(label).lower() for label in classifier.config.id2label.values()]
    fingerprint = f"hf:{model}@{getattr(classifier.config, '_commit_hash', None) or ''}"
    if "entailment" in labels:
        return EntailmentAspects(classifier, tokenizer, fingerprint)
    if all(label in _POLARITY_LABELS for label in labels):
        return PolarityAspects(classifier, tokenizer, fingerprint)
    raise AspectModelError(model, f"its labels are neither entailment nor polarity: {', '.join(labels)}")


class EntailmentAspects:
    """Reads clauses with a model of entailment, trained on no aspect at all."""

    def __init__(self, classifier: Any, tokenizer: Any, fingerprint: str) -> None:
        from transformers import pipeline

        self._ask: Any = pipeline("zero-shot-classification", model=classifier, tokenizer=tokenizer)
        self.fingerprint = fingerprint

    def read(self, clauses: Sequence[str]) -> list[list[Finding]]:
        """What each clause says, in the order of `ASPECTS`."""
        found: list[dict[Aspect, Finding]] = [{} for _ in clauses]
        spoken = self._answers(clauses, list(_NAMES.values()), _SPEAKS, several=True)
        for aspect, name in _NAMES.items():
            rows = [row for row, answers in enumerate(spoken) if answers[name] >= _FROM]
            judged = self._answers(
                [clauses[row] for row in rows], list(_JUDGED), _FEELS.format(name=name), several=False
            )
            for row, answers in zip(rows, judged, strict=True):
                likeliest = max(answers, key=lambda word: answers[word])
                surety = spoken[row][name] * answers[likeliest]
                found[row][aspect] = Finding(aspect=aspect, polarity=_JUDGED[likeliest], surety=surety)
        return [[there[aspect] for aspect in ASPECTS if aspect in there] for there in found]

    def _answers(
        self, clauses: Sequence[str], labels: list[str], template: str, *, several: bool
    ) -> list[dict[str, float]]:
        """For each clause the probability of each label."""
        if not clauses:
            return []
        answers = self._ask(
            list(clauses),
            candidate_labels=labels,
            hypothesis_template=template,
            multi_label=several,
            batch_size=_BATCH,
        )
        return [dict(zip(one["labels"], map(float, one["scores"]), strict=True)) for one in answers]


class PolarityAspects:
    """Reads polarity with a classifier, and aspects by lists of words."""

    def __init__(self, classifier: Any, tokenizer: Any, fingerprint: str) -> None:
        from transformers import pipeline

        self._judge: Any = pipeline("text-classification", model=classifier, tokenizer=tokenizer)
        self.fingerprint = fingerprint

    def read(self, clauses: Sequence[str]) -> list[list[Finding]]:
        """What each clause says, in the order of `ASPECTS`; `other` where it names no aspect."""
        words = load_words()
        hits = [words.hits(tokens_of(clause)) for clause in clauses]
        named: list[list[Aspect]] = [[one for one in ASPECTS if one in there] or ["other"] for there in hits]
        asked = [(row, aspect) for row, aspects in enumerate(named) for aspect in aspects]
        pairs = [{"text": clauses[row], "text_pair": _NAMES[aspect]} for row, aspect in asked]
        judged = self._judge(pairs, batch_size=_BATCH) if pairs else []
        found: list[list[Finding]] = [[] for _ in clauses]
        for (row, aspect), answer in zip(asked, judged, strict=True):
            polarity = _POLARITY_LABELS[str(answer["label"]).lower()]
            found[row].append(Finding(aspect=aspect, polarity=polarity, surety=float(answer["score"])))
        return found
