"""Learn the query adapter from titles of odd rows: `python -m benchmarks.query_adapter_training`.

Writes `vectorstore/query_adapter.npz`. A title of any length asks for its own review among all those of odd rows; even
rows take no part, neither titles nor texts. Some minutes.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import real_data
from benchmarks.review_search import FOLDER, Review, read_reviews, vectors_of
from benchmarks.synthetic_posts import cache_folder
from vectorstore.encoder import Encoder, load_encoder
from vectorstore.query_adapter import ADAPTER_FILE, QueryAdapter, write_adapter
from vectorstore.query_adapter_training import Pairs, learn
from vectorstore.settings import IndexSettings

_COMMAND = "python -m benchmarks.query_adapter_training"
_FOLDS = 5
_SEED = 0


@dataclass(frozen=True, kw_only=True)
class Titles:
    """The titles that are learnt from, in the order of their rows."""

    rows: NDArray[np.int64]
    """Row in the file of each title."""
    pairs: Pairs


def titles_of(reviews: Sequence[Review], encoder: Encoder) -> Titles:
    """All titles of odd rows, each meaning its own review among those of odd rows."""
    vectors = vectors_of(reviews, encoder)
    odd = [place for place, review in enumerate(reviews) if review.row % 2]
    kept = [reviews[place] for place in odd]
    asking = [place for place, review in enumerate(kept) if review.title]
    titles = [kept[place].title for place in asking]
    return Titles(
        rows=np.array([kept[place].row for place in asking]),
        pairs=Pairs(
            questions=encoder.encode_queries(titles),
            meant=np.array(asking),
            documents=vectors[odd],
        ),
    )


def cross_fitted(titles: Titles) -> dict[int, NDArray[np.float32]]:
    """Row -> the title's vector, adapted by what was learnt from the other titles (5 folds)."""
    found: dict[int, NDArray[np.float32]] = {}
    for fold in range(_FOLDS):
        held = np.arange(len(titles.rows)) % _FOLDS == fold
        adapter = adapter_of(_only(titles.pairs, ~held), encoder="")
        found |= {int(titles.rows[place]): adapter(titles.pairs.questions[place]) for place in np.flatnonzero(held)}
    return found


def adapter_of(pairs: Pairs, *, encoder: str) -> QueryAdapter:
    """What is learnt from the pairs; `encoder`: fingerprint of that of their vectors."""
    turn, shift = learn(pairs, seed=_SEED)
    return QueryAdapter(turn=turn, shift=shift, encoder=encoder)


def _only(pairs: Pairs, which: NDArray[np.bool_]) -> Pairs:
    return replace(pairs, questions=pairs.questions[which], meant=pairs.meant[which])


def main() -> None:
    """Read, encode, learn, write."""
    parser = argparse.ArgumentParser(prog=_COMMAND, description="Learn the query adapter.")
    parser.parse_args()
    folder = real_data(FOLDER)
    if folder is None:
        parser.error(f"no data set {FOLDER} in $REASSORT_REAL_DATA or ../shared/data")
    encoder = load_encoder(IndexSettings(), cache_folder() / "models")
    titles = titles_of(read_reviews(folder), encoder)
    write_adapter(adapter_of(titles.pairs, encoder=encoder.fingerprint), ADAPTER_FILE)


if __name__ == "__main__":
    main()
