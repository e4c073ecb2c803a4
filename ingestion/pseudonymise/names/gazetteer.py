"""What is known of a word before it is read in its sentence: first name, last name, place, common word.

A word is kept as 64 bits of a hash of its folded form, so that 100,000 words take less than a megabyte.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path

import numpy as np

FIRST = 1
LAST = 2
COMMON = 4
PLACE = 8
KINDS = 16
"""How many values a word's flags can take."""


class Gazetteer:
    """Flags of words: a sum of `FIRST`, `LAST`, `COMMON` and `PLACE`; 0 for a word that is in no list."""

    def __init__(self, flags: Mapping[int, int]) -> None:
        self._flags = dict(flags)

    @classmethod
    def of(cls, words: Mapping[int, Iterable[str]]) -> Gazetteer:
        """From the words of each flag."""
        flags: dict[int, int] = {}
        for flag, listed in words.items():
            for word in listed:
                key = _key(folded(word))
                flags[key] = flags.get(key, 0) | flag
        return cls(flags)

    @classmethod
    def load(cls, path: Path) -> Gazetteer:
        """As `save` wrote it."""
        with np.load(path) as arrays:
            return cls(dict(zip(arrays["hashes"].tolist(), arrays["flags"].tolist(), strict=True)))

    def save(self, path: Path) -> None:
        """An npz file: `hashes` sorted, `flags` beside them."""
        hashes = np.array(sorted(self._flags), dtype=np.uint64)
        flags = np.array([self._flags[key] for key in hashes.tolist()], dtype=np.uint8)
        np.savez_compressed(path, hashes=hashes, flags=flags)

    def __len__(self) -> int:
        return len(self._flags)

    def look_up(self, folded_word: str) -> int:
        """Flags of a word that `folded` made."""
        return self._flags.get(_key(folded_word), 0)

    def look_up_form(self, folded_word: str) -> int:
        """Flags of the word, or, where there are none, of the word that it is the genitive of ("Annas")."""
        flags = self.look_up(folded_word)
        if not flags and folded_word.endswith("s"):
            return self.look_up(folded_word[:-1])
        return flags


def folded(word: str) -> str:
    """Lower case, without accents."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.lower().replace("ß", "ss"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _key(folded_word: str) -> int:
    return int.from_bytes(blake2b(folded_word.encode(), digest_size=8).digest(), "little")
