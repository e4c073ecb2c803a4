"""The store that the settings ask for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.contracts.material import SCHEMA, unit, wardrobe
from vectorstore.edge import EdgeStore
from vectorstore.open import open_store
from vectorstore.server import ServerStore
from vectorstore.settings import IndexSettings
from vectorstore.store import Query


def test_without_a_url_the_embedded_store_is_opened(tmp_path: Path) -> None:
    store = open_store(IndexSettings(), path=tmp_path / "index", schema=SCHEMA)
    assert isinstance(store, EdgeStore)
    store.close()
    assert (tmp_path / "index").is_dir()


def test_with_a_url_the_server_is_used_and_the_folder_is_not_touched(tmp_path: Path) -> None:
    store = open_store(IndexSettings(url=":memory:"), path=tmp_path / "index", schema=SCHEMA)
    assert isinstance(store, ServerStore)
    store.close()
    assert not (tmp_path / "index").exists()


def test_the_dense_weight_of_the_settings_decides_the_ranking(tmp_path: Path) -> None:
    query = Query(text="strap", vector=unit(1, 0, 0, 0), limit=1)
    for number, settings in enumerate(
        [
            IndexSettings(dense_weight=0.9),
            IndexSettings(dense_weight=0.1),
            IndexSettings(url=":memory:", dense_weight=0.9),
            IndexSettings(url=":memory:", dense_weight=0.1),
        ]
    ):
        store = open_store(settings, path=tmp_path / f"index-{number}", schema=SCHEMA)
        store.upsert(wardrobe())
        expected = "strap" if settings.dense_weight < 0.5 else "waist"
        assert expected in store.query(query)[0].text
        store.close()


def test_opening_the_embedded_store_imports_nothing_heavy() -> None:
    code = "import sys, vectorstore.open, vectorstore.encoder, vectorstore.search; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    modules = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "transformers", "sentence_transformers", "openvino", "qdrant_client"} & set(modules)
