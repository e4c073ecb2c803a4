"""What a question asks for, from the words it uses. The words are data: `intents.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

from rapidfuzz import fuzz

from copilot.lookups.text import fold, singular, tokens
from ingestion.data_files import read_yaml

Task = Literal["stock", "inbound", "sales", "forecast", "restock", "at_risk", "trends", "opinions", "returns",
               "freshness", "products", "new_phrases", "gaps", "like",
               "reasons", "scenario", "analogues", "out", "cover", "quality", "promotions", "places", "launch",
               "decision", "today"]  # fmt: skip
Talk = Literal["greeting", "help", "thanks"]
Missing = Literal["shares", "competitor", "ledger", "traffic", "sell_through", "margin", "lost_sales", "action",
                  "staff", "ranked_reviews", "weather"]  # fmt: skip
Intent = Task | Talk | Missing

TASKS: tuple[Task, ...] = get_args(Task)
TALK: tuple[Talk, ...] = get_args(Talk)
MISSING: tuple[Missing, ...] = get_args(Missing)

_FILE = Path(__file__).with_name("intents.yaml")
_STRONG, _WEAK = 3, 1
_TYPO_LETTERS = 5
"""Shorter words are too near each other to forgive typing errors."""
_TYPO_SIMILARITY = 87.0

# Where two tasks are named, the one that says more wins: "will stock run out" is a risk, "sales forecast" a forecast.
_SPECIFIC_FIRST: tuple[Intent, ...] = (
    "shares", "competitor", "ledger", "traffic", "sell_through", "margin", "lost_sales",
    "staff", "ranked_reviews", "scenario", "action", "quality", "launch", "analogues",
    "reasons", "freshness", "weather", "gaps", "new_phrases", "like", "decision", "returns", "opinions", "out", "cover",
    "at_risk", "restock", "forecast", "trends", "inbound", "sales", "promotions", "stock", "places", "products",
    "today", *TALK,
)  # fmt: skip
_WHAT_IF = re.compile(r"\W*(?:et|que se passe.t.il) s['’]ils?\b")
"""An elided `si` is no word by itself, and `et il` says nothing."""
_ARRIVED = re.compile(r"\b(?:stock|sales|data|figures|deliver(?:y|ies))\s+(?:all\s+)?in(?:\s+(?:yet|already|now))?\W*$")
"""`Is the stock in?` asks whether it was sent, `stock in Milan` does not."""
_SALES_MOVE = re.compile(
    r"\b(?:sales|revenue|turnover|ventes?|ca|chiffre d.affaires)\b(?:\s+\S+){0,3}?\s+"
    r"(?:mont\w+|baiss\w+|augment\w+|recul\w+|progress\w+|evolu\w+|decoll\w+|en (?:hausse|baisse)|ris(?:e|es|ing)"
    r"|fall(?:s|ing)?|drop(?:s|ping|ped)?|grow(?:s|ing)?|declin\w+|spik\w+|trend\w*|up|down)\b"
)
"""`Are sales rising?` asks for sales, not for what people write about."""
_THAT = re.compile(
    r"\b[çÇ][aA]\b"
    r"|\bca(?=\s+(?:marche|va|fait|monte|baisse|se|ne|me|te|vient|donne|veut|serait|peut|depend|s|n)\b)"
)
"""`ça` is no `CA` (sales), also where the cedilla is left out before a verb."""
_FEEDBACK = re.compile(
    r"\bretours?\s+(?:(?:de|des|d'|de nos|de vos|des nos)\s*)?(?:clients?|clientes?|clientele|utilisat\w+)\b"
)
_COUNTED_BACK = re.compile(
    r"\b(?:taux|part|pour ?cent\w*|combien|nombre|volumes?|pieces|rembours\w*|renv\w+|retourn\w+|par (?:taille|produit"
    r"|article|modele|magasin|pays|categorie|couleur|coloris)s?)\b|%"
)
"""`Retours clients` is what customers say, unless it is counted like goods."""
_LIKENESS: frozenset[Intent] = frozenset({"like", "forecast", "products"})
"""What a question about the products that a forecast is taken from may be taken for."""
_OF_FORECASTS: frozenset[Intent] = frozenset({"forecast", "opinions", "ledger"})
"""What a question about how good forecasts are may be taken for."""


@dataclass(frozen=True, kw_only=True)
class Guess:
    """The intent that words point to, and whether they say so or merely hint at it."""

    intent: Intent | None
    clear: bool


def intent_of(text: str) -> Guess:
    """The intent of a text; None without any hint. Names of products and places are best masked before."""
    words = [singular(token.word) for token in tokens(text)]
    scores = {intent: _score(words, entries) for intent, entries in _entries().items()}
    folded, said = fold(text), _THAT.sub(" ", text)
    if said != text:
        scores["sales"] = _score([singular(token.word) for token in tokens(said)], _entries()["sales"])
    if _ARRIVED.search(folded):
        scores["freshness"] += _STRONG
    if _FEEDBACK.search(folded) and not _COUNTED_BACK.search(folded):
        scores["returns"], scores["opinions"] = 0, scores["opinions"] + _STRONG
    if _SALES_MOVE.search(fold(said)):
        scores["trends"] = 0
    # Politeness around a question is no question: `Bonjour, combien ...`.
    asked = [intent for intent in _SPECIFIC_FIRST if intent not in TALK and scores[intent]] or list(TALK)
    clear = [intent for intent in asked if scores[intent] >= _STRONG]
    if _WHAT_IF.match(folded):
        return Guess(intent="scenario", clear=True)
    if clear and scores["forecast"] >= _STRONG and clear[0] in _OF_FORECASTS and _score(words, _judged()):
        return Guess(intent="quality", clear=True)
    if clear and clear[0] in _LIKENESS and scores["forecast"] >= _STRONG and _score(words, _resembling()):
        # What a product is like for its forecast is not what it looks like.
        return Guess(intent="analogues", clear=True)
    if clear:
        return Guess(intent=clear[0], clear=True)
    best = max(asked, key=lambda intent: scores[intent])
    return Guess(intent=best if scores[best] else None, clear=False)


def _score(words: Sequence[str], entries: Mapping[tuple[str, ...], int]) -> int:
    return sum(weight for phrase, weight in entries.items() if _occurs(phrase, words))


def _occurs(phrase: tuple[str, ...], words: Sequence[str]) -> bool:
    length = len(phrase)
    return any(
        all(_same(pattern, word) for pattern, word in zip(phrase, words[start : start + length], strict=True))
        for start in range(len(words) - length + 1)
    )


def _same(pattern: str, word: str) -> bool:
    if pattern.endswith("*"):
        stem = pattern[:-1]
        return word.startswith(stem) or _mistyped(stem, word[: len(stem) + 1])
    return pattern == word or _mistyped(pattern, word)


def _mistyped(pattern: str, word: str) -> bool:
    if min(len(pattern), len(word)) < _TYPO_LETTERS or pattern[0] != word[0]:
        return False
    return fuzz.ratio(pattern, word) >= _TYPO_SIMILARITY


@cache
def _resembling() -> Mapping[tuple[str, ...], int]:
    """Words for likeness that mean the forecast's analogues where a forecast is asked about."""
    return {_phrase(words): _STRONG for words in _data()["analogues"]["of_forecast"]}


@cache
def _judged() -> Mapping[tuple[str, ...], int]:
    """Words that ask how good a forecast is."""
    return {_phrase(words): _STRONG for words in _data()["quality"]["of_forecast"]}


@cache
def _data() -> dict[Intent, dict[str, list[str]]]:
    return cast("dict[Intent, dict[str, list[str]]]", read_yaml(_FILE))


@cache
def _entries() -> Mapping[Intent, Mapping[tuple[str, ...], int]]:
    return {
        intent: {
            **{_phrase(words): _WEAK for words in lists.get("weak", [])},
            **{_phrase(words): _STRONG for words in lists.get("strong", [])},
        }
        for intent, lists in _data().items()
    }


def _phrase(words: str) -> tuple[str, ...]:
    found: list[str] = []
    for word in words.split():
        found += [word] if word.endswith("*") else [singular(token.word) for token in tokens(word)]
    return tuple(found)
