"""Whose a name in a text is, as far as the names beside it tell."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable

import regex

from ingestion.pseudonymise.pseudonyms import normal_handle

_POSSESSIVE = regex.compile(r"['’]s?$")
_TITLE = regex.compile(
    r"^(?:m(?:r|rs|s|me|lle|iss|onsieur|adame|ademoiselle)?|dr|prof|sig(?:nora?|ra)?|herrn?|frau|se[nñ]ora?|sra?)\b\.?\s+"
)
_SIGNS = regex.compile(r"[^\p{L}\p{N}'’ -]+")


def normal_name(name: str) -> str:
    """A name as it is compared: folded as handles are, without accents, titles, possessive and signs.

    >>> normal_name("Mme Hélène Lefèvre"), normal_name("Helene’s")
    ('helene lefevre', 'helene')
    """
    decomposed = unicodedata.normalize("NFD", normal_handle(name))
    plain = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    plain = _SIGNS.sub(" ", _POSSESSIVE.sub("", plain))
    return " ".join((_TITLE.sub("", plain.strip()) or plain).split())


class NamedPeople:
    """The people that a conversation names."""

    def __init__(self, names: Iterable[str]) -> None:
        """`names`: full names and parts of names, as written."""
        owners: defaultdict[str, set[str]] = defaultdict(set)
        for name in map(normal_name, names):
            words = name.split(" ")
            if len(words) > 1:
                owners[words[0]].add(name)
                owners[words[-1]].add(name)
        self._whole = {part: next(iter(full)) for part, full in owners.items() if len(full) == 1}

    def whole(self, name: str) -> str:
        """The full name that a first or last name alone belongs to, where that is one; else the name, both normal."""
        plain = normal_name(name)
        return self._whole.get(plain, plain)
