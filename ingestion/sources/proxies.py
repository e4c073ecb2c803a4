"""Proxies, as the environment names them for every program: http_proxy, https_proxy, all_proxy, no_proxy."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed lacks it

import httpx


def proxy_of(url: httpx.URL, environment: Mapping[str, str]) -> str:
    """URL of the proxy for a page; empty: it is asked directly. In lower case a name goes before the same in capitals.

    `no_proxy` holds hosts and domains, parted by commas, with or without a port; `*` is all of them.
    """
    if proxy_bypass_environment(url.netloc.decode("ascii"), {"no": _named(environment, "no_proxy")}):
        return ""
    found = _named(environment, f"{url.scheme}_proxy") or _named(environment, "all_proxy")
    return found if "://" in found or not found else f"http://{found}"


def _named(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name, "") or environment.get(name.upper(), "")
