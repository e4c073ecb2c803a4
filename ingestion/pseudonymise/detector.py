"""Where personal data is in a text: Presidio's engine with recognisers of our own and no language model."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

from ingestion.pseudonymise.address_lines import AFTER_WORD, BLOCK, POSTCODE
from ingestion.pseudonymise.addresses import STREETS
from ingestion.pseudonymise.contacts import EMAIL, PHONE, PHONE_AFTER_WORD
from ingestion.pseudonymise.home_streets import HOME_STREET
from ingestion.pseudonymise.links import LINK, PROFILE
from ingestion.pseudonymise.national import (
    BIRTH,
    DE_SOCIAL_SECURITY,
    DE_TAX_ID,
    ES_NIF,
    IT_FISCAL_CODE,
    NIR,
    NIR_AFTER_WORD,
    PAPERS,
    PLATE,
    UK_NINO,
    US_SSN,
)
from ingestion.pseudonymise.numbers import (
    ACCOUNT_AFTER_WORD,
    CARD,
    CARD_AFTER_WORD,
    IBAN,
    IP,
    ORDER,
    SHORT_ORDER,
    SIRET,
    WALLET,
)
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
    ACCOUNT_AFTER_WORD,
    NIR,
    NIR_AFTER_WORD,
    CARD,
    CARD_AFTER_WORD,
    SIRET,
    IT_FISCAL_CODE,
    ES_NIF,
    UK_NINO,
    DE_SOCIAL_SECURITY,
    DE_TAX_ID,
    US_SSN,
    PAPERS,
    BIRTH,
    WALLET,
    PHONE,
    PHONE_AFTER_WORD,
    ORDER,
    SHORT_ORDER,
    IP,
    PLATE,
    *STREETS,
    HOME_STREET,
    BLOCK,
    AFTER_WORD,
    POSTCODE,
    HANDLE,
    PERSON,
)
"""What is recognised, the kind that wins where two overlap first."""

_BY_ENTITY = {f"{kind.name}.{number}": kind for number, kind in enumerate(KINDS)}
"""Each under a name of its own, so that Presidio runs those alone whose hint was found."""
_MOST_DIGITS = max(kind.fewest_digits for kind in KINDS)
_BY_DIGITS = [
    [(entity, kind) for entity, kind in _BY_ENTITY.items() if kind.fewest_digits <= digits]
    for digits in range(_MOST_DIGITS + 1)
]
"""What may be in a text, by how many digits the text has."""
_DIGIT = re.compile(r"\d")

# Presidio's debug messages quote the words around a match.
logging.getLogger("presidio-analyzer").setLevel(logging.WARNING)


class Detector:
    """Finds personal data in texts of some languages. Making one takes a tenth of a second; it is not thread-safe."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = tuple(languages)
        engine = NoOpNlpEngine(models=[{"lang_code": code, "model_name": "none"} for code in languages])
        registry = RecognizerRegistry(supported_languages=list(languages))
        for language in languages:
            for entity, kind in _BY_ENTITY.items():
                registry.add_recognizer(kind.make(language, entity))
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
        small, digits = text.lower(), len(_DIGIT.findall(text))
        entities = [
            entity
            for entity, kind in (_BY_ENTITY.items() if every_kind else _BY_DIGITS[min(digits, _MOST_DIGITS)])
            if every_kind or kind.hint.search(small)
        ]
        if not entities:
            return []
        known = language if language in self._languages else self._languages[0]
        found = self._engine.analyze(text, known, entities=entities)
        return [Span(start=result.start, end=result.end, kind=_BY_ENTITY[result.entity_type].name) for result in found]


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
