"""Larger models for names, by name or folder: spaCy's, GLiNER's, and any token classifier of Hugging Face."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ingestion.errors import NamesModelError
from ingestion.pseudonymise.names.finder import PERSON, NameFinder
from ingestion.pseudonymise.span import Span

_PERSON_LABELS = frozenset({"PER", "PERSON", "PERSONNE", "PRS"})
_BATCH = 32
_GLINER_THRESHOLD = 0.5
_WINDOW_OVERLAP = 32
"""Tokens that two windows of a text share where it is longer than the model takes."""


class SpacyNames:
    """Names by a spaCy pipeline with a `ner` or `entity_ruler`."""

    def __init__(self, model: str) -> None:
        """Load an installed pipeline or a folder. Raises `NamesModelError`."""
        self._name = model
        try:
            import spacy

            self._pipeline = spacy.load(model)
        except (ImportError, OSError) as error:
            raise NamesModelError(f"spacy:{model}", _first_line(error)) from error
        self.fingerprint = f"spacy:{model}@{self._pipeline.meta.get('version', '')}"

    def __reduce__(self) -> tuple[type[SpacyNames], tuple[str]]:
        """Another process loads the model anew."""
        return SpacyNames, (self._name,)

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """Spans of kind `PERSON` for each text."""
        return [
            [_person(entity.start_char, entity.end_char) for entity in read.ents if entity.label_ in _PERSON_LABELS]
            for read in self._pipeline.pipe(texts, batch_size=_BATCH)
        ]


class GlinerNames:
    """Names by a GLiNER model; the package `gliner` is the user's to install."""

    def __init__(self, model: str) -> None:
        """Load a model by name or folder. Raises `NamesModelError`."""
        self._name = model
        try:
            from gliner import GLiNER

            self._model = GLiNER.from_pretrained(model)
        except ImportError as error:
            raise NamesModelError(f"gliner:{model}", "the package gliner is missing: pip install gliner") from error
        except (OSError, ValueError) as error:
            raise NamesModelError(f"gliner:{model}", _first_line(error)) from error
        self.fingerprint = f"gliner:{model}/{_GLINER_THRESHOLD}"

    def __reduce__(self) -> tuple[type[GlinerNames], tuple[str]]:
        """Another process loads the model anew."""
        return GlinerNames, (self._name,)

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """Spans of kind `PERSON` for each text."""
        return [
            _without_nested(
                _person(found["start"], found["end"])
                for found in self._model.predict_entities(text, ["person"], threshold=_GLINER_THRESHOLD)
            )
            if text
            else []
            for text in texts
        ]


class TokenClassifierNames:
    """Names by a token classifier of Hugging Face with a label for people (`PER`, `B-PER`, `PERSON`, ...)."""

    def __init__(self, model: str) -> None:
        """Load a model by name or folder. Raises `NamesModelError`, also where no label is one for people."""
        self._name = model
        from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

        try:
            tokenizer = AutoTokenizer.from_pretrained(model)
            classifier = AutoModelForTokenClassification.from_pretrained(model)
        except (OSError, ValueError, KeyError) as error:
            raise NamesModelError(f"hf:{model}", _first_line(error)) from error
        labels = classifier.config.id2label.values()
        if not any(_is_person(label) for label in labels):
            raise NamesModelError(f"hf:{model}", f"none of its labels is for people: {', '.join(sorted(labels))}")
        longest = min(tokenizer.model_max_length, getattr(classifier.config, "max_position_embeddings", 512))
        tokenizer.model_max_length = longest
        self._classify: Any = pipeline(
            "token-classification",
            model=classifier,
            tokenizer=tokenizer,
            aggregation_strategy="first",
            stride=min(_WINDOW_OVERLAP, longest // 4),
        )
        self.fingerprint = f"hf:{model}@{getattr(classifier.config, '_commit_hash', None) or ''}"

    def __reduce__(self) -> tuple[type[TokenClassifierNames], tuple[str]]:
        """Another process loads the model anew."""
        return TokenClassifierNames, (self._name,)

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """Spans of kind `PERSON` for each text."""
        found: list[list[Span]] = [[] for _ in texts]
        filled = [row for row, text in enumerate(texts) if text.strip()]
        read = self._classify([texts[row] for row in filled], batch_size=_BATCH) if filled else []
        for row, entities in zip(filled, read, strict=True):
            found[row] = _without_nested(
                _person(int(entity["start"]), int(entity["end"]))
                for entity in entities
                if _is_person(entity["entity_group"])
            )
        return found


FINDERS: Mapping[str, Callable[[str], NameFinder]] = {
    "spacy": SpacyNames,
    "gliner": GlinerNames,
    "hf": TokenClassifierNames,
}
"""Kind of model -> what makes a finder of a model's name."""


def _is_person(label: str) -> bool:
    return label.rpartition("-")[2].upper() in _PERSON_LABELS


def _person(start: int, end: int) -> Span:
    return Span(start=start, end=end, kind=PERSON)


def _without_nested(spans: Iterable[Span]) -> list[Span]:
    """In order, without those that begin inside another."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
