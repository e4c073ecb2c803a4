"""A loopback web server that answers, and misbehaves, as a test tells it to."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it came."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server sends, and how it breaks the rules of sending."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int = 0
    """Bytes of the body that are announced and never sent."""
    is_chunked: bool = False
    """Sent in chunks; with `cut`, without the last one."""
    is_silent: bool = False
    """Nothing is sent until the server closes."""
    is_reset: bool = False
    """The connection is torn down."""


Site = Callable[[Asked], Answer]


@dataclass(kw_only=True)
class FakeWeb:
    """The server's side: where it listens, and what it was asked."""

    url: str
    asked: list[Asked] = field(default_factory=list)

    def paths(self) -> list[str]:
        """Paths asked for, in order, robots.txt left out."""
        return [one.path for one in self.asked if one.path != "/robots.txt"]


@contextmanager
def fake_web(site: Site, *, secure: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[FakeWeb]:
    """A server on a free port while the context lasts: over https where `secure` is given; `host`: as its URL says."""
    server = _Server(("127.0.0.1", 0), _Handler)
    if secure is not None:
        server.socket = secure.wrap_socket(server.socket, server_side=True)
    scheme = "http" if secure is None else "https"
    web = FakeWeb(url=f"{scheme}://{host}:{server.server_port}")
    closing = threading.Event()
    server.site, server.web, server.closing = site, web, closing  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield web
    finally:
        closing.set()
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep torn connections out of the test's output."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = Asked(
            path=parts.path,
            query=dict(parse_qsl(parts.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
        )
        self.server.web.asked.append(asked)  # type: ignore[attr-defined]
        self._send(self.server.site(asked))  # type: ignore[attr-defined]

    def _send(self, answer: Answer) -> None:
        if answer.is_silent:
            self.server.closing.wait(20)  # type: ignore[attr-defined]
            self.close_connection = True
            return
        if answer.is_reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.is_chunked:
            self.send_header("Transfer-Encoding", "chunked")
            end = b"" if answer.cut else b"0\r\n\r\n"
            body = f"{len(answer.body):x}\r\n".encode() + answer.body + b"\r\n" + end
        else:
            self.send_header("Content-Length", str(len(answer.body)))
            body = answer.body[: len(answer.body) - answer.cut]
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.close_connection or bool(answer.cut)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""
