"""Bytes to text, whatever is declared."""

from __future__ import annotations

import codecs

import pytest

from ingestion.sources.decoding import decode

TEXT = "Où est la robe à 50 € ? Très élégante."


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (TEXT.encode(), ""),
        (TEXT.encode(), "utf-8"),
        (TEXT.encode(), "iso-8859-1"),
        (TEXT.encode(), "us-ascii"),
        (TEXT.encode(), "no-such-charset"),
        (TEXT.encode(), "base64"),
        (TEXT.encode("cp1252"), ""),
        (TEXT.encode("cp1252"), "iso-8859-1"),
        (TEXT.encode("cp1252"), "utf-8"),
        (TEXT.encode("iso8859-15"), "iso-8859-15"),
        (codecs.BOM_UTF8 + TEXT.encode(), "iso-8859-1"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), ""),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-8"),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), ""),
    ],
)
def test_text_is_read_whatever_the_header_says(body: bytes, charset: str) -> None:
    assert decode(body, charset=charset) == TEXT


@pytest.mark.parametrize(
    "head", ["<?xml version='1.0' encoding='windows-1251'?><p>", '<html><meta charset="windows-1251"><p>']
)
def test_declarations_in_the_page_count_where_the_header_says_nothing(head: str) -> None:
    assert decode((head + "Платье").encode("cp1251")) == head + "Платье"


def test_one_wrong_byte_spoils_one_letter() -> None:
    assert decode("é à ü ".encode() + b"\xff" + "ô".encode(), charset="utf-8") == "é à ü \ufffdô"
