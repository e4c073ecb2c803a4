"""A loopback server that speaks OpenAI's chat completions, with replies written by the test.

It takes what the real client sends (tools, streaming, keys), answers what it is told to, and keeps every request. It
knows no language: replies are a function of the request.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Request = dict[str, Any]
"""A request's JSON: `model`, `messages`, `tools`, `stream`, ..."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """The model writes."""

    content: str


@dataclass(frozen=True, kw_only=True)
class Calls:
    """The model calls tools: (name, arguments) each."""

    calls: tuple[tuple[str, dict[str, Any]], ...]


@dataclass(frozen=True, kw_only=True)
class Failure:
    """The server refuses."""

    status: int
    message: str = "refused"


Reply = Text | Calls | Failure


@dataclass(kw_only=True)
class FakeOpenAI:
    """The server's side: where it listens, and what it was sent."""

    url: str
    """Base URL, with `/v1`."""
    requests: list[Request] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    """Authorization header of each request."""


@contextmanager
def fake_openai(reply: Callable[[Request], Reply]) -> Iterator[FakeOpenAI]:
    """A server on a free port while the context lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    fake = FakeOpenAI(url=f"http://127.0.0.1:{server.server_port}/v1")
    server.fake, server.reply = fake, reply  # type: ignore[attr-defined]  # the handler's way to its server's state
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def in_turn(*replies: Reply) -> Callable[[Request], Reply]:
    """Replies one after the other; the last one again and again."""
    left = list(replies)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


def tool_results(request: Request) -> list[dict[str, Any]]:
    """JSON of the tools' answers since the last question."""
    messages = request["messages"]
    last = max(index for index, message in enumerate(messages) if message["role"] == "user")
    return [json.loads(message["content"]) for message in messages[last:] if message["role"] == "tool"]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        fake: FakeOpenAI = self.server.fake  # type: ignore[attr-defined]
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fake.requests.append(request)
        fake.keys.append(self.headers.get("Authorization", ""))
        reply: Reply = self.server.reply(request)  # type: ignore[attr-defined]
        if isinstance(reply, Failure):
            self._send(reply.status, {"error": {"message": reply.message, "type": "fake", "code": None}})
        elif request.get("stream"):
            self._stream(request, reply)
        else:
            self._send(200, _completion(request, reply))

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the test reads `requests`."""

    def _send(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, request: Request, reply: Text | Calls) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for chunk in _chunks(request, reply):
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True


def _completion(request: Request, reply: Text | Calls) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.content if isinstance(reply, Text) else None}
    if isinstance(reply, Calls):
        message["tool_calls"] = _tool_calls(request, reply)
    choice = {"index": 0, "message": message, "finish_reason": "stop" if isinstance(reply, Text) else "tool_calls"}
    return _head(request, "chat.completion") | {"choices": [choice], "usage": _USAGE}


def _chunks(request: Request, reply: Text | Calls) -> Iterator[dict[str, Any]]:
    head = _head(request, "chat.completion.chunk")
    if isinstance(reply, Text):
        deltas: list[dict[str, Any]] = [{"content": word} for word in reply.content.split(" ")]
        deltas = [{"content": ("" if not place else " ") + delta["content"]} for place, delta in enumerate(deltas)]
    else:
        deltas = [{"tool_calls": [{"index": place, **call}]} for place, call in enumerate(_tool_calls(request, reply))]
    for delta in [{"role": "assistant", "content": ""}, *deltas]:
        yield head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield head | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    if (request.get("stream_options") or {}).get("include_usage"):
        yield head | {"choices": [], "usage": _USAGE}


def _tool_calls(request: Request, reply: Calls) -> list[dict[str, Any]]:
    start = sum(len(message.get("tool_calls") or ()) for message in request["messages"])
    return [
        {"id": f"call_{start + place}", "type": "function", "function": {"name": name, "arguments": json.dumps(args)}}
        for place, (name, args) in enumerate(reply.calls)
    ]


def _head(request: Request, kind: str) -> dict[str, Any]:
    return {"id": "fake", "object": kind, "created": 0, "model": request["model"]}


_USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
