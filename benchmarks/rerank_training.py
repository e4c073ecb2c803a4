"""Train the re-ranker on titles of odd rows: `python -m benchmarks.rerank_training [--searches N]`.

Writes `vectorstore/reranking.json`. Takes as long as encoding all the reviews, some minutes.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import real_data
from benchmarks.review_search import FOLDER, Review, indexed, read_reviews, titled
from benchmarks.synthetic_posts import cache_folder
from copilot.lookups.query_terms import understand
from copilot.signals.lexicon import load_lexicon
from vectorstore.encoder import Encoder, load_encoder
from vectorstore.features import features
from vectorstore.matching import Matcher
from vectorstore.rerank_training import Search, train
from vectorstore.reranking import WEIGHTS_FILE, matches_of
from vectorstore.settings import IndexSettings
from vectorstore.store import DocumentStore, Query

_CANDIDATES = 100
_COMMAND = "python -m benchmarks.rerank_training"


def searches_of(reviews: Sequence[Review], store: DocumentStore, encoder: Encoder) -> list[Search]:
    """Candidates of each review's title, where the review is among them."""
    lexicon = load_lexicon()
    found = []
    for review in reviews:
        wanted = understand(review.title, lexicon)
        vector = encoder.encode_queries([wanted.meaning or wanted.text])[0]
        hits = store.query(Query(text=wanted.text, further=wanted.further, vector=vector, limit=_CANDIDATES))
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
    parser.add_argument("--searches", type=int, default=2500, help="titles to learn from, at most")
    options = parser.parse_args()
    folder = real_data(FOLDER)
    if folder is None:
        parser.error(f"no data set {FOLDER} in $REASSORT_REAL_DATA or ../shared/data")
    reviews = read_reviews(folder)
    with tempfile.TemporaryDirectory() as scratch:
        encoder = load_encoder(IndexSettings(), cache_folder() / "models")
        with indexed(reviews, encoder, Path(scratch)) as store:
            write_weights(searches_of(titled(reviews, even=False)[: options.searches], store, encoder), WEIGHTS_FILE)


if __name__ == "__main__":
    main()
