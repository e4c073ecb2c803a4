"""Reviews as documents and their titles as searches: what relevance is measured on, and re-ranking is trained on.

A search is a title of four words or more that no other review has; the one review meant is that whose text it heads,
without the title. Even rows of the file are for measuring, odd ones for tuning.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from benchmarks.synthetic_posts import cache_folder
from vectorstore.edge import EdgeStore
from vectorstore.encoder import Encoder
from vectorstore.store import Document, Schema

FOLDER = "reviews_womens_clothing"
_FEWEST_WORDS = 4
_BATCH = 1000


@dataclass(frozen=True, kw_only=True)
class Review:
    """A review as published."""

    row: int
    """Number in the file."""
    title: str
    text: str
    garment: str

    @property
    def id(self) -> str:
        """Of its document."""
        return str(UUID(int=self.row + 1))


def read_reviews(folder: Path) -> list[Review]:
    """The reviews with a text."""
    with gzip.open(folder / "reviews.csv.gz", "rt", encoding="utf-8") as file:
        return [
            Review(row=int(line[""]), title=line["Title"].strip(), text=text, garment=line["Class Name"])
            for line in csv.DictReader(file)
            if (text := line["Review Text"].strip())
        ]


def titled(reviews: Sequence[Review], *, even: bool) -> list[Review]:
    """Reviews whose title is a search, of even or of odd rows."""
    count = Counter(review.title.lower() for review in reviews)
    return [
        review
        for review in reviews
        if len(review.title.split()) >= _FEWEST_WORDS
        and count[review.title.lower()] == 1
        and (review.row % 2 == 0) == even
    ]


def vectors_of(reviews: Sequence[Review], encoder: Encoder) -> NDArray[np.float32]:
    """A vector a review; encoded once and kept between runs."""
    texts = [review.text for review in reviews]
    key = hashlib.sha256("\0".join([encoder.fingerprint, *texts]).encode()).hexdigest()[:16]
    kept = cache_folder() / f"texts-{key}.npy"
    if not kept.exists():
        np.save(kept, encoder.encode(texts))
    vectors: NDArray[np.float32] = np.load(kept)
    return vectors


@contextmanager
def indexed(reviews: Sequence[Review], encoder: Encoder, scratch: Path) -> Iterator[EdgeStore]:
    """An embedded index of the texts."""
    schema = Schema(dimensions=encoder.dimensions, fields={"language": "keyword"}, encoder=encoder.fingerprint)
    store = EdgeStore.open(scratch / "index", schema)
    try:
        vectors = vectors_of(reviews, encoder)
        for start in range(0, len(reviews), _BATCH):
            pairs = zip(reviews[start : start + _BATCH], vectors[start : start + _BATCH], strict=True)
            store.upsert(
                [
                    Document(id=review.id, text=review.text, vector=vector, payload={"language": "en"})
                    for review, vector in pairs
                ]
            )
        yield store
    finally:
        store.close()
