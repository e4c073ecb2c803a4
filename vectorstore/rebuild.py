"""An index built anew beside the live one, and put in its place when it is whole."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vectorstore.edge import EdgeStore
from vectorstore.edge_errors import using
from vectorstore.edge_folder import DATA, EdgeFolder
from vectorstore.settings import IndexSettings
from vectorstore.store import DocumentStore, Schema


@contextmanager
def rebuilding(settings: IndexSettings, *, path: Path, schema: Schema) -> Iterator[DocumentStore]:
    """An empty store beside the one that the settings name, whatever that was made with. At the end of the block it is
    optimised and takes the other's place; where the block raises, it is removed and the other is untouched.

    Raises `StoreLockedError` where a process has the embedded index open, and what the stores raise.
    """
    if settings.url:
        from vectorstore.server_rebuild import rebuilding_on_server  # qdrant-client takes a second to import

        with rebuilding_on_server(settings, schema) as store:
            yield store
        return
    with _rebuilding_in_folder(settings, path=path, schema=schema) as store:
        yield store


@contextmanager
def _rebuilding_in_folder(settings: IndexSettings, *, path: Path, schema: Schema) -> Iterator[DocumentStore]:
    with using(path):
        folder = EdgeFolder(path)
    try:
        with using(path):
            building = folder.building()
        try:
            beside = building / "beside"
            store = EdgeStore.open(
                beside, schema, dense_weight=settings.dense_weight, quantise_from=settings.quantise_from
            )
            try:
                yield store
                store.optimize()
            finally:
                store.close()
            with using(path):
                (shard,) = beside.glob("shard-*")
                (shard / DATA).rename(building / DATA)
                shutil.rmtree(beside)
                made = folder.place(building, schema)
                folder.finish(made)
                folder.clear_all_but(made)
        finally:
            shutil.rmtree(building, ignore_errors=True)  # renamed by now, unless something failed
    finally:
        folder.release()
