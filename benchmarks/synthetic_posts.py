"""Posts made of real reviews, any number of them: sentences of two reviews each, and the mix of their vectors.

Words come as often as in the reviews; products, authors and dates as unevenly as in a shop. Vectors of the reviews
are encoded once (some minutes) and kept in the system's temporary folder.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from ingestion.post_index import POST_INDEX_FIELDS
from vectorstore.encoder import load_encoder
from vectorstore.settings import IndexSettings
from vectorstore.store import Document, Filter, Query, Schema, Vector

BLOCK = 10_000
"""Posts made at a time."""

_FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
_YEAR_S = 365 * 86_400
_MARKETS = ["FR", "IT"]
_SINCE, _BEFORE = _FIRST_DAY + timedelta(days=59), _FIRST_DAY + timedelta(days=273)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_ODD = 0x9E3779B97F4A7C15F39CC0605CEDC835


@dataclass(frozen=True, kw_only=True)
class Material:
    """What posts and queries are made of."""

    sentences: Sequence[Sequence[str]]
    """Sentences of each review."""
    vectors: NDArray[np.float32]
    """One vector a review."""
    titles: Sequence[str]
    """Titles of four words or more: the queries."""
    title_vectors: NDArray[np.float32]
    fingerprint: str
    """The encoder's."""

    @property
    def schema(self) -> Schema:
        """Schema of an index of these posts."""
        return Schema(dimensions=self.vectors.shape[1], fields=POST_INDEX_FIELDS, encoder=self.fingerprint)


def cache_folder() -> Path:
    """Where encoded reviews and large indexes are kept between runs."""
    folder = Path(tempfile.gettempdir()) / "reassort-benchmarks"
    folder.mkdir(exist_ok=True)
    return folder


def load_material(folder: Path) -> Material:
    """Reviews of the data set in `folder` and their vectors, encoded where that was not done before."""
    with gzip.open(folder / "reviews.csv.gz", "rt", encoding="utf-8") as file:
        rows = [(row["Title"], row["Review Text"]) for row in csv.DictReader(file) if row["Review Text"]]
    texts = [text for _, text in rows]
    titles = [title for title, _ in rows if len(title.split()) >= 4][:200]
    encoder = load_encoder(IndexSettings(), cache_folder() / "models")
    key = hashlib.sha256(f"{encoder.fingerprint} {len(texts)}".encode()).hexdigest()[:12]
    kept = cache_folder() / f"reviews-{key}.npy"
    if not kept.exists():
        np.save(kept, encoder.encode(texts))
    return Material(
        sentences=[_SENTENCE.split(text) for text in texts],
        vectors=np.load(kept),
        titles=titles,
        title_vectors=encoder.encode(titles),
        fingerprint=encoder.fingerprint,
    )


def blocks(material: Material, count: int, *, first: int = 0) -> Iterator[list[Document]]:
    """Posts `first` to `count`, `BLOCK` at a time; equal numbers give equal posts."""
    for start in range(first, count, BLOCK):
        yield _block(material, start, min(BLOCK, count - start))


def queries(material: Material, count: int) -> list[Query]:
    """Titles as questions about two of five markets, seven months, no spam: 28 % of the posts."""
    filter = Filter(
        any_of={"market": _MARKETS},
        none_of={"spam": [True]},
        since={"published_at": _SINCE},
        before={"published_at": _BEFORE},
    )
    pairs = zip(material.titles[:count], material.title_vectors[:count], strict=True)
    return [Query(text=title, vector=vector, filter=filter) for title, vector in pairs]


def passes(document: Document) -> bool:
    """Whether a post is one of those that `queries` ask about."""
    values = document.payload
    published = values["published_at"]
    if not isinstance(published, datetime):
        raise TypeError("a post without a date")
    return values["market"] in _MARKETS and not values["spam"] and _SINCE <= published < _BEFORE


def _block(material: Material, start: int, count: int) -> list[Document]:
    rng = np.random.default_rng(start)
    reviews = len(material.sentences)
    left, right = rng.integers(reviews, size=count), rng.integers(reviews, size=count)
    share = rng.beta(5, 2, size=(count, 1)).astype(np.float32)
    noise = 0.02 * rng.standard_normal((count, material.vectors.shape[1]), dtype=np.float32)
    mixed = share * material.vectors[left] + (1 - share) * material.vectors[right] + noise
    vectors = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    values = {
        "source": rng.choice(["reviews", "reddit", "feed"], p=[0.6, 0.3, 0.1], size=count).tolist(),
        "market": rng.choice(["FR", "IT", "UK", "US", "DE"], p=[0.3, 0.2, 0.2, 0.2, 0.1], size=count).tolist(),
        "product_id": [f"P{number:05d}" for number in rng.zipf(1.3, size=count) % 2000],
        "author": [f"author_{number:016x}" for number in rng.integers(200_000, size=count)],
        "published_at": [_FIRST_DAY + timedelta(seconds=int(second)) for second in rng.integers(_YEAR_S, size=count)],
        "rating": rng.integers(1, 6, size=count).astype(float).tolist(),
        "spam": (rng.random(count) < 0.02).tolist(),
        "duplicate": (rng.random(count) < 0.05).tolist(),
    }
    return [
        _post(
            start + row,
            text=_mixed_text(material, left[row], right[row], float(share[row, 0])),
            vector=vectors[row],
            payload={name: column[row] for name, column in values.items()},
        )
        for row in range(count)
    ]


def _post(number: int, *, text: str, vector: Vector, payload: dict[str, object]) -> Document:
    fixed = {"kind": "review", "language": "en", "revision": f"{number:016x}"}
    # Ids as unordered as the content hashes of real posts.
    id = str(UUID(int=(number + 1) * _ODD % 2**128))
    return Document(id=id, text=text, vector=vector, payload={**fixed, **payload})  # type: ignore[dict-item]


def _mixed_text(material: Material, left: int, right: int, share: float) -> str:
    ours, theirs = material.sentences[left], material.sentences[right]
    return " ".join([*ours[: max(1, round(len(ours) * share))], *theirs[: round(len(theirs) * (1 - share))]])
