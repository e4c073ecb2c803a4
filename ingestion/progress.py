"""How long work says how far it is, without knowing who listens."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and how much there is in all (0: not known)."""


def silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""
