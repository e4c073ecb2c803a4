"""Emoji as words: people search for them, and BM25's own tokens leave them out."""

from __future__ import annotations

import re
from hashlib import blake2b

EMOJI_RANGE = "\u2600-\u27bf\u2b50\u2b55\U0001f000-\U0001faff"
"""Inside a character class: an emoji, tones of skin included."""

_TONES = "\U0001f3fb-\U0001f3ff"
_EMOJI = re.compile(f"(?![{_TONES}])[{EMOJI_RANGE}]")


def emoji_of(text: str) -> list[str]:
    """The emoji of a text in its order, each a single character: tones of skin and what joins several are left out.

    >>> emoji_of("I 🔥 this ❤️ 👍🏽")
    ['🔥', '❤', '👍']
    """
    return [] if text.isascii() else _EMOJI.findall(text)


def emoji_number(emoji: str) -> int:
    """The number of an emoji among the terms of BM25, the same in every process."""
    return int.from_bytes(blake2b(emoji.encode(), digest_size=4).digest())
