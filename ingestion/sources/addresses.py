"""Where a source may send us: to its own hosts, and to no address inside a network that it does not belong to.

A feed can redirect, or name a next page, to any address; followed blindly it would read this machine's own services
and the cloud's metadata for whoever wrote the feed. So every address is resolved here, checked, and connected to as
checked: a name that resolves to something else a moment later changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from functools import cache

import httpx
import tldextract

from ingestion.errors import SourceRefusedError, SourceUnavailableError

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port -> its IP addresses. Raises `OSError`."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_MOST_TRIED = 3
_PORTS = {"http": 80, "https": 443}


def resolve_host(host: str, port: int) -> list[str]:
    """The addresses of a host, as this machine resolves them. Raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Addresses:
    """The hosts of one source."""

    def __init__(
        self,
        source: str,
        urls: Sequence[str],
        *,
        hosts: Sequence[str] = (),
        private_network: bool = False,
        resolve: Resolve,
    ) -> None:
        """`urls`: as configured; `hosts`: others allowed."""
        self._source = source
        self._origins = {origin(httpx.URL(url)) for url in urls}
        self._hosts = {host_of(httpx.URL(url)) for url in urls} | {host.lower() for host in hosts}
        self._private = {
            configured
            for configured in self._origins
            if private_network or _is_named_private(httpx.URL(configured).host.lower())
        }
        self._inside = {host.lower() for host in hosts} if private_network else set()
        self._ports = {None, *_PORTS.values(), *(httpx.URL(url).port for url in urls)}
        self._resolve = resolve

    def is_own(self, url: httpx.URL) -> bool:
        """Whether the URL is of a configured origin, or the same over https: only such may see its secrets."""
        if origin(url) in self._origins:
            return True
        plain = url.copy_with(scheme="http") if url.scheme == "https" and url.port is None else url
        return origin(plain) in self._origins

    def check(self, url: httpx.URL) -> None:
        """Raise `SourceRefusedError` where the source may not send us to that URL."""
        host = host_of(url)
        if url.scheme not in _PORTS or not host or url.userinfo:
            raise self._refused(url, "is no plain http or https address")
        if origin(url) in self._origins:
            return
        if host not in self._hosts and registrable(host) not in {registrable(own) for own in self._hosts} - {""}:
            raise self._refused(
                url, "is another host than the source's", "Add it to the source's `hosts` if it belongs to it."
            )
        if url.port not in self._ports:
            raise self._refused(url, "is another port than the source's")

    def ips(self, url: httpx.URL, *, by_proxy: bool = False) -> list[str]:
        """The addresses to connect to, at most three. `by_proxy`: the host's name, which a proxy resolves; what it is
        here is checked all the same, where it is known here.

        Raises `SourceRefusedError` where it is private and the source is not, `SourceUnavailableError` where the name
        does not resolve.
        """
        host = host_of(url)
        try:
            found = self._resolve(host, url.port or _PORTS[url.scheme])
        except (OSError, UnicodeError) as error:
            if by_proxy:
                return [host]
            raise SourceUnavailableError(
                self._source, f"{shown(url)} has no address ({type(error).__name__})"
            ) from None
        if not found:
            raise SourceUnavailableError(self._source, f"{shown(url)} has no address")
        may_be_private = origin(url) in self._private or host in self._inside
        if not may_be_private and not all(map(is_public, found)):
            raise self._refused(
                url,
                "is inside a private network",
                "Set the source's `private_network = true` if it is meant to be.",
            )
        return [host] if by_proxy else list(found[:_MOST_TRIED])

    def _refused(self, url: httpx.URL, problem: str, remedy: str = "It is not followed.") -> SourceRefusedError:
        return SourceRefusedError(self._source, f"{shown(url)} {problem}", remedy)


def shown(url: httpx.URL) -> str:
    """The URL as messages show it: scheme and host. Paths name people, and queries hold keys."""
    return f"{origin(url)}/..." if url.path.strip("/") or url.query else origin(url)


def origin(url: httpx.URL) -> str:
    """Scheme, host and port."""
    return f"{url.scheme}://{server_of(url)}"


def server_of(url: httpx.URL) -> str:
    """Host and, where it is not the usual one, port: what is asked gently and left alone as one."""
    host = host_of(url)
    return f"{f'[{host}]' if ':' in host else host}{f':{url.port}' if url.port is not None else ''}"


def host_of(url: httpx.URL) -> str:
    """The host in lower case ASCII, as it is resolved."""
    return url.raw_host.decode("ascii").lower().rstrip(".")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, whatever form it is wrapped in."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def registrable(host: str) -> str:
    """The domain that its owner registered (`shop.example.co.uk` -> `example.co.uk`); empty for an IP address."""
    return str(_suffixes()(host).top_domain_under_public_suffix)


@cache
def _suffixes() -> tldextract.TLDExtract:
    # The list that comes with the package: asking for a newer one would reach for the network.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def _is_named_private(host: str) -> bool:
    """Whether whoever wrote the URL wrote a private address."""
    if host == "localhost":
        return True
    try:
        return not is_public(host.strip("[]"))
    except ValueError:
        return False
