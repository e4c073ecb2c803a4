"""Where personal data is in a text: Presidio's engine with recognisers of our own and no language model."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from ingestion.pseudonymise.contacts import EMAIL, LINK, PHONE, PHONE_AFTER_WORD, PROFILE
from ingestion.pseudonymise.numbers import CARD, IBAN, IP, NIR, ORDER, SIRET
from ingestion.pseudonymise.people import HANDLE, PERSON
from ingestion.pseudonymise.presidio import (
    AnalyzerEngine,
    ContextAwareEnhancer,
    NoOpNlpEngine,
    RecognizerRegistry,
    RecognizerResult,
)
from ingestion.pseudonymise.recogniser import Kind
from ingestion.pseudonymise.span import Span

KINDS: tuple[Kind, ...] = (
    LINK,
    PROFILE,
    EMAIL,
    IBAN,
    NIR,
    CARD,
    SIRET,
    PHONE,
    PHONE_AFTER_WORD,
    ORDER,
    IP,
    HANDLE,
    PERSON,
)
"""What is recognised, the kind that wins where two overlap first."""

# Presidio's debug messages quote the words around a match.
logging.getLogger("presidio-analyzer").setLevel(logging.WARNING)


class Detector:
    """Finds personal data in texts of some languages. Making one takes a tenth of a second; it is not thread-safe."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = tuple(languages)
        engine = NoOpNlpEngine(models=[{"lang_code": code, "model_name": "none"} for code in languages])
        registry = RecognizerRegistry(supported_languages=list(languages))
        for language in languages:
            for kind in KINDS:
                registry.add_recognizer(kind.make(language))
        self._engine = AnalyzerEngine(
            registry=registry,
            nlp_engine=engine,
            supported_languages=list(languages),
            context_aware_enhancer=_NoContext(),
        )

    def find(self, text: str, language: str, *, every_kind: bool = False) -> list[Span]:
        """What Presidio finds, unsorted, overlaps included. Kinds whose hint is not in the text are passed over;
        `every_kind` looks for them too, to the same result.
        """
        kinds = list(dict.fromkeys(kind.name for kind in KINDS if every_kind or kind.hint.search(text)))
        if not kinds:
            return []
        known = language if language in self._languages else self._languages[0]
        found = self._engine.analyze(text, known, entities=kinds)
        return [Span(start=result.start, end=result.end, kind=result.entity_type) for result in found]


class _NoContext(ContextAwareEnhancer):  # type: ignore[misc]  # Presidio is untyped for us
    """Leaves scores as they are: without a model there are no words to look at."""

    def __init__(self) -> None:
        super().__init__(0.0, 0.0, 0, 0)

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: object,
        recognizers: object,
        context: object = None,
    ) -> list[RecognizerResult]:
        return raw_results
