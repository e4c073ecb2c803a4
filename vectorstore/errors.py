"""Errors of the vector store.

VectorStoreError
├── StoreLockedError        another process owns the embedded index
├── StoreUnavailableError   the server did not answer or failed: may be retried
├── StoreRefusedError       the server refused the call: the key or the request is wrong
├── StoreCorruptError       the index on disk cannot be opened
├── StoreFailedError        the embedded index failed at a call (disk full, for one)
├── StoreClosedError        the store was used after it was closed
├── SchemaMismatchError     the index was made with another schema version, vector size or fields
│   └── EncoderMismatchError    the index was made with another encoder
├── SnapshotError           a snapshot cannot be written or read
├── EncoderLoadError        the encoder's model cannot be loaded
├── RankingModelError       a model that orders hits cannot be loaded
├── InvalidDocumentError    a document does not fit the schema
└── InvalidFilterError      a filter names an unknown field or an empty range
"""

from __future__ import annotations


class VectorStoreError(Exception):
    """Root of everything this package raises."""


class Retryable:
    """Mixin: the same call may succeed later."""


class StoreLockedError(VectorStoreError):
    """Another process owns the index at `path`."""

    def __init__(self, path: str) -> None:
        super().__init__(f"The index at {path!r} is open in another process: ask through it, or stop it first.")
        self.path = path


class StoreUnavailableError(VectorStoreError, Retryable):
    """The server at `url` did not answer, or answered with a failure of its own."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"The vector store at {url!r} is unavailable: {reason}. Check the URL, then try again.")
        self.url = url
        self.reason = reason


class StoreRefusedError(VectorStoreError):
    """The server at `url` refused the call; the same call will be refused again."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"The vector store at {url!r} refused the call: {reason}. Check its key and its version.")
        self.url = url
        self.reason = reason


class StoreCorruptError(VectorStoreError):
    """The index at `path` cannot be opened; its documents can be indexed again from the lake."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"The index at {path!r} cannot be opened: {reason}. Rebuild it with `reassort reindex`.")
        self.path = path
        self.reason = reason


class StoreFailedError(VectorStoreError):
    """The embedded index at `path` failed at a call."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"The index at {path!r} failed: {reason}. Check the disk, then open it again.")
        self.path = path
        self.reason = reason


class StoreClosedError(VectorStoreError):
    """The store at `where` was used after it was closed."""

    def __init__(self, where: str) -> None:
        super().__init__(f"The index at {where!r} is closed: open it again before using it.")
        self.where = where


class SchemaMismatchError(VectorStoreError):
    """The index holds `found` where this version needs `expected`."""

    def __init__(self, what: str, *, found: object, expected: object) -> None:
        super().__init__(
            f"The index has {what} {found!r}, this version needs {expected!r}. Rebuild it with `reassort reindex`."
        )
        self.what = what
        self.found = found
        self.expected = expected


class EncoderMismatchError(SchemaMismatchError):
    """The index was made with another encoder: its vectors cannot be compared."""

    def __init__(self, *, found: str, expected: str) -> None:
        super().__init__("encoder", found=found, expected=expected)


class SnapshotError(VectorStoreError):
    """The snapshot at `path` cannot be written or read."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"The snapshot {path!r}: {reason}. Name another file, or build the index with `reassort reindex`."
        )
        self.path = path
        self.reason = reason


class EncoderLoadError(VectorStoreError):
    """The encoder `model` cannot be loaded."""

    def __init__(self, model: str, reason: str) -> None:
        super().__init__(
            f"The encoder {model!r} cannot be loaded: {reason}. Name a local folder or a downloadable"
            " sentence-transformers model, or leave it unset for the packaged one."
        )
        self.model = model
        self.reason = reason


class RankingModelError(VectorStoreError):
    """The model `model`, which orders hits, cannot be loaded."""

    def __init__(self, model: str, reason: str) -> None:
        super().__init__(f"The ranking model {model!r} cannot be loaded: {reason}. Name another, or leave it unset.")
        self.model = model
        self.reason = reason


class InvalidDocumentError(VectorStoreError):
    """The document `id` does not fit the schema; nothing of its batch was kept."""

    def __init__(self, id: str, reason: str) -> None:
        super().__init__(f"Document {id!r}: {reason}.")
        self.id = id
        self.reason = reason


class InvalidFilterError(VectorStoreError):
    """A filter names a field that is not indexed, or a range that holds nothing."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"Filter on {field!r}: {reason}.")
        self.field = field
        self.reason = reason
