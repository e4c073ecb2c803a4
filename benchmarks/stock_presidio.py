"""Presidio as it comes, with its predefined recognisers and no language model: what `benchmarks.pii` compares with."""

from __future__ import annotations

from collections.abc import Sequence

import tldextract
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NoOpNlpEngine

from ingestion.pseudonymise.names.finder import PERSON, NameFinder
from ingestion.pseudonymise.span import Span

LANGUAGES = ("en", "fr")
_QUASI = {"DATE_TIME", "URL", "LOCATION", "NRP", "ORGANIZATION"}
"""Kinds that we leave alone on purpose: not counted against it."""


class StockPresidio:
    """Finds what Presidio's predefined recognisers find, and the names that a finder of ours gives them."""

    def __init__(self, finder: NameFinder | None = None) -> None:
        """`finder` is wrapped in a recogniser of Presidio's, which reads one text at a time."""
        # Its e-mail recogniser would fetch a list of domain endings.
        tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())
        registry = RecognizerRegistry(supported_languages=list(LANGUAGES))
        registry.load_predefined_recognizers(languages=list(LANGUAGES))
        registry.remove_recognizer("SpacyRecognizer")  # it needs a model of spaCy's
        if finder is not None:
            for language in LANGUAGES:
                registry.add_recognizer(_Names(finder, language))
        self._engine = AnalyzerEngine(
            registry=registry,
            nlp_engine=NoOpNlpEngine(models=[{"lang_code": code, "model_name": "none"} for code in LANGUAGES]),
            supported_languages=list(LANGUAGES),
        )

    def find(self, texts: Sequence[str], language: str) -> list[list[Span]]:
        """What it finds in each text, at its default threshold, overlaps joined."""
        return [self._found(text, language) for text in texts]

    def _found(self, text: str, language: str) -> list[Span]:
        joined: list[Span] = []
        results = [result for result in self._engine.analyze(text, language) if result.entity_type not in _QUASI]
        for result in sorted(results, key=lambda result: (result.start, -result.end)):
            if joined and result.start < joined[-1].end:
                last = joined.pop()
                joined.append(Span(start=last.start, end=max(last.end, result.end), kind=last.kind))
            else:
                joined.append(Span(start=result.start, end=result.end, kind=result.entity_type))
        return joined


class _Names(EntityRecognizer):  # type: ignore[misc]  # Presidio is untyped for us
    def __init__(self, finder: NameFinder, language: str) -> None:
        self._finder = finder
        super().__init__(supported_entities=[PERSON], supported_language=language, name="names")

    def load(self) -> None:
        """Loaded already."""

    def analyze(self, text: str, entities: Sequence[str], nlp_artifacts: object) -> list[RecognizerResult]:
        return [RecognizerResult(PERSON, span.start, span.end, 0.85) for span in self._finder.find([text])[0]]
