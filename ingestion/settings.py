"""Settings of ingestion; composed with the others in `copilot.settings`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

_HOST = re.compile(r"[\w.:-]+")
LanguageCode = Literal["en", "fr", "it", "de", "es"]


class LakeSettings(BaseModel):
    """Where the tables are."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    url: str = ""
    """Empty: `lake/` in the workspace. A folder or an object-store URL (`s3://`, `az://`, `gs://`) moves it."""
    storage_options: dict[str, str] = Field(default_factory=dict, repr=False)
    """Options for the object store, as Delta Lake names them. May hold secrets: never printed."""
    warehouse_url: str = ""
    """Empty: retail reads go to the lake. An Ibis URL (`postgres://`, `snowflake://`) sends them to a warehouse."""


class PseudonymSettings(BaseModel):
    """How personal data becomes pseudonyms."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    key: SecretStr | None = None
    """Secret of the pseudonyms, 32 bytes in hex. Unset: read from `key_file`."""
    key_file: Path | None = None
    """Unset: one file a workspace under the user's configuration folder, never in the workspace itself."""
    languages: tuple[LanguageCode, ...] = ("en", "fr", "it", "de", "es")
    """Languages that posts are analysed in."""
    names_model: str = "packaged"
    """What finds names of people: `packaged`, `none`, or a larger model as `spacy:NAME`, `gliner:NAME` or `hf:NAME`
    (any Hugging Face token classifier, by name or folder)."""
    names_gate: bool = True
    """Whether the packaged model first tells which texts may hold a name, and reads only these to the end: 29 % less
    work on reviews, a tenth on posts that name products. It lost 5 of 13,644 names it had not learned from, and 7 of
    362 finds in the demo's posts. Off: it reads every text to the end."""


class CrawlSettings(BaseModel):
    """How sources on the network are read. A source's own settings may ask for less, never for more."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    contact: str = ""
    """Address or page of who answers for the crawl: sent in the user agent. Hosts block crawlers that hide."""
    interval_s: float = Field(default=1.0, ge=0.0)
    """Least seconds between two requests to one host; a longer crawl-delay in its robots.txt wins."""
    timeout_s: float = Field(default=20.0, gt=0.0)
    """Seconds to wait for a connection, and for each next part of an answer."""
    answer_s: float = Field(default=120.0, gt=0.0)
    """Seconds that one whole answer may take."""
    tries: int = Field(default=4, ge=1)
    """Of one request, where a host is slow, busy or failing."""
    longest_wait_s: float = Field(default=60.0, ge=0.0)
    """Longest wait between two tries. A host that asks for more (Retry-After) is left alone until then."""
    failures_before_pause: int = Field(default=3, ge=1)
    """Failed requests in a row, over all runs, after which a host is left alone for a while."""
    pause_s: float = Field(default=3600.0, gt=0.0)
    """First such pause; each failed try after it doubles the next."""
    longest_pause_s: float = Field(default=86_400.0, gt=0.0)
    """Longest such pause."""
    largest_answer_mb: float = Field(default=20.0, gt=0.0)
    """Answers are refused from this size on, as sent and as unpacked."""
    redirects: int = Field(default=5, ge=0)
    """Followed at most, one after the other."""
    pages: int = Field(default=50, ge=1)
    """Read at most of one source in one run."""
    proxy: str = Field(default="", repr=False)
    """URL of an HTTP proxy. Empty: what `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy` say."""


class RedditSettings(BaseModel):
    """Access to Reddit's API, which Reddit must have approved."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    client_id: str = ""
    """Id of the application registered with Reddit. Empty: Reddit is not read."""
    client_secret: SecretStr | None = None
    """Secret of that application."""
    user_agent: str = "reassort (trend signals; set posts.reddit.user_agent to your own)"
    """How requests introduce themselves; Reddit asks for the application and a contact."""
    subreddits: tuple[str, ...] = ()
    """Read as the source `reddit`: names without `r/`."""
    url: str = "https://www.reddit.com"
    """Where tokens are asked for."""
    oauth_url: str = "https://oauth.reddit.com"
    """Where posts are asked for."""


class _OneSource(BaseModel):
    """What every named source may say of its posts, where the source itself says nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    language: str = Field(default="", pattern="^([a-z]{2})?$")
    market: str = Field(default="", pattern="^([A-Z]{2})?$")
    product_id: str = ""


class CrawledSettings(_OneSource):
    """A source that is read page by page over HTTP."""

    hosts: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$")], ...] = ()
    """Other hosts that it may send us to: redirects and next pages."""
    private_network: bool = False
    """Whether its host may be inside a private network."""
    robots: bool = True
    """Whether its robots.txt is asked. Off only for an API that you have a contract or a key for."""
    interval_s: float = Field(default=0.0, ge=0.0)
    """Where more than `posts.crawl.interval_s`."""
    pages: int = Field(default=0, ge=0)
    """Where less than `posts.crawl.pages`; 0: that many."""


class FeedSettings(CrawledSettings):
    """RSS and Atom feeds, read as one source."""

    kind: Literal["feed"]
    url: str = ""
    """One feed, or"""
    urls: tuple[str, ...] = ()
    """several."""
    post_kind: Literal["review", "social"] = "social"
    """What its entries are."""
    zone: str = "UTC"
    """Of dates without one, as `Europe/Paris`."""

    @field_validator("url", "urls")
    @classmethod
    def _urls_fit(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for url in (value,) if isinstance(value, str) else value:
            if url:
                check_url(url)
        return value

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{value!r} is no time zone: write one as Europe/Paris") from None
        return value

    @model_validator(mode="after")
    def _has_one(self) -> FeedSettings:
        if not self.addresses:
            raise ValueError("needs a url")
        return self

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every feed once, in order."""
        return tuple(dict.fromkeys(url for url in (self.url, *self.urls) if url))


class JsonApiSettings(CrawledSettings):
    """An HTTP API that answers JSON, described by a mapping file."""

    kind: Literal["json"]
    map: Path
    """The mapping file; a relative path starts in the workspace."""


class RedditSourceSettings(_OneSource):
    """Some subreddits, with the credentials of `posts.reddit`."""

    kind: Literal["reddit"]
    subreddits: tuple[str, ...] = Field(min_length=1)
    """Names without `r/`."""
    submissions: int = Field(default=1000, ge=0, le=1000)
    """Newest submissions read of each subreddit at most; 0: none."""
    comments: int = Field(default=1000, ge=0, le=1000)
    """Newest comments read of each subreddit at most; 0: none."""
    recheck_days: int = Field(default=30, ge=1)
    """Days within which Reddit is asked of every held entry again, whether it was deleted."""
    recheck_requests: int = Field(default=20, ge=0)
    """Requests for that in one run at most, each of 99 entries; 0: none."""


class FileSettings(_OneSource):
    """An export that something else puts in its place, again and again."""

    kind: Literal["file"]
    path: Path
    """The file; a relative path starts in the workspace."""
    map: Path | None = None
    """Its mapping file; none: what the file's column names suggest."""


SourceSettings = Annotated[
    FeedSettings | JsonApiSettings | RedditSourceSettings | FileSettings, Field(discriminator="kind")
]
"""One named source, by its `kind`."""

SourceName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
"""Name of a source: lower case letters, digits, dots, dashes."""


def check_url(url: str) -> str:
    """The URL, where it is one of a page on the web without credentials. Raises `ValueError`."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or not _HOST.fullmatch(parts.hostname):
        raise ValueError("is no http or https URL")
    if not url.isprintable() or " " in url or parts.port == 0:
        raise ValueError("is no URL: it holds spaces, or a port that none has")
    if parts.username is not None or parts.password is not None:
        raise ValueError("holds a user name or password: give it by secret_headers of a mapping file instead")
    return url


class PostSettings(BaseModel):
    """How posts are read."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    batch_size: int = Field(default=1000, ge=1)
    """Posts cleaned, stored and indexed at a time: more are a little quicker, and take 0.1 MiB each."""
    workers: int = Field(default=0, ge=0)
    """Processes that prepare posts, each with models of its own. 0: this one alone, or on Ray one a core; more pay on
    machines with many cores."""
    runner: Literal["local", "ray"] = "local"
    """Where batches are prepared: on this machine, or on a Ray cluster."""
    ray_address: str = ""
    """Address of the Ray cluster, as `ray.init` takes it. Empty: one of this machine's own."""
    crawl: CrawlSettings = Field(default_factory=CrawlSettings)
    """Politeness."""
    reddit: RedditSettings = Field(default_factory=RedditSettings)
    """Reddit."""
    sources: dict[SourceName, SourceSettings] = Field(default_factory=dict)
    """What `reassort ingest` reads, by name: see docs/sources.md."""

    def named_sources(self) -> dict[str, SourceSettings]:
        """Every source by name, `reddit` among them where `posts.reddit` names subreddits."""
        found = dict(self.sources)
        if self.reddit.subreddits and "reddit" not in found:
            found["reddit"] = RedditSourceSettings(kind="reddit", subreddits=self.reddit.subreddits)
        return found


class SourcePrivacy(BaseModel):
    """What is said, and held to, of one source of posts. Unset: as for its kind, see `PrivacySettings`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    purpose: str | None = None
    legal_basis: str | None = None
    retention_days: int | None = Field(default=None, ge=1)


class PrivacySettings(BaseModel):
    """Rights of the people whose posts are read."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    min_authors: int = Field(default=5, ge=2)
    """k-anonymity floor: no term, quote or count is shown that fewer distinct authors are behind."""
    retention_days: int = Field(default=730, ge=1)
    """Posts older than this go at the next `reassort privacy sweep`."""
    thread_retention_days: int = Field(default=365, ge=1)
    """Chat threads untouched for longer go."""
    brief_retention_days: int = Field(default=730, ge=1)
    """Briefs of mornings before that go."""
    purpose: str = "Trend signals: what customers write about products, counted by term"
    """What posts are processed for."""
    review_legal_basis: str = "Legitimate interest, GDPR Art. 6(1)(f): reviews given to us or published on our products"
    """For sources of reviews."""
    social_legal_basis: str = "Legitimate interest, GDPR Art. 6(1)(f): posts that their authors made public"
    """For social sources."""
    sources: dict[str, SourcePrivacy] = Field(default_factory=dict)
    """What differs for a source, by its name: `[privacy.sources.reddit]`, `retention_days = 365`."""

    def retention_of(self, source: str) -> int:
        """Days that posts of a source are kept."""
        own = self.sources.get(source, SourcePrivacy()).retention_days
        return self.retention_days if own is None else own
