"""Presidio as it comes, with its predefined recognisers and no language model: what `benchmarks.pii` compares with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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

    def __init__(self, finder: NameFinder | None = None, *, ahead: bool = False) -> None:
        """`finder` is wrapped in a recogniser of Presidio's, which reads one text at a time; with `ahead` the finder
        reads all texts first, to the same result and several times faster.
        """
        # Its e-mail recogniser would fetch a list of domain endings.
        tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())
        self._ahead = finder if ahead else None
        self._read: dict[str, list[Span]] = {}
        registry = RecognizerRegistry(supported_languages=list(LANGUAGES))
        registry.load_predefined_recognizers(languages=list(LANGUAGES))
        registry.remove_recognizer("SpacyRecognizer")  # it needs a model of spaCy's
        if finder is not None:
            for language in LANGUAGES:
                registry.add_recognizer(_Names(finder, language, self._read))
        self._engine = AnalyzerEngine(
            registry=registry,
            nlp_engine=NoOpNlpEngine(models=[{"lang_code": code, "model_name": "none"} for code in LANGUAGES]),
            supported_languages=list(LANGUAGES),
        )

    def find(self, texts: Sequence[str], language: str) -> list[list[Span]]:
        """What it finds in each text, at its default threshold, overlaps joined."""
        if self._ahead is not None:
            self._read.update(zip(texts, self._ahead.find(texts), strict=True))
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
    def __init__(self, finder: NameFinder, language: str, read: Mapping[str, list[Span]]) -> None:
        self._finder, self._read = finder, read
        super().__init__(supported_entities=[PERSON], supported_language=language, name="names")

    def load(self) -> None:
        """Loaded already."""

    def analyze(self, text: str, entities: Sequence[str], nlp_artifacts: object) -> list[RecognizerResult]:
        names = self._read[text] if text in self._read else self._finder.find([text])[0]
        return [RecognizerResult(PERSON, span.start, span.end, 0.85) for span in names]
