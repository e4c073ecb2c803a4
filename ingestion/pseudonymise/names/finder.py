"""What finds the names of people, and what reads a text once for its names and its vector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ingestion.pseudonymise.span import Span

PERSON = "PERSON"


class NameFinder(Protocol):
    """Finds names of people. Not thread-safe."""

    @property
    def fingerprint(self) -> str:
        """Name and version of the model and its threshold: texts read under another may be pseudonymised otherwise."""

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """Spans of kind `PERSON` for each text, in order, without overlaps. Texts of any length, empty ones too."""


class NoNames:
    """Finds no names."""

    @property
    def fingerprint(self) -> str:
        """`none`."""
        return "none"

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """An empty list for each text."""
        return [[] for _ in texts]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What reading some texts gave."""

    names: list[list[Span]]
    """Names of people in each text."""
    vectors: NDArray[np.float32] | None
    """Vectors of the texts as they are, shape (texts, dimensions): good for the texts in which nothing is replaced.
    None where the reader makes none."""


class TextReader(Protocol):
    """Reads texts for the names in them, and for their vectors where one pass of a model gives both."""

    @property
    def fingerprint(self) -> str:
        """That of the name finder."""

    def read(self, texts: Sequence[str]) -> Reading:
        """Names and vectors of the texts, in order."""


class NamesOnly:
    """Reads for names alone."""

    def __init__(self, finder: NameFinder) -> None:
        self._finder = finder

    @property
    def fingerprint(self) -> str:
        """That of the name finder."""
        return self._finder.fingerprint

    def read(self, texts: Sequence[str]) -> Reading:
        """Names of the texts, and no vectors."""
        return Reading(names=self._finder.find(texts), vectors=None)
