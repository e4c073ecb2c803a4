"""What every request passes: sign-in, same origin, and headers that let no page reach beyond this service.

One sign-in covers pages, chat and API: the session cookie of `/sign-in`, or HTTP Basic with the password (any user
name). Guesses wait for each other, at most one a second.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from copilot.web.problems import problem

COOKIE = "reassort_session"
SIGN_IN = "/sign-in"
_OPEN = frozenset({SIGN_IN, "/api/v1/health"})
_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
_WRONG_PASSWORD_SECONDS = 1.0

PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
"""For pages of our own: no script at all, nothing from elsewhere."""


class SignIn:
    """The password, and the one of administrators. Sessions live as long as the process."""

    def __init__(self, password: str | None, admin_password: str | None = None) -> None:
        self._digest = None if password is None else _digest(password)
        self._admin_digest = None if admin_password is None else _digest(admin_password)
        self._secret = secrets.token_bytes(32)
        self._turn = asyncio.Lock()

    @property
    def required(self) -> bool:
        """Whether anyone must sign in."""
        return self._digest is not None

    async def check(self, password: str) -> bool:
        """Whether this is the password, in constant time; a wrong one is answered late."""
        given = _digest(password)
        right = self._digest is None or hmac.compare_digest(given, self._digest)
        if not right and self._admin_digest is not None:
            right = hmac.compare_digest(given, self._admin_digest)
        return right or await self._refused()

    async def is_administrator(self, connection: HTTPConnection) -> bool:
        """Whether the request comes with the password of administrators; a wrong one is answered late.

        Where none is set: whether nobody needs to sign in at all, because the service is this machine's alone.
        """
        if self._admin_digest is None:
            return not self.required
        password = _basic_password(connection.headers)
        if password is None:
            return False
        return hmac.compare_digest(_digest(password), self._admin_digest) or await self._refused()

    def new_session(self) -> str:
        """A cookie that proves a sign-in to this process."""
        id = secrets.token_urlsafe(24)
        return f"{id}.{self._seal(id)}"

    def holds(self, cookie: str) -> bool:
        """Whether the cookie is one of ours."""
        id, _, seal = cookie.partition(".")
        return bool(id) and hmac.compare_digest(seal, self._seal(id))

    async def signed_in(self, connection: HTTPConnection) -> bool:
        """Whether the request comes with a session or with the password."""
        if not self.required or self.holds(connection.cookies.get(COOKIE, "")):
            return True
        password = _basic_password(connection.headers)
        return password is not None and await self.check(password)

    async def _refused(self) -> bool:
        async with self._turn:
            await asyncio.sleep(_WRONG_PASSWORD_SECONDS)
        return False

    def _seal(self, id: str) -> str:
        return hmac.new(self._secret, id.encode(), hashlib.sha256).hexdigest()


class SecurityMiddleware:
    """ASGI: refuses strange hosts and origins, asks for sign-in, sets headers. Covers WebSockets too."""

    def __init__(self, app: ASGIApp, *, sign_in: SignIn, hosts: Iterable[str] | None) -> None:
        """`hosts` are the names that the service answers to; None: any, for a service behind a sign-in."""
        self._app = app
        self._sign_in = sign_in
        self._hosts = None if hosts is None else frozenset(hosts) | _LOOPBACK_NAMES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = await self._refusal(HTTPConnection(scope))
        if refusal is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "not allowed"})
        else:
            await refusal(scope, receive, _with_headers(send))

    async def _refusal(self, connection: HTTPConnection) -> Response | None:
        """Why the request is not answered; None: it is."""
        if self._hosts is not None and _host_name(connection.headers.get("host", "")) not in self._hosts:
            return problem("wrong-host", "The service has another name", 421, "Ask it by the address that it prints.")
        origin = connection.headers.get("origin")
        if origin and urlsplit(origin).netloc != connection.headers.get("host", ""):
            return problem("wrong-origin", "The request comes from another site", 403, "Ask from the service's pages.")
        if connection.url.path in _OPEN or await self._sign_in.signed_in(connection):
            return None
        if _wants_page(connection):
            return RedirectResponse(f"{SIGN_IN}?next={quote(connection.url.path)}", status_code=303)
        answer = problem("not-signed-in", "Not signed in", 401, "Send the password with HTTP Basic, or sign in first.")
        answer.headers["WWW-Authenticate"] = 'Basic realm="reassort", charset="UTF-8"'
        return answer


def local_path(path: str) -> str:
    """Where to go after sign-in: a path of this service, never another site."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and "\n" not in path else "/"


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Content-Security-Policy", PAGE_POLICY)
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "no-referrer"
            headers["X-Frame-Options"] = "DENY"
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending


def _wants_page(connection: HTTPConnection) -> bool:
    method = connection.scope.get("method")
    return method == "GET" and "text/html" in connection.headers.get("accept", "")


def _basic_password(headers: Headers) -> str | None:
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return None


def _host_name(host: str) -> str:
    """`[::1]:8000` -> `::1`, `localhost:8000` -> `localhost`."""
    return urlsplit(f"//{host}").hostname or ""


def _digest(password: str) -> bytes:
    return hashlib.sha256(password.encode("utf-8")).digest()
