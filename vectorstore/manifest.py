"""What an index was made with, kept beside it, and the check that it still fits."""

from __future__ import annotations

from collections.abc import Mapping

from vectorstore.bm25 import ANALYSER_VERSION
from vectorstore.errors import EncoderMismatchError, SchemaMismatchError
from vectorstore.store import SCHEMA_VERSION, Schema

Manifest = dict[str, int | str | dict[str, str]]


def manifest_of(schema: Schema) -> Manifest:
    """The schema as JSON values, with the versions of the layout and of the analyser."""
    return {
        "schema_version": SCHEMA_VERSION,
        "analyser_version": ANALYSER_VERSION,
        "dimensions": schema.dimensions,
        "fields": {name: str(kind) for name, kind in sorted(schema.fields.items())},
        "language": schema.language,
        "encoder": schema.encoder,
    }


def check_manifest(found: Mapping[str, object], schema: Schema) -> None:
    """Raises `SchemaMismatchError`, or `EncoderMismatchError` where the encoder is another.

    The encoder is named first: another encoder often has another vector size too, and is the cause.
    """
    expected = manifest_of(schema)
    if found.get("encoder") != expected["encoder"]:
        raise EncoderMismatchError(found=str(found.get("encoder")), expected=str(expected["encoder"]))
    for what, value in expected.items():
        if found.get(what) != value:
            raise SchemaMismatchError(what, found=found.get(what), expected=value)
