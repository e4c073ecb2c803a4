"""Recognisers of one kind of personal data, each with a cheap test of whether a text may hold any."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import regex

from ingestion.pseudonymise.presidio import Pattern, PatternRecognizer, RecognizerResult

Check = Callable[[str], bool]
_SCORE = 0.8
TIMEOUT_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of personal data, and how it is recognised."""

    name: str
    """As it is counted: `EMAIL_ADDRESS`, `HANDLE`, ..."""
    hint: re.Pattern[str]
    """Found in the small letters of every text that any of the patterns matches in: other texts are not analysed for
    this kind."""
    fewest_digits: int
    """Digits that every match has, or more stand by it: texts with fewer are not even looked at for the hint."""
    patterns: tuple[str, ...]
    """Regular expressions of the `regex` module."""
    ignore_case: bool
    """Whether the patterns match in any case."""
    check: Check
    """What a match must pass."""

    def make(self, language: str, entity: str = "") -> PatternRecognizer:
        """The Presidio recogniser for a language; `entity` as Presidio is to call what it finds, else the name."""
        return CheckedRecogniser(self, language, entity or self.name)


class CheckedRecogniser(PatternRecognizer):  # type: ignore[misc]  # Presidio is untyped for us
    """Patterns, and a check that a match must pass."""

    def __init__(self, kind: Kind, language: str, entity: str) -> None:
        # Flags inside the patterns: Presidio compiles each once to check it, and `regex` keeps that one for us.
        flagged = [f"(?{_flags(ignore_case=kind.ignore_case)}){pattern}" for pattern in kind.patterns]
        patterns = [Pattern(f"{kind.name} {number}", pattern, _SCORE) for number, pattern in enumerate(flagged)]
        super().__init__(
            supported_entity=entity,
            supported_language=language,
            patterns=patterns,
            name=f"{entity}_{language}",
            global_regex_flags=0,
        )
        self._compiled = [regex.compile(pattern) for pattern in flagged]
        self._check = kind.check
        self._entity = entity

    def analyze(
        self, text: str, entities: Sequence[str], nlp_artifacts: object = None, regex_flags: int | None = None
    ) -> list[RecognizerResult]:
        """Matches that pass the check. The whole text where a pattern takes over `TIMEOUT_S` on it: Presidio's own way
        would pass over the pattern, and leave what it looks for.
        """
        try:
            found = [match.span() for pattern in self._compiled for match in pattern.finditer(text, timeout=TIMEOUT_S)]
        except TimeoutError:
            found = [(0, len(text))]
        else:
            found = [(start, end) for start, end in found if end > start and self._check(text[start:end])]
        return [RecognizerResult(self._entity, start, end, _SCORE) for start, end in found]


def pattern_kind(
    name: str,
    *,
    hint: str,
    patterns: Sequence[str],
    fewest_digits: int = 0,
    check: Check = lambda _: True,
    ignore_case: bool = True,
) -> Kind:
    """A kind recognised by regular expressions (of the `regex` module) and a check on what they match.

    `hint` is one of the standard library's `re`, which is several times faster on many words in small letters.
    """
    return Kind(
        name=name,
        hint=re.compile(hint.replace("(?i:", "(?:"), re.DOTALL | re.MULTILINE),
        fewest_digits=fewest_digits,
        patterns=tuple(patterns),
        ignore_case=ignore_case,
        check=check,
    )


def _flags(*, ignore_case: bool) -> str:
    return "msi" if ignore_case else "ms"
