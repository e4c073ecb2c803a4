"""A batch that a server answers badly in the middle is sent again, and nothing of it is doubled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from qdrant_client import QdrantClient
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from tests.contracts.material import SCHEMA, document
from vectorstore.errors import StoreRefusedError, StoreUnavailableError
from vectorstore.server import ServerStore
from vectorstore.settings import IndexSettings
from vectorstore.store import Query

MANY = [document(number, f"style {number}") for number in range(1, 601)]
LOST = ResponseHandlingException(TimeoutError("timed out"))
REFUSED = UnexpectedResponse(400, "Bad Request", b"", {})


class Unreliable:
    """A client whose upserts fail as told: each one before it is applied, after half of it, or after all of it."""

    def __init__(self, client: QdrantClient, *failures: tuple[float, Exception] | None) -> None:
        self._client = client
        self._failures: Iterator[tuple[float, Exception] | None] = iter(failures)
        self.sent = 0

    def upsert(self, collection: str, points: Sequence[Any], *, wait: bool) -> None:
        self.sent += 1
        failure = next(self._failures, None)
        applied = len(points) if failure is None else int(len(points) * failure[0])
        if applied:
            self._client.upsert(collection, list(points[:applied]), wait=wait)
        if failure is not None:
            raise failure[1]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


@pytest.fixture
def client() -> Iterator[QdrantClient]:
    opened = QdrantClient(":memory:")
    yield opened
    opened.close()


def store_over(client: object, *, tries: int = 3) -> ServerStore:
    pauses = (0.0,) * (tries - 1)
    return ServerStore.open(IndexSettings(url=":memory:"), SCHEMA, client=client, retry_pauses_s=pauses)


@pytest.mark.parametrize("applied", [0.0, 0.5, 1.0], ids=["nothing", "half", "all, and the answer lost"])
def test_a_batch_that_fails_in_the_middle_is_sent_again_and_doubles_nothing(
    client: QdrantClient, applied: float
) -> None:
    unreliable = Unreliable(client, None, (applied, LOST), (applied, LOST), None)
    store = store_over(unreliable)
    assert store.upsert(MANY) == 600
    assert unreliable.sent == 5  # three batches, one of them three times
    assert store.count() == 600
    assert [len(batch) for batch in store.scroll(batch_size=600)] == [600]
    assert len(store.query(Query(text="style", limit=600))) == 600


def test_a_call_that_failed_for_good_may_be_repeated_and_doubles_nothing(client: QdrantClient) -> None:
    unreliable = Unreliable(client, None, *[(0.5, LOST)] * 3)
    store = store_over(unreliable)
    with pytest.raises(StoreUnavailableError, match="timed out"):
        store.upsert(MANY)
    assert 256 <= store.count() < 600
    assert store.upsert(MANY) == 600
    assert store.count() == 600


def test_a_batch_that_is_refused_is_not_sent_again(client: QdrantClient) -> None:
    unreliable = Unreliable(client, None, (0.0, REFUSED))
    with pytest.raises(StoreRefusedError):
        store_over(unreliable).upsert(MANY)
    assert unreliable.sent == 2
