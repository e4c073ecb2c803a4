"""Keyed pseudonyms: what stands in place of an identifier, the same everywhere, and meaningless without the key."""

from __future__ import annotations

import re
import unicodedata
from uuid import UUID

from ingestion.pseudonymise.keys import PseudonymKey
from ingestion.pseudonymise.stand_ins import AUTHOR_DIGITS, CONTACT_DIGITS, NAME_DIGITS

_SPACES = re.compile(r"\s+")
_NO_DIGIT = re.compile(r"[^\d+]")
_HANDLE_MARK = re.compile(r"^(?:/?u/|@|＠)+", re.IGNORECASE)


class Pseudonyms:
    """Makes pseudonyms with one key.

    A handle gives the same pseudonym as an author and where it is mentioned, in every source: mentions can be joined to
    authors, and one author is forgotten everywhere.
    """

    def __init__(self, key: PseudonymKey) -> None:
        self._key = key

    def author(self, handle: str) -> str:
        """`author_` and 16 hex digits, for a handle or a name in any case, with or without its `@`."""
        return f"author_{self._hex(AUTHOR_DIGITS, 'author', normal_handle(handle))}"

    def no_author(self, source: str, source_id: str) -> str:
        """Author of a post that names none: one of its own."""
        return f"author_{self._hex(AUTHOR_DIGITS, 'no author', source, source_id)}"

    def thread(self, source: str, thread: str) -> str:
        """`thread_` and 16 hex digits; empty where there is no thread."""
        return f"thread_{self._hex(16, 'thread', source, thread)}" if thread else ""

    def post_id(self, source: str, source_id: str) -> str:
        """A UUID (version 8: made by its own rule)."""
        digest = bytearray(self._key.digest("post", source, source_id)[:16])
        digest[6] = digest[6] & 0x0F | 0x80
        digest[8] = digest[8] & 0x3F | 0x80
        return str(UUID(bytes=bytes(digest)))

    def email(self, address: str) -> str:
        """`[email_` and 8 hex digits `]`."""
        return f"[email_{self._hex(CONTACT_DIGITS, 'email', normal_handle(address))}]"

    def phone(self, number: str) -> str:
        """`[phone_` and 8 hex digits `]`. `number` in E.164 form, so that one number in two forms is one pseudonym."""
        return f"[phone_{self._hex(CONTACT_DIGITS, 'phone', _NO_DIGIT.sub('', number))}]"

    def name(self, conversation: str, name: str) -> str:
        """`[name_` and 6 hex digits `]`: one person named is one within a conversation, and another in the next."""
        return f"[name_{self._hex(NAME_DIGITS, 'name', conversation, name)}]"

    def _hex(self, digits: int, purpose: str, *parts: str) -> str:
        return self._key.digest(purpose, *parts).hex()[:digits]


def normal_handle(text: str) -> str:
    """A handle or name as it is compared: compatible characters unified, case folded, marks and outer spaces gone."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    return _SPACES.sub(" ", _HANDLE_MARK.sub("", plain)).rstrip(".")
