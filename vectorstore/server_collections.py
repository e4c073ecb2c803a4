"""Collections on a server, and the aliases that stand for them.

The index `posts` is an alias of a collection `posts-N`: a rebuilt one takes its place in a single step.
"""

from __future__ import annotations

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

from vectorstore import server_translation as translation
from vectorstore.manifest import manifest_of
from vectorstore.store import Schema

MANIFEST_KEY = "reassort"
"""Key of a collection's metadata under which its manifest is kept."""

_CONFLICT = 409


def names_of(client: QdrantClient) -> dict[str, str]:
    """Every name that stands for a collection, aliases included, with the collection's own."""
    own = {entry.name: entry.name for entry in client.get_collections().collections}
    return own | {entry.alias_name: entry.collection_name for entry in client.get_aliases().aliases}


def create_collection(client: QdrantClient, name: str, schema: Schema) -> None:
    """Create the collection, or leave it as it is where another process was faster: its manifest is checked next."""
    try:
        client.create_collection(
            name,
            vectors_config=translation.dense_config(schema.dimensions),
            sparse_vectors_config=translation.sparse_config(),
            metadata={MANIFEST_KEY: manifest_of(schema)},
        )
    except UnexpectedResponse as error:
        if error.status_code != _CONFLICT:
            raise


def point_alias(client: QdrantClient, alias: str, *, to: str) -> None:
    """Let the alias stand for the collection `to`, in one step where it stood for another."""
    create = models.CreateAliasOperation(create_alias=models.CreateAlias(collection_name=to, alias_name=alias))
    delete = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias))
    known = {entry.alias_name for entry in client.get_aliases().aliases}
    client.update_collection_aliases([delete, create] if alias in known else [create])
