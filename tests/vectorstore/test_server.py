"""The server store: the contract on qdrant-client's local mode, and its answers to a server that misbehaves."""

from __future__ import annotations

import pytest
from qdrant_client import QdrantClient

from tests.contracts.document_store import DocumentStoreContract, Reopen
from vectorstore.server import ServerStore
from vectorstore.settings import IndexSettings


class TestServerStore(DocumentStoreContract):
    @pytest.fixture
    def reopen(self) -> Reopen:
        client = QdrantClient(":memory:")
        return lambda schema: ServerStore.open(IndexSettings(url=":memory:"), schema, client=client)
