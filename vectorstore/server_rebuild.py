"""A collection built anew on a server beside the live one, and put in its place by its alias."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from qdrant_client import QdrantClient

from vectorstore.server import ServerStore, connect
from vectorstore.server_collections import create_collection, names_of, point_alias
from vectorstore.server_errors import RETRY_PAUSES_S, call_server
from vectorstore.settings import IndexSettings
from vectorstore.store import Schema

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@contextmanager
def rebuilding_on_server(
    settings: IndexSettings,
    schema: Schema,
    *,
    client: QdrantClient | None = None,
    retry_pauses_s: Sequence[float] = RETRY_PAUSES_S,
) -> Iterator[ServerStore]:
    """An empty collection that takes the place of `settings.collection` at the end of the block.

    The name becomes an alias of the new collection in one step, and the old collection is dropped. Where the block
    raises, the new one is dropped. An index that an earlier version made has its name as a collection's own: it is
    dropped just before the alias is made. A `client` that is given stays the caller's to close.
    """
    alias = settings.collection
    used = client or connect(settings)

    def call(method: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        return call_server(lambda: method(*args, **kwargs), url=settings.url, pauses_s=retry_pauses_s)

    try:
        names = call(names_of, used)
        fresh = next(name for number in range(1, len(names) + 2) if (name := f"{alias}-{number}") not in names)
        call(create_collection, used, fresh, schema)
        try:
            beside = settings.model_copy(update={"collection": fresh})
            yield ServerStore.open(beside, schema, client=used, retry_pauses_s=retry_pauses_s)
        except BaseException:
            call(used.delete_collection, fresh)
            raise
        old = names.get(alias)
        if old == alias:
            call(used.delete_collection, alias)
        call(point_alias, used, alias, to=fresh)
        if old is not None and old != alias:
            call(used.delete_collection, old)
    finally:
        if client is None:
            used.close()
