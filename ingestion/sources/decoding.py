"""Bytes of a page to text, whatever its headers and declarations say and however wrong they are."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAME = rb"([A-Za-z0-9._:-]{1,40})"
_DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']" + _NAME + rb"|<meta[^>]{0,200}?charset\s*=\s*[\"']?" + _NAME,
    re.IGNORECASE,
)
_SEARCHED = 2048
_LAST_RESORT = "cp1252"
_IN_ASCII = ("utf-16", "utf-32", "utf-7", "iso2022", "hz")
# What is called Latin-1 or ASCII on the web is Windows-1252, as the WHATWG encoding standard has it.
_ONE_BYTE = {"iso8859-1": _LAST_RESORT, "ascii": _LAST_RESORT, "cp1252": _LAST_RESORT}


def decode(body: bytes, *, charset: str = "") -> str:
    """The text: by its byte order mark, else as UTF-8 where it is, else by `charset` (of the Content-Type header), else
    by what an XML or HTML declaration in it says, else as Windows-1252. Bytes that fit nowhere become U+FFFD.

    UTF-8 goes before what is declared: text of another encoding is hardly ever valid UTF-8 by chance, and pages that
    declare another one and are UTF-8 are common. Encodings that write letters as ASCII bytes are the exception.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    declared = [name for name in (_known(charset), _known(_declaration(body))) if name]
    is_ascii = bool(declared) and declared[0].startswith(_IN_ASCII)
    for encoding in [*declared, "utf-8"] if is_ascii else ["utf-8", *declared]:
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return _nearest(body, declared[0] if declared else "utf-8")


def _nearest(body: bytes, encoding: str) -> str:
    """Of a body that fits no encoding: by that one where few bytes are wrong, else as Windows-1252."""
    text = body.decode(encoding, "replace")
    wrong = text.count("\ufffd")
    right = sum(not char.isascii() for char in text) - wrong
    return text if wrong <= right else body.decode(_LAST_RESORT, "replace")


def _declaration(body: bytes) -> str:
    found = _DECLARED.search(body[:_SEARCHED])
    return (found[1] or found[2]).decode("ascii") if found else ""


def _known(name: str) -> str:
    """Python's name of an encoding; empty where it knows none, or none of text."""
    try:
        found = codecs.lookup(name.strip().strip("\"'"))
    except (LookupError, ValueError):
        return ""
    is_text: bool = getattr(found, "_is_text_encoding", True)
    return _ONE_BYTE.get(found.name, found.name) if is_text else ""
