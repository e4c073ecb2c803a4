"""The names that a post's source gives away: its author's, and those of the others in its thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import regex

from ingestion.pseudonymise.pseudonyms import normal_handle
from ingestion.pseudonymise.span import Span
from ingestion.records import RawPost

AUTHOR = "AUTHOR"
"""Kind of a span that holds a known name."""

_FEWEST_LETTERS = 3
_NAME_PART = regex.compile(r"\p{Lu}[\p{Ll}'’\-]{2,}")
_NOBODY = frozenset(
    """anonymous|anonymous user|anonyme|client anonyme|anonimo|anónimo|anonym|guest|invité|client|cliente|customer|
    kunde|kundin|amazon customer|verified buyer|verified customer|user|utente|utilisateur|usuario|unknown|inconnu|
    deleted|[deleted]|removed|[removed]|none|null|n/a|-""".replace("\n    ", "").split("|")
)
# Given names that are words of fashion: alone and capitalised they may be the first word of a sentence.
_ALSO_WORDS = frozenset(
    """rose claire blanche olive violet violette ruby prune jean cherry amber daisy iris jade coral scarlett ivory pearl
    sandy brown green white black gray grey fashion style mode robe love dress shop boutique""".split()  # noqa: SIM905
)


def is_nobody(author: str) -> bool:
    """Whether an author field names nobody: empty, or what sites write for one."""
    return not author.strip() or normal_handle(author) in _NOBODY


def with_known_names(posts: Sequence[RawPost]) -> list[tuple[RawPost, tuple[str, ...]]]:
    """Each post with the names to look for in it: its author's, then those of its thread's other authors."""
    threads: dict[tuple[str, str], dict[str, None]] = {}
    for post in posts:
        if post.thread and not is_nobody(post.author):
            threads.setdefault((post.source, post.thread), {})[post.author] = None
    return [(post, _names_for(post, threads)) for post in posts]


def find_names(text: str, names: Sequence[str]) -> Mapping[Span, str]:
    """Where the names are in the text, and whose each is.

    A handle or full name is found in any case, with or without `@`, and with its words run together; a part of a full
    name where it is capitalised, as in a signature.
    """
    found: dict[Span, str] = {}
    folded = text.casefold()
    for name in names:
        plain = normal_handle(name)
        patterns = [_part(part) for part in _parts(name) if part in text]
        if len(plain) >= _FEWEST_LETTERS and plain.split(" ")[0] in folded:
            patterns.append(_whole(plain))
        for pattern in patterns:
            for match in pattern.finditer(text):
                found[Span(start=match.start(), end=match.end(), kind=AUTHOR)] = name
    return found


def _names_for(post: RawPost, threads: Mapping[tuple[str, str], Mapping[str, None]]) -> tuple[str, ...]:
    own = [] if is_nobody(post.author) else [post.author]
    return tuple(dict.fromkeys([*own, *threads.get((post.source, post.thread), {})]))


def _parts(name: str) -> list[str]:
    """First and last word of a name of several words, where they look like names."""
    words = name.split()
    if len(words) < 2:
        return []
    return [word for word in (words[0], words[-1]) if _NAME_PART.fullmatch(word) and word.casefold() not in _ALSO_WORDS]


@lru_cache(maxsize=8192)
def _whole(plain: str) -> regex.Pattern[str]:
    words = r"[\s._\-]*".join(regex.escape(word) for word in plain.split(" "))
    return regex.compile(rf"(?<!\w)(?:[@＠#]|/?u/)?{words}(?!\w)", regex.IGNORECASE | regex.FULLCASE)


@lru_cache(maxsize=8192)
def _part(part: str) -> regex.Pattern[str]:
    return regex.compile(rf"(?<!\w){regex.escape(part)}(?!\w)")
