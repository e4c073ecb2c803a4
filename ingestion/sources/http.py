"""A polite HTTP client for one source: robots.txt, rate, retries, conditional requests, limits, guarded redirects.

It works on httpx's transports rather than its client: redirects are checked before they are followed, the address
connected to is the one that was checked, and nothing logs an address (httpx's client logs each, keys included).
"""

from __future__ import annotations

import contextlib
import logging
import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from functools import cache
from types import TracebackType
from typing import Self

import httpx

from ingestion.errors import SourceRefusedError, SourceUnavailableError
from ingestion.settings import CrawledSettings
from ingestion.sources.addresses import Addresses, host_of, origin, server_of, shown
from ingestion.sources.bodies import PACKINGS, BodyError, read_body
from ingestion.sources.crawl import Crawl, retry_after_s
from ingestion.sources.decoding import decode
from ingestion.sources.robots import AGENT, LARGEST, Rules, keep_rules, known_rules

_REDIRECTS = (301, 302, 303, 307, 308)
_BUSY = (408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527, 529)
_REFUSALS = {
    401: "asks for credentials",
    403: "refuses access",
    404: "is not there",
    407: "is behind a proxy that asks for credentials",
    410: "is gone for good",
    451: "is withheld for legal reasons",
}

# At the level DEBUG it logs headers of answers: cookies, and addresses that redirects lead to.
logging.getLogger("httpcore.http11").addFilter(lambda record: "headers" not in record.getMessage())


@dataclass(frozen=True, kw_only=True)
class Page:
    """One answer."""

    url: httpx.URL
    """Where it came from, after redirects."""
    status: int
    body: bytes = field(default=b"", repr=False)
    media_type: str = ""
    """Of its Content-Type, in lower case, without parameters."""
    charset: str = ""
    """Of its Content-Type."""
    etag: str = ""
    last_modified: str = ""
    location: str = field(default="", repr=False)
    next_url: str = field(default="", repr=False)
    """Of its Link header with rel=next."""

    @property
    def is_unchanged(self) -> bool:
        """Whether it is the version that the request named."""
        return self.status == 304

    @property
    def text(self) -> str:
        """The body as text."""
        return decode(self.body, charset=self.charset)


class PoliteClient:
    """Reads the pages of one source."""

    def __init__(self, source: str, url: str, settings: CrawledSettings, crawl: Crawl) -> None:
        """`url`: where the source is; others it may read are of the same owner, or in the settings."""
        self._source = source
        self._crawl = crawl
        self._addresses = Addresses(
            source,
            [url],
            hosts=settings.hosts,
            private_network=settings.private_network,
            resolve=crawl.resolve,
        )
        self._robots = settings.robots
        self._interval_s = settings.interval_s
        self._transports: dict[str, httpx.HTTPTransport] = {}
        self._rules: dict[str, Rules] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for transport in self._transports.values():
            transport.close()
        self._transports.clear()

    def get(
        self, url: httpx.URL, *, headers: Mapping[str, str] | None = None, secrets: Mapping[str, str] | None = None
    ) -> Page:
        """The page at `url`, redirects followed. `secrets`: headers for the source's own hosts only.

        Raises `SourceUnavailableError`, `SourcePausedError` and `SourceRefusedError`.
        """
        for _ in range(self._crawl.settings.redirects + 1):
            self._addresses.check(url)
            self._obey_robots(url)
            own = dict(secrets or {}) if self._addresses.is_own(url) else {}
            page = self._request(url, {**(headers or {}), **own})
            if page.status not in _REDIRECTS:
                return page
            url = self._target(page)
        problem = f"{shown(url)} redirects more than {self._crawl.settings.redirects} times"
        raise SourceRefusedError(self._source, problem, "Look where its address leads, and configure that.")

    def is_own(self, url: httpx.URL) -> bool:
        """Whether the URL is of the source's own host, which may see its secrets."""
        return self._addresses.is_own(url)

    def _target(self, page: Page) -> httpx.URL:
        try:
            target = page.url.join(page.location)
        except httpx.InvalidURL:
            raise self._refused(page.url, "redirects to what is no address") from None
        if page.url.scheme == "https" and target.scheme == "http":
            raise self._refused(page.url, "redirects from https to http")
        return target.copy_with(fragment=None)

    def _obey_robots(self, url: httpx.URL) -> None:
        if not self._robots or url.path == "/robots.txt":
            return
        rules = self._rules_of(url)
        if not rules.allows(str(url)):
            raise SourceRefusedError(
                self._source,
                f"the robots.txt of {origin(url)} disallows what is configured",
                "Ask its owner, or take it out; `robots = false` is for APIs that you have a contract or key for.",
            )
        wait_s, delay_s = self._crawl.wait_s(server_of(url)), rules.delay_s()
        if wait_s > self._crawl.settings.longest_wait_s:
            problem = f"the robots.txt of {origin(url)} asks for {delay_s:g} seconds between two requests"
            raise SourceRefusedError(
                self._source, problem, "Set the source's `pages = 1`, or raise posts.crawl.longest_wait_s."
            )

    def _rules_of(self, url: httpx.URL) -> Rules:
        site = origin(url)
        if site in self._rules:
            return self._rules[site]
        now = self._crawl.clock.now()
        known = known_rules(self._crawl.state, site)
        if known is None or not known.is_fresh(now):
            try:
                known = Rules(text=self._robots_text(url), read_at=now)
                keep_rules(self._crawl.state, site, known)
            except SourceUnavailableError:
                if known is None or not known.is_usable(now):
                    raise
        self._rules[site] = known
        return known

    def _robots_text(self, url: httpx.URL) -> str:
        """The robots.txt of the URL's origin; empty where there is none."""
        at = url.copy_with(raw_path=b"/robots.txt", fragment=None)
        for _ in range(self._crawl.settings.redirects + 1):
            self._addresses.check(at)
            try:
                page = self._request(at, {}, keep=LARGEST)
            except _NotThereError:
                return ""
            if page.status not in _REDIRECTS:
                return page.text
            at = self._target(page)
        return ""

    def _request(self, url: httpx.URL, headers: Mapping[str, str], *, keep: int = 0) -> Page:
        return self._crawl.call(self._source, server_of(url), lambda: self._once(url, headers, keep), is_proof=not keep)

    def _once(self, url: httpx.URL, headers: Mapping[str, str], keep: int) -> Page:
        ips = self._addresses.ips(url, by_proxy=bool(self._crawl.proxy(url)))
        rules = self._rules.get(origin(url))
        self._crawl.take_turn(server_of(url), max(self._interval_s, rules.delay_s() if rules is not None else 0.0))
        started = self._crawl.clock.now()
        try:
            response = self._opened(url, ips, headers)
            try:
                return self._page(url, response, started, keep)
            finally:
                response.close()
        except httpx.TimeoutException:
            raise self._unavailable(url, "did not answer in time") from None
        except httpx.RemoteProtocolError:
            raise self._unavailable(url, "broke its answer off, or sent none that can be read") from None
        except httpx.TransportError as error:
            raise self._unavailable(url, f"cannot be reached ({type(error).__name__})") from None

    def _opened(self, url: httpx.URL, ips: Sequence[str], headers: Mapping[str, str]) -> httpx.Response:
        """The answer of the first of the addresses that takes the connection."""
        transport = self._transport(url)
        for ip in ips[:-1]:
            with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return transport.handle_request(self._prepared(url, ip, headers))
        return transport.handle_request(self._prepared(url, ips[-1], headers))

    def _prepared(self, url: httpx.URL, ip: str, headers: Mapping[str, str]) -> httpx.Request:
        """The request, to the checked address, for the name that was asked for."""
        settings = self._crawl.settings
        contact = f" (+{settings.contact})" if settings.contact else ""
        return httpx.Request(
            "GET",
            url.copy_with(host=ip),
            headers={
                "Accept-Encoding": PACKINGS,
                **headers,
                "Host": url.netloc.decode("ascii"),
                "User-Agent": f"{AGENT}/1.0{contact}",
            },
            extensions={
                "timeout": httpx.Timeout(settings.timeout_s).as_dict(),
                "sni_hostname": host_of(url),
            },
        )

    def _page(self, url: httpx.URL, response: httpx.Response, started: datetime, keep: int) -> Page:
        status, headers = response.status_code, response.headers
        if status in _BUSY or status >= 500:
            wait_s = retry_after_s(headers.get("Retry-After", ""), self._crawl.clock.now())
            raise self._unavailable(url, f"answered HTTP {status}", wait_s)
        if status >= 400:
            raise _NotThereError(
                self._source,
                f"{shown(url)} {_REFUSALS.get(status, 'refuses the request')} (HTTP {status})",
                "Check its address and its credentials.",
            )
        content = Message()
        content["Content-Type"] = headers.get("Content-Type", "")
        if status in _REDIRECTS and not headers.get("Location"):
            raise self._refused(url, f"answered HTTP {status} without saying where to")
        has_body = status not in (*_REDIRECTS, 204, 304)
        return Page(
            url=url,
            status=status,
            body=self._body(url, response, started, keep) if has_body else b"",
            media_type=content.get_content_type() if headers.get("Content-Type") else "",
            charset=str(content.get_content_charset("") or ""),
            etag=headers.get("ETag", ""),
            last_modified=headers.get("Last-Modified", ""),
            location=headers.get("Location", ""),
            next_url=response.links.get("next", {}).get("url", ""),
        )

    def _body(self, url: httpx.URL, response: httpx.Response, started: datetime, keep: int) -> bytes:
        settings, clock = self._crawl.settings, self._crawl.clock

        def check_time() -> None:
            if (clock.now() - started).total_seconds() > settings.answer_s:
                raise self._unavailable(url, f"takes more than {settings.answer_s:g} seconds to answer")

        parts: Iterator[bytes] = response.iter_raw()
        limit = int(settings.largest_answer_mb * 1e6)
        packing = response.headers.get("Content-Encoding", "")
        try:
            body = read_body(parts, packing=packing, limit=limit, check_time=check_time)
        except BodyError as error:
            if error.is_final:
                raise self._refused(url, f"cannot be read: {error.problem}") from None
            raise self._unavailable(url, f"cannot be read: {error.problem}") from None
        return body[:keep] if keep else body

    def _transport(self, url: httpx.URL) -> httpx.HTTPTransport:
        """One a host: hosts that share an address must not share a connection."""
        key = origin(url)
        if key not in self._transports:
            proxy = self._crawl.proxy(url) or None
            self._transports[key] = httpx.HTTPTransport(verify=_certificates(), proxy=proxy, trust_env=False)
        return self._transports[key]

    def _unavailable(self, url: httpx.URL, problem: str, wait_s: float | None = None) -> SourceUnavailableError:
        return SourceUnavailableError(self._source, f"{shown(url)} {problem}", retry_after_s=wait_s)

    def _refused(self, url: httpx.URL, problem: str) -> SourceRefusedError:
        return SourceRefusedError(self._source, f"{shown(url)} {problem}", "Check its address.")


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()


class _NotThereError(SourceRefusedError):
    """A page that its host will not give."""
