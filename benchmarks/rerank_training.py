"""Train the re-ranker on titles of odd rows: `python -m benchmarks.rerank_training [--searches N]`.

Writes `vectorstore/reranking.json`. Each title is searched with a vector that the query adapter was not learnt from, by
five folds, as the titles of a later search are new to it too. Takes some minutes.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.figures import real_data
from benchmarks.query_adapter_training import cross_fitted, titles_of
from benchmarks.review_search import FOLDER, Review, indexed, read_reviews, titled
from benchmarks.synthetic_posts import cache_folder
from copilot.lookups.query_terms import understand
from copilot.signals.lexicon import load_lexicon
from vectorstore.encoder import load_encoder
from vectorstore.features import features
from vectorstore.matching import Matcher
from vectorstore.rerank_training import Search, train
from vectorstore.reranking import WEIGHTS_FILE, matches_of
from vectorstore.settings import IndexSettings
from vectorstore.store import DocumentStore, Query, Vector

_CANDIDATES = 120
_COMMAND = "python -m benchmarks.rerank_training"


def searches_of(reviews: Sequence[Review], store: DocumentStore, vectors: Mapping[int, Vector]) -> list[Search]:
    """Candidates of each review's title, where the review is among them; `vectors`: row -> vector to search with."""
    lexicon = load_lexicon()
    found = []
    for review in reviews:
        wanted = understand(review.title, lexicon)
        words = wanted.text if wanted.words is None else wanted.words
        query = Query(text=words, further=wanted.further, vector=vectors[review.row], limit=_CANDIDATES)
        hits = store.query(query)
        meant = [place for place, hit in enumerate(hits) if hit.id == review.id]
        if meant:
            table = features(hits, matches_of(hits, Matcher(wanted)), len(wanted.wishes))
            found.append((table, meant[0]))
    return found


def write_weights(searches: Sequence[Search], path: Path) -> None:
    """Train, and keep the weights with what they were made from; what was added by hand stays."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    declared = kept | {
        "weights": train(searches),
        "trained_on": f"{FOLDER}: titles of odd rows, {len(searches):,} searches",
        "command": _COMMAND,
    }
    path.write_text(json.dumps(declared, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Read, index, search, train, write."""
    parser = argparse.ArgumentParser(prog=_COMMAND, description="Train the re-ranker.")
    parser.add_argument("--searches", type=int, default=4000, help="titles to learn from, at most")
    options = parser.parse_args()
    folder = real_data(FOLDER)
    if folder is None:
        parser.error(f"no data set {FOLDER} in $REASSORT_REAL_DATA or ../shared/data")
    reviews = read_reviews(folder)
    with tempfile.TemporaryDirectory() as scratch:
        encoder = load_encoder(IndexSettings(), cache_folder() / "models")
        with indexed(reviews, encoder, Path(scratch)) as store:
            meant = titled(reviews, even=False)[: options.searches]
            vectors = cross_fitted(titles_of(reviews, encoder))
            write_weights(searches_of(meant, store, vectors), WEIGHTS_FILE)


if __name__ == "__main__":
    main()
