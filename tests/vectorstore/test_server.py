"""The server store: the contract on qdrant-client's local mode, and its answers to a server that misbehaves."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr
from qdrant_client import QdrantClient

from tests.contracts.document_store import DocumentStoreContract
from tests.contracts.material import SCHEMA, Reopen, doc_id, document
from vectorstore.errors import StoreRefusedError, StoreUnavailableError, VectorStoreError
from vectorstore.server import ServerStore, connect
from vectorstore.settings import IndexSettings
from vectorstore.store import DocumentStore, Filter, Query

ANNA = Filter(any_of={"author": ["anna"]})
CALLS: dict[str, Callable[[DocumentStore], object]] = {
    "upsert": lambda store: store.upsert([document(1)]),
    "query": lambda store: store.query(Query(text="linen")),
    "count": lambda store: store.count(),
    "existing": lambda store: store.existing([doc_id(1)]),
    "vectors": lambda store: store.vectors([doc_id(1)]),
    "scroll": lambda store: list(store.scroll()),
    "documents": lambda store: list(store.documents()),
    "facet": lambda store: store.facet("author"),
    "distinct": lambda store: store.distinct("author"),
    "delete": lambda store: store.delete([doc_id(1)]),
    "delete_where": lambda store: store.delete_where(ANNA),
}


class TestServerStore(DocumentStoreContract):
    @pytest.fixture
    def reopen(self) -> Iterator[Reopen]:
        client = QdrantClient(":memory:")
        yield lambda schema: ServerStore.open(IndexSettings(url=":memory:"), schema, client=client)
        client.close()


def test_a_server_forgets_in_its_own_time() -> None:
    client = QdrantClient(":memory:")
    store = ServerStore.open(IndexSettings(url=":memory:"), SCHEMA, client=client)
    assert store.purge() is False
    client.close()


class Script:
    """Answers of a loopback server, one a request, the last one for ever; `asked` counts the requests."""

    def __init__(self, *answers: tuple[int, bytes]) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.keys: list[str | None] = []
        self.pause_s = 0.0
        self.retry_after = ""

    def next(self, key: str | None) -> tuple[int, bytes]:
        self.asked += 1
        self.keys.append(key)
        time.sleep(self.pause_s)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def serve(script: Script) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body = script.next(self.headers.get("api-key"))
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                if script.retry_after:
                    self.send_header("Retry-After", script.retry_after)
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client gave up waiting, as it should

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815  # names that http.server looks for

        def log_message(self, *_: object) -> None:
            """Keep the test output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def store_at(url: str, *, tries: int = 3, timeout_s: float = 5) -> Iterator[ServerStore]:
    settings = IndexSettings(url=url, timeout_s=timeout_s)
    client = connect(settings)
    yield ServerStore(client, SCHEMA, settings=settings, retry_pauses_s=(0.0,) * (tries - 1))
    client.close()


def counted(count: int) -> bytes:
    return json.dumps({"result": {"count": count}, "status": "ok", "time": 0.0}).encode()


@pytest.mark.parametrize("name", CALLS)
def test_a_failing_server_is_tried_again_and_then_said_to_be_unavailable(name: str) -> None:
    script = Script((500, b"{}"))
    with serve(script) as url, store_at(url) as store, pytest.raises(StoreUnavailableError, match="HTTP 500") as caught:
        CALLS[name](store)
    assert (caught.value.url, script.asked) == (url, 3)
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize(
    ("status", "body", "error", "asked"),
    [
        (503, b"busy", StoreUnavailableError, 3),
        (502, b"<html>bad gateway</html>", StoreUnavailableError, 3),
        (429, b"{}", StoreUnavailableError, 3),
        (408, b"{}", StoreUnavailableError, 3),
        (200, b"<html>a login page</html>", StoreUnavailableError, 3),
        (200, b'{"result": "what"}', StoreUnavailableError, 3),
        (401, b"{}", StoreRefusedError, 1),
        (403, b"{}", StoreRefusedError, 1),
        (404, b"{}", StoreRefusedError, 1),
        (400, b"{}", StoreRefusedError, 1),
    ],
)
def test_answers_are_mapped(status: int, body: bytes, error: type[VectorStoreError], asked: int) -> None:
    script = Script((status, body))
    with serve(script) as url, store_at(url) as store, pytest.raises(error):
        store.count()
    assert script.asked == asked


@pytest.mark.parametrize("retry_after", ["1", "soon"])
def test_a_server_that_is_asked_too_often_is_unavailable(retry_after: str) -> None:
    script = Script((429, b"{}"))
    script.retry_after = retry_after
    with serve(script) as url, store_at(url) as store, pytest.raises(StoreUnavailableError):
        store.count()
    assert script.asked == 3


def test_a_call_succeeds_when_the_server_recovers_in_time() -> None:
    script = Script((500, b"{}"), (503, b"{}"), (200, counted(42)))
    with serve(script) as url, store_at(url) as store:
        assert store.count() == 42
    assert script.asked == 3


def test_a_server_that_answers_too_late_is_unavailable() -> None:
    script = Script((200, counted(1)))
    script.pause_s = 2.0
    with serve(script) as url, store_at(url, tries=1, timeout_s=0.2) as store:
        started = time.monotonic()
        with pytest.raises(StoreUnavailableError, match="timed out"):
            store.count()
        assert time.monotonic() - started < 1.8


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, but not listening: connections are refused
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
        with pytest.raises(StoreUnavailableError):
            ServerStore.open(IndexSettings(url=url), SCHEMA, retry_pauses_s=())


def test_the_key_is_sent_and_never_shown() -> None:
    script = Script((401, b"{}"))
    with serve(script) as url:
        settings = IndexSettings(url=url, api_key=SecretStr("k-123"))
        with pytest.warns(UserWarning, match="insecure"), pytest.raises(StoreRefusedError) as caught:
            ServerStore.open(settings, SCHEMA, retry_pauses_s=())
    assert script.keys == ["k-123"]
    assert "k-123" not in f"{caught.value} {settings!r}"
