"""Documents as the stores keep them: JSON values only, text beside the payload, checked against the schema.

Datetimes are kept as ISO 8601 in UTC, which sorts and which Qdrant indexes. Booleans of declared fields are 0 and 1,
which any store and any client can match; the embedded store has its own way to keep them (see `edge_translation`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import numpy as np

from vectorstore.errors import InvalidDocumentError
from vectorstore.store import Document, FieldKind, Payload, Scalar, Schema, Vector

TEXT_KEY = "_text"
"""Payload key of the document's text; keys with a leading underscore are the store's own."""

Stored = dict[str, str | int | float | bool | list[str] | None]


def canonical_id(id: str) -> str | None:
    """The UUID in lower-case text form with dashes, or None where `id` is no UUID."""
    try:
        return str(UUID(id))
    except ValueError:
        return None


def check_documents(documents: Sequence[Document], schema: Schema) -> dict[str, Document]:
    """Documents by canonical id, the last of each id winning; raises `InvalidDocumentError` for the first misfit."""
    checked: dict[str, Document] = {}
    for document in documents:
        id = canonical_id(document.id)
        if id is None:
            raise InvalidDocumentError(document.id, "the id is not a UUID")
        vector = document.vector
        if vector.shape != (schema.dimensions,):
            raise InvalidDocumentError(id, f"the vector has shape {vector.shape}, not ({schema.dimensions},)")
        if not np.isfinite(vector).all():
            raise InvalidDocumentError(id, "the vector holds a value that is not finite")
        checked[id] = document
    return checked


def encode_payload(document: Document, schema: Schema) -> Stored:
    """The document's text and payload as JSON values; raises `InvalidDocumentError` where a value does not fit."""
    stored: Stored = {TEXT_KEY: document.text}
    for name, value in document.payload.items():
        if name.startswith("_"):
            raise InvalidDocumentError(document.id, f"payload field {name!r} starts with an underscore")
        try:
            stored[name] = _encode(value, schema.fields.get(name))
        except TypeError as error:
            raise InvalidDocumentError(document.id, f"payload field {name!r} {error}") from error
    return stored


def decode_payload(stored: Mapping[str, object], schema: Schema) -> tuple[str, Payload]:
    """Text and payload of a kept document, with the types that it was given with (datetimes in UTC)."""
    payload: dict[str, Scalar | Sequence[str]] = {}
    for name, value in stored.items():
        if name != TEXT_KEY:
            payload[name] = _decode(value, schema.fields.get(name))
    return str(stored.get(TEXT_KEY, "")), payload


def decode_document(id: str, vector: Vector, *, stored: Mapping[str, object], schema: Schema) -> Document:
    """A kept document as it was given."""
    text, payload = decode_payload(stored, schema)
    return Document(id=id, text=text, vector=vector, payload=payload)


def iso_utc(moment: datetime) -> str:
    """The moment as ISO 8601 in UTC; raises `TypeError` where it carries no zone."""
    if moment.tzinfo is None:
        raise TypeError("is a datetime without a zone")
    return moment.astimezone(UTC).isoformat()


def _encode(value: Scalar | Sequence[str], kind: FieldKind | None) -> str | int | float | bool | list[str] | None:
    if value is None:
        return None
    if kind is None:
        return _encode_undeclared(value)
    if kind == "keyword":
        return value if isinstance(value, str) else _strings(value)
    if kind == "datetime" and isinstance(value, datetime):
        return iso_utc(value)
    number = _encode_number(value, kind)
    if number is None:
        raise TypeError(f"is {value!r}, not a {kind}")
    return number


def _encode_number(value: object, kind: FieldKind) -> int | float | None:
    if isinstance(value, bool):
        return int(value) if kind == "bool" else None
    if kind == "integer" and isinstance(value, int):
        return value
    if kind == "float" and isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    return None


def _encode_undeclared(value: Scalar | Sequence[str]) -> str | int | float | bool | list[str] | None:
    if isinstance(value, datetime):
        raise TypeError("is a datetime, and the schema does not declare the field as one")
    if isinstance(value, float) and not math.isfinite(value):
        raise TypeError(f"is {value!r}, not a finite number")
    if value is None or isinstance(value, str | int | float):
        return value
    return _strings(value)


def _strings(values: object) -> list[str]:
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"is a {type(values).__name__}, not text or a list of texts")
    return list(values)


def _decode(value: object, kind: FieldKind | None) -> Scalar | Sequence[str]:
    if isinstance(value, str):
        return datetime.fromisoformat(value) if kind == "datetime" else value
    if kind == "bool" and isinstance(value, int):
        return bool(value)
    if kind == "float" and isinstance(value, int):
        return float(value)
    if value is None or isinstance(value, (int, float)):
        return value
    if isinstance(value, list):
        return [str(entry) for entry in value]
    raise TypeError(f"a store gave back a {type(value).__name__}")
