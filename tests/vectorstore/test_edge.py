"""The embedded store: the contract, and what only it promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contracts.document_store import SCHEMA, DocumentStoreContract, Reopen
from vectorstore.edge import EdgeStore


class TestEdgeStore(DocumentStoreContract):
    @pytest.fixture
    def reopen(self, tmp_path: Path) -> Reopen:
        return lambda schema: EdgeStore.open(tmp_path / "index", schema)
