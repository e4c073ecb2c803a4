"""Posts of the demo retailer, with the names of its people marked: how customers write in four languages."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from ingestion.clean import clean_text
from ingestion.demo import build_demo, parse_size
from ingestion.demo.material import load
from ingestion.names_training.examples import Example
from ingestion.names_training.lists import more_common_words
from ingestion.pseudonymise.names.gazetteer import folded
from ingestion.pseudonymise.names.words import WORD

_SEED = 101
"""Of a retailer that nothing else is measured on."""
_POSTS = {"en": 600, "fr": 1400, "it": 900, "de": 900}


def own_posts(*, seed: int) -> list[Example]:
    """Different posts, by language as many as `_POSTS` says. Styles that bear a person's name are no names."""
    first, last = _names("first"), _names("last")
    common = {folded(word) for words in more_common_words().values() for word in words}
    by_language: dict[str, dict[str, None]] = {language: {} for language in _POSTS}
    for post in build_demo(parse_size("full"), seed=_SEED).raw_posts():
        if post.language in by_language:
            text = clean_text(f"{post.title}\n{post.text}" if post.title else post.text)
            by_language[post.language][text] = None
    return [
        Example(text=text, names=tuple(_marked(text, first, last, common)))
        for language, texts in by_language.items()
        for text in Random(seed).sample(list(texts), min(_POSTS[language], len(texts)))
    ]


def _names(kind: str) -> set[str]:
    """Words of first names or surnames of authors and people in shops; the generator gives no style a first name."""
    people = load("people")
    listed = [name for lists in people.values() if isinstance(lists, dict) for name in lists.get(kind, ())]
    if kind == "last":
        listed += [name for names in people["staff"].values() for name in names]
    return {folded(word) for name in listed for word in WORD.findall(name)}


def _marked(text: str, first: set[str], last: set[str], common: set[str]) -> Iterator[tuple[int, int]]:
    """A first name in small letters is one where the word is no other; a surname is one after a first name."""
    end = -2
    for match in WORD.finditer(text):
        plain = folded(match.group())
        is_first = plain in first and (match.group()[0].isupper() or plain not in common)
        if is_first or (plain in last and match.start() == end + 1):
            end = match.end()
            yield match.span()
