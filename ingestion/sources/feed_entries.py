"""Entries of RSS and Atom feeds as posts."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import struct_time
from typing import Any
from zoneinfo import ZoneInfo

import feedparser  # type: ignore[import-untyped]  # it carries no types

from ingestion.clean import LONGEST_TEXT, TOO_LONG, is_blank
from ingestion.records import PostKind, RawPost
from ingestion.sources.source import RejectedPost

_NEXT = ("next", "prev-archive")
"""Relations of the page that comes after one, newest first (RFC 5005)."""
_ZONED = re.compile(r"(?:[Zz]|[+-]\d{2}:?\d{2}|\b[A-Z]{1,5})\s*$")
_END = re.compile(r"</(?:rss|feed|rdf:rdf)\s*>\s*(?:<!--.*?-->\s*)*$", re.IGNORECASE | re.DOTALL)
_ENCODING = re.compile(r"""^(<\?xml[^>]*?)\s+encoding\s*=\s*["'][^"']*["']""", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class FeedPage:
    """One document of a feed."""

    posts: tuple[RawPost | RejectedPost, ...]
    next_url: str
    """The page after it; empty where it names none."""
    is_whole: bool
    """Whether it reaches its end: of one that does not, entries may be missing."""


class FeedError(Exception):
    """A document that is no feed."""


def read_feed(text: str, *, source: str, kind: PostKind, zone: ZoneInfo, first: int) -> FeedPage:
    """The entries of a feed, numbered from `first`. Dates without a zone are in `zone`. Raises `FeedError`."""
    parsed = _parsed(text)
    if not parsed.get("version") and not parsed.entries:
        raise FeedError
    language = _language(parsed.feed.get("language", ""))
    posts = [
        _post(entry, source=source, kind=kind, zone=zone, language=language, number=number)
        for number, entry in enumerate(parsed.entries, start=first)
    ]
    is_whole = not parsed.bozo or _END.search(text) is not None
    if not is_whole:
        reason = "the feed breaks off here: entries may be missing"
        posts.append(RejectedPost(row=first + len(parsed.entries), column="", reason=reason))
    return FeedPage(posts=tuple(posts), next_url=_next_url(parsed.feed.get("links", ())), is_whole=is_whole)


def _parsed(text: str) -> Any:
    """What feedparser makes of a text, given as UTF-8 and nothing else."""
    declared = _ENCODING.sub(r"\1", text.lstrip("\ufeff \t\r\n"), count=1)
    headers = {"content-type": "application/xml; charset=utf-8"}
    body = io.BytesIO(declared.encode("utf-8", "replace"))
    return feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)


def _post(
    entry: Mapping[str, Any], *, source: str, kind: PostKind, zone: ZoneInfo, language: str, number: int
) -> RawPost | RejectedPost:
    title = str(entry.get("title", ""))
    body = _body(entry)
    text = title if is_blank(body) else body
    if is_blank(text):
        return RejectedPost(row=number, column="", reason="no text")
    if len(text) > LONGEST_TEXT:
        return RejectedPost(row=number, column="", reason=TOO_LONG)
    has_date, published_at = _published_at(entry, zone)
    if has_date and published_at is None:
        return RejectedPost(row=number, column="published", reason="no date that can be read")
    source_id = str(entry.get("id") or entry.get("link") or _hash(title, body))
    return RawPost(
        source=source,
        source_id=source_id,
        kind=kind,
        author=_author(entry),
        text=text,
        title="" if text == title else title,
        published_at=published_at,
        language=_language(_detail(entry).get("language") or "") or language,
        thread=str((entry.get("thr_in-reply-to") or {}).get("ref") or source_id),
    )


def _detail(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """The entry's content, or its summary."""
    contents: Sequence[Mapping[str, Any]] = entry.get("content") or ()
    return contents[0] if contents else entry.get("summary_detail") or {}


def _body(entry: Mapping[str, Any]) -> str:
    """The fullest text that the entry has."""
    contents: Sequence[Mapping[str, Any]] = entry.get("content") or ()
    texts = [str(content.get("value", "")) for content in contents if "text" in str(content.get("type", "text"))]
    return max([*texts, str(entry.get("summary", ""))], key=len)


def _author(entry: Mapping[str, Any]) -> str:
    """The author's name, else the address or what else stands there: the same at every entry."""
    detail: Mapping[str, Any] = entry.get("author_detail") or {}
    return str(detail.get("name") or detail.get("email") or entry.get("author") or "")


def _published_at(entry: Mapping[str, Any], zone: ZoneInfo) -> tuple[bool, datetime | None]:
    """Whether the entry gives a date, and which; published before updated."""
    for field in ("published", "updated", "created"):
        written = str(entry.get(field) or "").strip()
        if written:
            return True, _moment(written, entry.get(f"{field}_parsed"), zone)
    return False, None


def _moment(written: str, parsed: struct_time | None, zone: ZoneInfo) -> datetime | None:
    try:
        # feedparser reads dates of every kind but the commonest one without its zone.
        moment = datetime(*parsed[:6], tzinfo=UTC) if parsed is not None else parsedate_to_datetime(written)
    except ValueError:
        return None
    if moment.tzinfo is None or (parsed is not None and not _ZONED.search(written)):
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def _language(code: str) -> str:
    """`fr` of `fr-FR`; empty where it is none."""
    found = re.match(r"[A-Za-z]{2}(?=$|[-_])", code)
    return found.group().lower() if found else ""


def _next_url(links: Iterator[Mapping[str, Any]] | Sequence[Mapping[str, Any]]) -> str:
    found = {str(link.get("rel", "")): str(link.get("href", "")) for link in links}
    return next((found[rel] for rel in _NEXT if found.get(rel)), "")


def _hash(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
