"""A cross-encoder: a model that reads a query and a text together. Slower than all else here, so off by default."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from vectorstore.errors import RankingModelError


class CrossEncoderScorer:
    """A sentence-transformers cross-encoder as a `PairScorer`. Safe to call from several threads."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """One score in [0, 1] a text: the logistic function of the model's output (of its highest)."""
        if not texts:
            return []
        from torch.nn import Identity

        raw = np.asarray(
            self._model.predict([(query, text) for text in texts], activation_fn=Identity(), show_progress_bar=False),
            dtype=np.float64,
        )
        best = raw.reshape(len(texts), -1).max(axis=1)
        return [round(float(score), 6) for score in 1.0 / (1.0 + np.exp(-best))]


@lru_cache(maxsize=2)
def load_cross_encoder(name: str) -> CrossEncoderScorer:
    """The cross-encoder of that name or folder. Raises `RankingModelError`."""
    # Brings PyTorch with it: 6 s.
    from sentence_transformers import CrossEncoder

    try:
        return CrossEncoderScorer(CrossEncoder(name))
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise RankingModelError(name, f"{type(error).__name__} while reading it") from error
