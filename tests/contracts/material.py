"""Documents for the conformance suite of the document store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np

from vectorstore.store import Document, DocumentStore, Filter, Scalar, Schema, Vector

Reopen = Callable[[Schema], DocumentStore]

SCHEMA = Schema(
    dimensions=4,
    fields={
        "author": "keyword",
        "tags": "keyword",
        "rating": "integer",
        "price": "float",
        "verified": "bool",
        "posted_at": "datetime",
        "language": "keyword",
        "source": "keyword",
        "market": "keyword",
        "product": "keyword",
        "sentiment": "float",
    },
    encoder="test@1",
)
DAY_1 = datetime(2025, 6, 1, 12, tzinfo=UTC)


def doc_id(number: int) -> str:
    """A UUID whose order is that of the numbers."""
    return str(UUID(int=number))


def unit(*values: float) -> Vector:
    """The direction of the values, shape `(len(values),)`."""
    vector = np.array(values, dtype=np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def document(number: int, text: str = "linen dress", vector: Vector | None = None, **payload: object) -> Document:
    """A document with an id made from its number."""
    values: dict[str, Scalar | Sequence[str]] = dict(payload)  # type: ignore[arg-type]  # also wrong ones, on purpose
    return Document(id=doc_id(number), text=text, vector=unit(1, 0, 0, 0) if vector is None else vector, payload=values)


def wardrobe() -> list[Document]:
    """Six documents that differ in every field."""
    linen = ["dress", "linen"]
    return [
        document(
            number,
            text=text,
            vector=vector,
            author=author,
            tags=tags,
            rating=number,
            price=number * 10.5,
            verified=number % 2 == 0,
            posted_at=DAY_1 + timedelta(days=number - 1),
            language=language,
            source="reviews" if number <= 4 else "social",
            market=market,
            product=None if number == 6 else f"style-{(number + 1) // 2}",
            sentiment=sentiment,
        )
        for number, text, vector, author, tags, language, market, sentiment in [
            (1, "The linen dress is too tight at the waist", unit(1, 0, 0, 0), "anna", linen, "en", "FR", -0.6),
            (2, "Robe en lin légère, parfaite pour l'été", unit(1, 0.2, 0, 0), "bea", linen, "fr", "FR", 0.9),
            (3, "A wool coat for cold mornings", unit(0, 1, 0, 0), "anna", ["coat"], "en", "UK", 0.1),
            (4, "Un manteau camel très chaud", unit(0, 1, 0.2, 0), "chloe", ["coat", "camel"], "fr", "FR", 0.8),
            (5, "Leather sandals, the strap broke", unit(0, 0, 1, 0), "anna", [], "en", "UK", -0.9),
            (6, "Sandali di pelle bellissimi", unit(0, 0, 1, 0.2), "dario", ["sandals"], "it", "IT", 1.0),
        ]
    ]


def numbers(ids: Sequence[str]) -> list[int]:
    """The numbers that `doc_id` made the ids from."""
    return [UUID(id).int for id in ids]


def matching(store: DocumentStore, filter: Filter) -> list[int]:
    """Numbers of the documents that match, by `scroll`; `count` must agree."""
    found = [id for batch in store.scroll(filter) for id, _ in batch]
    assert store.count(filter) == len(found)
    return numbers(found)
