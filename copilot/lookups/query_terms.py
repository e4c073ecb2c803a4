"""A question understood: what it names, in all the wordings that posts may have, whatever their language.

"robe en lin"  ->  {robe, dress, Kleid, abito, ...}  {lin, linen, Leinen, ...}  #robeenlin #linendress ...
                   meaning, for an English encoder: "dress linen"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from copilot.lookups.meanings import SMALL_WORDS, Meaning, Meanings, load_meanings, words_of
from copilot.signals.lexicon import Lexicon, fold
from vectorstore.emoji import EMOJI_RANGE
from vectorstore.wanted import Wanted, Wish, Wording

_TOKEN = re.compile(rf"#?\w+|[{EMOJI_RANGE}]")
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
_SAME = 1.0
_TRANSLATED = 0.9
_SYNONYM = 0.5
"""Of a wording: as asked, in another language, in the question's own."""
_FIRST_FORMS = 4
"""Single-word forms of a language that BM25 looks for."""
_WEIGHT_TERM = 0.8
_WEIGHT_WORD = 0.5
_WEIGHT_PART = 0.3
"""Of another wording in BM25: of a term, of an everyday word, of one word of several."""
_SHARE_OF_SYNONYMS = 0.25
"""Of those weights, for wordings in the question's own language, where its own words should do."""
_TAG_FORMS = {"en": 2, "fr": 2, "it": 1, "de": 1, "es": 1}
"""Forms of a language that hashtags are made of."""
_JOINTS = {"fr": "en", "it": "di", "es": "de"}
"""What stands between a garment and its material, in hashtags too: `#robeenlin`."""


_ALL_SMALL = frozenset().union(*SMALL_WORDS.values())


@dataclass(frozen=True, kw_only=True)
class _Named:
    """Some words of the question, and what they mean; no meanings: a word that is not known."""

    words: tuple[str, ...]
    """As written, lower case."""
    meanings: tuple[Meaning, ...]
    parts: tuple[_Named, ...] = ()
    """Words of a longer form that mean something by themselves."""


def understand(text: str, lexicon: Lexicon, *, language: str = "en") -> Wanted:
    """The question as data for the search; `language` (ISO 639-1) is assumed where its words do not tell.

    Small words are looked for in posts of the question's language alone.
    """
    meanings = load_meanings(lexicon)
    words = _words(text, meanings)
    spoken = language_of(words, meanings, default=language)
    named = list(_named(words, meanings, spoken))
    told = [one for one in named if one.meanings or one.words[0] not in _small(spoken)] or named
    wishes = _with_tags(named, [_wish(one, spoken) for one in named], told)
    parts = [part for one in told for part in one.parts]
    wishes += [_wish(part, spoken) for part in parts]
    return Wanted(
        text=text,
        words=" ".join(word for one in told if not one.meanings for word in one.words),
        wishes=tuple(wishes),
        further=_further(wishes, [*told, *parts], spoken),
        translated=spoken != "en",
        meaning=_meaning(told) if spoken != "en" or "#" in text else "",
        known=1.0 if spoken == "en" else sum(bool(one.meanings) for one in told) / max(1, len(told)),
    )


def language_of(words: Sequence[str], meanings: Meanings, *, default: str) -> str:
    """The language of most of the words, each shared by the languages that have it; `default` where that is a draw."""
    scores = dict.fromkeys(SMALL_WORDS, 0.0)
    for word in map(fold, words):
        known = {language for language in scores if word in _small(language)} or meanings.languages(word) & set(scores)
        for language in known:
            scores[language] += 1.0 / len(known)
    best = max(scores.values())
    leading = [language for language, score in scores.items() if score == best]
    return leading[0] if len(leading) == 1 else default


def _small(language: str) -> frozenset[str]:
    return SMALL_WORDS.get(language, frozenset())


def _words(text: str, meanings: Meanings) -> list[str]:
    """Words in lower case, hashtags and German compounds as the words that they are made of."""
    found: list[str] = []
    for token in _TOKEN.findall(text.replace("’", "'")):
        if token.startswith("#"):
            pieces = _CAMEL.sub(" ", token[1:].replace("_", " ")).split()
            found += [part for piece in pieces for part in meanings.parts(fold(piece))]
        else:
            found += _taken_apart(token.lower(), meanings)
    return found


def _taken_apart(word: str, meanings: Meanings) -> list[str]:
    parts = meanings.compound(fold(word))
    return parts if len(parts) > 1 else [word]


def _named(words: Sequence[str], meanings: Meanings, language: str) -> Iterator[_Named]:
    at = 0
    while at < len(words):
        one = _longest(words[at:], meanings, language)
        yield one
        at += len(one.words)


def _longest(words: Sequence[str], meanings: Meanings, language: str) -> _Named:
    for length in range(min(meanings.longest, len(words)), 0, -1):
        said = tuple(words[:length])
        if length == 1 and fold(said[0]) in _small(language):
            continue
        found = meanings.of(tuple(map(fold, said)), language)
        if found:
            parts = _parts(said, meanings, language)
            return _Named(words=said, meanings=tuple(found), parts=parts)
    return _Named(words=(words[0],), meanings=())


def _parts(words: Sequence[str], meanings: Meanings, language: str) -> tuple[_Named, ...]:
    if sum(fold(word) not in _small(language) for word in words) < 2:
        return ()
    single = ((word, meanings.of((fold(word),), language)) for word in words if fold(word) not in _small(language))
    return tuple(_Named(words=(word,), meanings=tuple(found)) for word, found in single if found)


def _wish(named: _Named, spoken: str) -> Wish:
    own = _language_of_own(named, spoken)
    wordings = {named.words: Wording(words=named.words, weight=_SAME, language=own)}
    for meaning in named.meanings:
        for language, forms in meaning.forms.items():
            for place, form in enumerate(forms):
                said = tuple(_split(form))
                if said and said != named.words:
                    weight = _SYNONYM if language == spoken else _TRANSLATED
                    there = "" if fold(form) in meaning.anywhere else language
                    wordings.setdefault((there, *said), Wording(words=said, language=there, weight=weight))
                if len(said) > 1 and meaning.is_term and place < _TAG_FORMS[language]:
                    joined = ("".join(words_of(form)),)
                    wordings.setdefault(joined, Wording(words=joined, weight=_TRANSLATED))
    return Wish(wordings=tuple(wordings.values()))


def _language_of_own(named: _Named, spoken: str) -> str:
    """Language of the texts in which the question's own words mean what they mean there; empty: any."""
    said = " ".join(map(fold, named.words))
    if any(said in meaning.anywhere for meaning in named.meanings):
        return ""
    return spoken if named.meanings or said in _small(spoken) else ""


def _split(form: str) -> list[str]:
    return re.findall(r"\w+", form.lower())


def _with_tags(named: Sequence[_Named], wishes: Sequence[Wish], told: Sequence[_Named]) -> list[Wish]:
    """Neighbours among what is told, also as one word, as hashtags have them: each of the two is then said by it."""
    found = list(wishes)
    places = [place for place, one in enumerate(named) if any(one is other for other in told)]
    for left, right in pairwise(places):
        tags = sorted(set(_tags(named[left], named[right])))
        added = tuple(Wording(words=(tag,), weight=_TRANSLATED) for tag in tags)
        for place in (left, right):
            found[place] = Wish(wordings=(*found[place].wordings, *added))
    return found


def _tags(left: _Named, right: _Named) -> Iterator[str]:
    for language in _TAG_FORMS:
        joints = ("", _JOINTS[language]) if language in _JOINTS else ("",)
        for one, other, joint in product(_joined(left, language), _joined(right, language), joints):
            yield f"{one}{joint}{other}"
            yield f"{other}{joint}{one}"


def _joined(named: _Named, language: str) -> list[str]:
    """Short forms of a term, written as one word."""
    forms = [form for meaning in named.meanings if meaning.is_term for form in meaning.forms.get(language, ())]
    return list(dict.fromkeys("".join(words_of(form)) for form in forms))[: _TAG_FORMS[language]]


def _further(wishes: Sequence[Wish], named: Sequence[_Named], spoken: str) -> dict[str, dict[str, float]]:
    """Words for BM25 besides the question's own, with their weights."""
    found: dict[str, dict[str, float]] = {}
    for one in named:
        if one.meanings:
            own = [word for word in one.words if fold(word) not in _small(spoken)]
            found.setdefault(spoken, {}).update(dict.fromkeys(own, _SAME))
        for meaning in one.meanings:
            for language, forms in meaning.forms.items():
                share = _SHARE_OF_SYNONYMS if language == spoken else 1.0
                for word, whole in _weighed(forms, term=meaning.is_term):
                    words, weight = found.setdefault(language, {}), share * whole
                    words[word] = max(words.get(word, 0.0), weight)
    tags = {w.words[0] for wish in wishes for w in wish.wordings if not w.language and w.weight < _SAME}
    for tag in sorted(tags):
        found.setdefault("en", {}).setdefault(tag, _WEIGHT_TERM)
        found.setdefault("fr", {}).setdefault(tag, _WEIGHT_TERM)
    return found


def _weighed(forms: Sequence[str], *, term: bool) -> Iterator[tuple[str, float]]:
    split = [_split(form) for form in forms]
    single = [words[0] for words in split if len(words) == 1]
    for word in single[:_FIRST_FORMS]:
        yield word, _WEIGHT_TERM if term else _WEIGHT_WORD
    for words in split[:_FIRST_FORMS]:
        telling = [word for word in words if fold(word) not in _ALL_SMALL]
        if len(words) > 1:
            yield from ((word, _WEIGHT_TERM if len(telling) == 1 else _WEIGHT_PART) for word in telling)


def _meaning(named: Sequence[_Named]) -> str:
    """The question in English, for an encoder that knows no other language."""
    return " ".join(one.meanings[0].forms["en"][0] if one.meanings else " ".join(one.words) for one in named)
