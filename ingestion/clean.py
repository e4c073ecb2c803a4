"""Text as people wrote it, without what its way here added: markup, entities, hidden and control characters."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from selectolax.lexbor import LexborHTMLParser

from ingestion.languages import LanguageDetector
from ingestion.records import RawPost

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL)
_NO_TAG = re.compile(r"<(?!/?[a-zA-Z][^<>]*>|!--.*?-->)", re.DOTALL)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|/h[1-6]|/blockquote)\b[^<>]*>", re.IGNORECASE)
_DROPPED = ["script", "style", "head", "template"]

# A joiner inside an emoji sequence stays, and so does the selector that makes a sign an emoji.
_EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f"
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c"
    "\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff]"
    f"|(?<![{_EMOJI}])\u200d"
)
# Tags draw a region's flag after a black one; elsewhere nobody sees them, and messages are hidden in them.
_TAGS = re.compile("(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)|[\U000e0000-\U000e0fff]")
_SPACES = re.compile(r"[^\S\n]+")
_LINE_ENDS = re.compile(r"\r\n?|[\x85\u2028\u2029]")
_LINES = re.compile(r" ?\n ?")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean_text(text: str) -> str:
    """The text in NFC, as plain text: tags and entities resolved, hidden and control characters gone, runs of spaces
    made one, at most one blank line in a row. Emoji, hashtags and line breaks stay.
    """
    if "&" in text or "<" in text:
        text = _without_markup(text)
    text = _LINE_ENDS.sub("\n", text)
    text = _TAGS.sub(r"\1", _HIDDEN.sub("", text))
    text = unicodedata.normalize("NFC", text)
    text = _LINES.sub("\n", _SPACES.sub(" ", text))
    return _BLANK_LINES.sub("\n\n", text).strip()


LONGEST_TEXT = 200_000
"""Characters of a post: what is longer is a picture or a whole site in the wrong field, and takes minutes to read."""
TOO_LONG = f"a text of more than {LONGEST_TEXT:,} characters"


def is_blank(text: str) -> bool:
    """Whether nothing is left of the text once it is clean."""
    return not clean_text(text)


def in_utc(moment: datetime | None) -> datetime | None:
    """The moment in UTC; without a zone it is taken to be in UTC."""
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def clean_posts(posts: Sequence[RawPost], detector: LanguageDetector) -> list[RawPost]:
    """The posts with clean title and text, dates in UTC, and a language: the source's own where it gives one that the
    detector knows or any other two-letter code, else the detected one.
    """
    return [_clean_post(post, detector) for post in posts]


def _clean_post(post: RawPost, detector: LanguageDetector) -> RawPost:
    title, text = clean_text(post.title), clean_text(post.text)
    language = post.language or detector.detect(f"{title}\n{text}" if title else text)
    return replace(post, title=title, text=text, published_at=in_utc(post.published_at), language=language)


def _without_markup(text: str) -> str:
    """Entities first, and twice: feeds carry `&lt;br&gt;` and `&amp;amp;`."""
    for _ in range(2):
        if _ENTITY.search(text):
            text = html.unescape(text)
    if not _TAG.search(text):
        return text
    tree = LexborHTMLParser(_NO_TAG.sub("&lt;", _BREAK.sub("\n", text)))
    tree.strip_tags(_DROPPED)
    return tree.body.text(deep=True, separator="") if tree.body is not None else ""
