"""The store that the settings ask for."""

from __future__ import annotations

from pathlib import Path

from vectorstore.edge import EdgeStore
from vectorstore.settings import IndexSettings
from vectorstore.store import DocumentStore, Schema


def open_store(settings: IndexSettings, *, path: Path, schema: Schema) -> DocumentStore:
    """The embedded index in the folder `path`, or, where `settings.url` is set, the collection on that server.

    Raises what `EdgeStore.open` and `ServerStore.open` raise.
    """
    if not settings.url:
        return EdgeStore.open(path, schema, dense_weight=settings.dense_weight, quantise_from=settings.quantise_from)
    from vectorstore.server import ServerStore  # qdrant-client takes a second to import

    return ServerStore.open(settings, schema)
