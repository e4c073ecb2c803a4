"""Where a source may send us."""

from __future__ import annotations

import httpx
import pytest

from ingestion.errors import SourceRefusedError, SourceUnavailableError
from ingestion.sources.addresses import Addresses, is_public, registrable, shown

PUBLIC = "93.184.216.34"


def addresses(url: str, resolved: str = PUBLIC, **options: object) -> Addresses:
    return Addresses("s", [url], resolve=lambda host, port: [resolved], **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "url",
    [
        "https://blog.example.co.uk/feed?page=2",
        "https://www.example.co.uk/feed",
        "https://example.co.uk:443/feed",
        "https://cdn.example.net/feed",
    ],
)
def test_pages_of_the_same_owner_and_of_hosts_allowed_may_be_read(url: str) -> None:
    found = addresses("https://blog.example.co.uk/feed", hosts=("cdn.example.net",))
    found.check(httpx.URL(url))
    assert found.ips(httpx.URL(url)) == [PUBLIC]


@pytest.mark.parametrize(
    "url",
    [
        "https://other.co.uk/feed",
        "https://example.co.uk.evil.example/feed",
        "https://blog.example.co.uk:8443/feed",
        "https://jane.github.io/feed",
        "gopher://blog.example.co.uk/feed",
    ],
)
def test_other_pages_may_not(url: str) -> None:
    for own in ("https://blog.example.co.uk/feed", "https://john.github.io/feed"):
        if "github" in url or "co.uk" in own:
            with pytest.raises(SourceRefusedError):
                addresses(own).check(httpx.URL(url))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - refused here
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_private_addresses_are_refused_whatever_form_they_are_wrapped_in(address: str) -> None:
    assert not is_public(address)
    url = httpx.URL("https://blog.example.com/feed")
    with pytest.raises(SourceRefusedError, match="private_network"):
        addresses(str(url), address).ips(url)


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_public_addresses_are_not(address: str) -> None:
    assert is_public(address)


def test_a_source_inside_the_network_may_be_read_where_that_is_configured_and_nothing_beside_it() -> None:
    url = httpx.URL("http://feeds.intra.example/all")
    found = addresses(str(url), "10.0.0.7", private_network=True)
    assert found.ips(url) == ["10.0.0.7"]
    with pytest.raises(SourceRefusedError):
        found.ips(httpx.URL("http://wiki.intra.example/"))


def test_one_private_address_among_several_is_enough_to_refuse() -> None:
    url = "https://blog.example.com/feed"
    found = Addresses("s", [url], resolve=lambda host, port: [PUBLIC, "127.0.0.1"])
    with pytest.raises(SourceRefusedError):
        found.ips(httpx.URL(url))


def test_a_name_without_an_address_is_unavailable() -> None:
    def fails(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    with pytest.raises(SourceUnavailableError, match="no address"):
        Addresses("s", ["https://gone.example/"], resolve=fails).ips(httpx.URL("https://gone.example/"))


def test_secrets_stay_with_the_origin() -> None:
    found = addresses("https://api.example.com/v1")
    assert found.is_own(httpx.URL("https://api.example.com/v2"))
    assert not found.is_own(httpx.URL("https://www.example.com/v1"))
    assert not found.is_own(httpx.URL("http://api.example.com/v1"))
    assert addresses("http://api.example.com/v1").is_own(httpx.URL("https://api.example.com/v1"))


def test_messages_show_the_host_alone() -> None:
    assert shown(httpx.URL("https://example.com:8443/u/jane?key=k")) == "https://example.com:8443/..."
    assert shown(httpx.URL("https://example.com/")) == "https://example.com"


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("shop.example.co.uk", "example.co.uk"),
        ("jane.github.io", "jane.github.io"),
        ("10.0.0.1", ""),
        ("localhost", ""),
    ],
)
def test_registrable_domains(host: str, domain: str) -> None:
    assert registrable(host) == domain
