"""A stretch of a text that is personal data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Span:
    """`text[start:end]`, in characters."""

    start: int
    end: int
    kind: str
    """`EMAIL_ADDRESS`, `PERSON`, ...: Presidio's name of it where it has one."""
