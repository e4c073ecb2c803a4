"""Recognisers of one kind of personal data, each with a cheap test of whether a text may hold any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import regex

from ingestion.pseudonymise.presidio import Pattern, PatternRecognizer

Check = Callable[[str], bool]
_FLAGS = regex.DOTALL | regex.MULTILINE | regex.IGNORECASE


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of personal data, and how it is recognised."""

    name: str
    """As it is counted: `EMAIL_ADDRESS`, `HANDLE`, ..."""
    hint: regex.Pattern[str]
    """Found in every text that any of the patterns matches in: other texts are not analysed for this kind."""
    make: Callable[[str], PatternRecognizer]
    """The Presidio recogniser for a language."""


class CheckedRecogniser(PatternRecognizer):  # type: ignore[misc]  # Presidio is untyped for us
    """Patterns, and a check that a match must pass."""

    def __init__(self, kind: str, language: str, patterns: Sequence[Pattern], *, flags: int, check: Check) -> None:
        super().__init__(
            supported_entity=kind,
            supported_language=language,
            patterns=list(patterns),
            name=f"{kind}_{language}",
            global_regex_flags=flags,
        )
        self._check = check

    def validate_result(self, pattern_text: str) -> bool | None:
        """False drops the match; None keeps it with the pattern's own score."""
        return None if self._check(pattern_text) else False


def pattern_kind(
    name: str, *, hint: str, patterns: Sequence[str], check: Check = lambda _: True, ignore_case: bool = True
) -> Kind:
    """A kind recognised by regular expressions (of the `regex` module) and a check on what they match."""
    flags = _FLAGS if ignore_case else _FLAGS & ~regex.IGNORECASE

    def make(language: str) -> PatternRecognizer:
        named = [Pattern(f"{name} {number}", pattern, 0.8) for number, pattern in enumerate(patterns)]
        return CheckedRecogniser(name, language, named, flags=flags, check=check)

    return Kind(name=name, hint=regex.compile(hint, flags), make=make)
