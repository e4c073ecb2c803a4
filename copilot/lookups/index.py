"""The index of posts as lookups ask it: opened at the first search, closed once."""

from __future__ import annotations

import threading

from copilot.indexing import open_index
from copilot.workspace import Workspace
from vectorstore.encoder import Encoder, load_encoder
from vectorstore.search import Diversity, RankedHit, Ranking, Vectors, comparable, rank, search
from vectorstore.store import DocumentStore, Filter
from vectorstore.wanted import Wanted


class PostIndex:
    """The index of one workspace. Safe to ask from several threads."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._opened: tuple[DocumentStore, Encoder] | None = None

    def search(self, asked: str | Wanted, *, filter: Filter, limit: int, diversity: Diversity) -> list[RankedHit]:
        """The best hits. Raises what encoder and store raise: `StoreLockedError` where another process has it."""
        store, encoder = self._open()
        return search(store, encoder, asked, filter=filter, limit=limit, diversity=diversity)

    def rank(self, wanted: Wanted, *, filter: Filter, ranking: Ranking) -> list[RankedHit]:
        """All candidates in order, neither varied nor explained. Raises as `search`."""
        store, encoder = self._open()
        return rank(store, encoder, wanted, filter=filter, ranking=ranking)

    def comparable(self) -> Vectors | None:
        """What hits are compared by, see `vectorstore.search.comparable`. Raises as `search`."""
        return comparable(self._open()[0])

    def opened(self) -> tuple[DocumentStore, Encoder]:
        """The store and the encoder of its vectors, to be closed by `close`. Raises as `search`."""
        return self._open()

    def encoder(self) -> Encoder:
        """The encoder of its vectors; loaded without the store where this is not open. Raises `EncoderLoadError`."""
        with self._lock:
            if self._opened is not None:
                return self._opened[1]
        return load_encoder(self._workspace.settings.index, self._workspace.models_path)

    def open(self) -> None:
        """Open it now, which takes seconds, instead of at the first search. Raises as `search`."""
        self._open()

    def close(self) -> None:
        """Give the index free; a later search opens it again."""
        with self._lock:
            if self._opened is not None:
                self._opened[0].close()
            self._opened = None

    def _open(self) -> tuple[DocumentStore, Encoder]:
        with self._lock:
            if self._opened is None:
                self._opened = open_index(self._workspace)
            return self._opened
