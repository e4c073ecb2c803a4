"""Over TLS: the address is the one that was checked, the certificate that of the name asked for."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ingestion.errors import SourceRefusedError, SourceUnavailableError
from ingestion.settings import CrawledSettings, CrawlSettings
from ingestion.sources import http
from ingestion.sources.clock import ManualClock
from ingestion.sources.crawl import Crawl
from ingestion.sources.crawl_state import CrawlState
from ingestion.sources.http import PoliteClient
from tests.fakes.web_server import Answer, fake_web
from tests.ingestion.sources.crawling import NOW, site


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """A server's side of TLS for `blog.example`, which this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "blog.example")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=9999))
        .not_valid_after(NOW + timedelta(days=9999))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("blog.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "blog.pem"
    hidden = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *hidden) + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    http._certificates.cache_clear()
    yield context
    http._certificates.cache_clear()


def get(url: str, *, private_network: bool = True) -> str:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) <= 2 else ["127.0.0.2"]

    crawl = Crawl(CrawlSettings(tries=1, interval_s=0.0), CrawlState(), ManualClock(NOW), resolve=resolve)
    settings = CrawledSettings(private_network=private_network, robots=False)
    with PoliteClient("blog", url, settings, crawl) as client:
        return client.get(httpx.URL(f"{url}/page")).text


def test_a_page_is_read_from_the_checked_address_under_its_own_name(secure: ssl.SSLContext) -> None:
    with fake_web(site(page=Answer(body=b"hello")), secure=secure, host="blog.example") as web:
        assert get(web.url) == "hello"
        assert web.asked[0].headers["host"] == web.url.removeprefix("https://")


def test_a_certificate_of_another_name_is_not_taken(secure: ssl.SSLContext) -> None:
    with fake_web(site(page=Answer(body=b"hello")), secure=secure, host="shop.example") as web:
        with pytest.raises(SourceUnavailableError, match="ConnectError"):
            get(web.url)
        assert web.asked == []


def test_a_name_inside_the_network_is_not_asked_unless_configured(secure: ssl.SSLContext) -> None:
    with fake_web(site(page=Answer(body=b"hello")), secure=secure, host="blog.example") as web:
        with pytest.raises(SourceRefusedError, match="private_network"):
            get(web.url, private_network=False)
        assert web.asked == []


def test_https_is_not_left_for_http(secure: ssl.SSLContext) -> None:
    away = Answer(status=301, headers={"Location": "http://blog.example/page"})
    told = "from https to http"
    with (
        fake_web(site(page=away), secure=secure, host="blog.example") as web,
        pytest.raises(SourceRefusedError, match=told),
    ):
        get(web.url)
