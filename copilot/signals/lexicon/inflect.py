"""Regular plurals of the lexicon's forms, so that its files list only what is irregular."""

from __future__ import annotations

from collections.abc import Iterator

_SMALL_WORDS = frozenset(
    [
        "a",
        "au",
        "aux",
        "de",
        "des",
        "du",
        "d",
        "en",
        "et",
        "la",
        "le",
        "les",
        "l",
        "un",
        "une",
        "sans",
        "avec",
        "col",
        "in",
        "di",
        "da",
        "con",
        "alla",
        "al",
        "il",
        "lo",
        "the",
        "of",
        "with",
    ]
)
_HARD_ITALIAN = {"ca": "che", "ga": "ghe", "co": "chi", "go": "ghi", "io": "i", "cia": "ce", "gia": "ge"}


def inflections(tokens: tuple[str, ...], language: str) -> Iterator[tuple[str, ...]]:
    """Regular plurals of a form: its last word (en), or its first word, or all of its words (fr, it, es)."""
    if language == "en":
        yield (*tokens[:-1], _english(tokens[-1]))
    elif language in _PLURALS:
        plural = _PLURALS[language]
        words = tuple(token if token in _SMALL_WORDS else plural(token) for token in tokens)
        if tokens[0] not in _SMALL_WORDS:
            yield (words[0], *tokens[1:])
        yield words


def _english(word: str) -> str:
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word if word.endswith("s") else f"{word}es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"


def _french(word: str) -> str:
    if word.endswith(("s", "x", "z")):
        return word
    return f"{word}x" if word.endswith("eau") else f"{word}s"


def _italian(word: str) -> str:
    for ending, plural in sorted(_HARD_ITALIAN.items(), key=lambda item: -len(item[0])):
        if word.endswith(ending):
            return word[: -len(ending)] + plural
    return word[:-1] + {"o": "i", "a": "e", "e": "i"}.get(word[-1], word[-1])


def _spanish(word: str) -> str:
    if word.endswith("s"):
        return word
    return f"{word}s" if word[-1] in "aeiou" else f"{word}es"


_PLURALS = {"fr": _french, "it": _italian, "es": _spanish}
