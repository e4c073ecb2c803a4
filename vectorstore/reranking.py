"""Candidates of the store put in a better order: a linear model over `features`.

    score = w . x                         scaled to [0, 1] over the candidates

The weights are in `reranking.json`, with what they were trained on and how. What is `added` there is chosen by hand,
for translated questions, where posts that say all that was asked must come first.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vectorstore.errors import RankingModelError
from vectorstore.features import NAMES, features
from vectorstore.matching import Matcher, Matches
from vectorstore.store import Hit
from vectorstore.wanted import Wanted

WEIGHTS_FILE = Path(__file__).with_name("reranking.json")

_DECIMALS = 6


def rerank_scores(hits: Sequence[Hit], wanted: Wanted, matcher: Matcher) -> list[float]:
    """A score in [0, 1] for each hit, higher is better, comparable within the hits. Equal input gives equal output."""
    if not hits:
        return []
    raw = features(hits, matches_of(hits, matcher), len(wanted.wishes)) @ weights(wanted.translated)
    low, high = float(raw.min()), float(raw.max())
    scaled = (raw - low) / (high - low) if high > low else np.ones(len(hits))
    return [round(float(score), _DECIMALS) for score in scaled]


def matches_of(hits: Sequence[Hit], matcher: Matcher) -> list[Matches]:
    """What each hit's text says of what is wanted, in the hit's own language."""
    return [matcher.match(hit.text, language_of(hit)) for hit in hits]


def language_of(hit: Hit) -> str:
    """ISO 639-1 code in the payload; empty where there is none."""
    language = hit.payload.get("language")
    return language if isinstance(language, str) else ""


@cache
def weights(translated: bool = False) -> NDArray[np.float64]:
    """Weight of each feature, shape `(len(NAMES),)`. Raises `RankingModelError` for a file that does not fit."""
    return read_weights(WEIGHTS_FILE, translated=translated)


def read_weights(path: Path, *, translated: bool) -> NDArray[np.float64]:
    """The weights in a file that training wrote, with what is added for translated questions. Raises
    `RankingModelError`."""
    try:
        declared = json.loads(path.read_text(encoding="utf-8"))
        trained, added = declared["weights"], declared.get("added", {})
        if set(trained) != set(NAMES) or not set(added) <= set(NAMES):
            raise RankingModelError(str(path), f"it does not weigh exactly {', '.join(NAMES)}")
        more = added if translated else {}
        return np.array([float(trained[name]) + float(more.get(name, 0.0)) for name in NAMES])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RankingModelError(str(path), "no weights can be read from it") from error
