"""Presidio, imported without the deep-learning libraries that it takes in wherever it finds them.

It would load torch and transformers for recognisers that are not used here: 4 s and some hundred MiB, in each process.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = [
    "AnalyzerEngine",
    "ContextAwareEnhancer",
    "NoOpNlpEngine",
    "Pattern",
    "PatternRecognizer",
    "RecognizerRegistry",
    "RecognizerResult",
]


@contextmanager
def _absent(*names: str) -> Iterator[None]:
    """Let imports of these modules fail meanwhile, but for those that are loaded already."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None is how Python marks such a module
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


with _absent("torch", "transformers", "stanza", "gliner"):
    from presidio_analyzer import (
        AnalyzerEngine,
        Pattern,
        PatternRecognizer,
        RecognizerRegistry,
        RecognizerResult,
    )
    from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
    from presidio_analyzer.nlp_engine import NoOpNlpEngine
