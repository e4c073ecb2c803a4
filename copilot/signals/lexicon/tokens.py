"""Text as tokens to match on: without case, accents and compatibility forms, hashtags split where they show how."""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile(r"[\u0300-\u036f\u200d\ufe0f]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "_": " "})
_HASHTAG = re.compile(r"#\w+")
_CAMEL = re.compile(r"(?<=[^\W\d_A-ZÀ-Þ])(?=[A-ZÀ-Þ])|(?<=[^\W\d_])(?=\d)")
# Sentence marks are tokens, so that no form is found across them.
_TOKEN = re.compile(r"#?\w+|[.!?;:,()\n]")


def fold(text: str) -> str:
    """`text` in lower case without accents: `Écru` is `ecru`, `Weiß` is `weiss`, `𝓼𝓾𝓮𝓭𝓮` is `suede`."""
    if text.isascii():
        return text.lower().replace("_", " ")
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold().translate(_LIGATURES)


def tokenise(text: str) -> list[str]:
    """Folded words and sentence marks of `text`, in order. A hashtag written in one piece keeps its `#`.

    >>> tokenise("L'imprimé #ButterYellow, #meshflats")
    ['l', 'imprime', '#butter', 'yellow', ',', '#meshflats']
    """
    if "#" in text:
        text = _HASHTAG.sub(lambda tag: _CAMEL.sub(" ", tag.group()), text)
    found: list[str] = _TOKEN.findall(fold(text))
    return found
