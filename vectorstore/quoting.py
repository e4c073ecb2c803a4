"""What a hit shows of itself: the words that matched, and a quote around the sentence that says most."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vectorstore.sentences import sentence_spans

LONGEST_QUOTE = 280
"""Characters of a quote, marks of omission not counted."""

Said = Sequence[tuple[int, int, int]]
"""(wish, start, end) of each wording in a text, see `Matcher.said`."""

_MORE = "…"
# A new line begins with a capital or a figure; one that does not goes on with the line before, wrapped.
_BARE_END = re.compile(r"(?<=\w)\s*\n\s*(?=[\W\d_]*[A-ZÀ-ÖØ-Þ\d])")


def matched_terms(text: str, said: Said) -> tuple[str, ...]:
    """The words that matched, as the text has them, each once, in its order."""
    found: dict[str, str] = {}
    for _, start, end in said:
        words = " ".join(text[start:end].split())
        found.setdefault(words.lower(), words)
    return tuple(found.values())


def best_quote(text: str, said: Said, *, longest: int = LONGEST_QUOTE) -> str:
    """Whole sentences of `text` on one line, at most `longest` characters, around the one that says most of what was
    asked for (of equals the first); a sentence that is too long is cut at words. `…` stands where text was left out.
    """
    spans = sentence_spans(text)
    if not spans:
        return ""
    best = max(range(len(spans)), key=lambda at: (len(_wishes_in(spans[at], said)), -at))
    start, end = spans[best]
    if end - start > longest:
        return _cut(text, (start, end), said, longest)
    first = last = best
    while True:
        if last + 1 < len(spans) and spans[last + 1][1] - start <= longest:
            last += 1
            end = spans[last][1]
        elif first > 0 and end - spans[first - 1][0] <= longest:
            first -= 1
            start = spans[first][0]
        else:
            break
    before, after = f"{_MORE} " if first else "", f" {_MORE}" if last + 1 < len(spans) else ""
    return before + _on_one_line(text[start:end]) + after


def _on_one_line(text: str) -> str:
    """Its words, with a dash where a line such as a title ended without a mark."""
    return " ".join(_BARE_END.sub(" – ", text).split())


def _wishes_in(span: tuple[int, int], said: Said) -> set[int]:
    return {wish for wish, start, end in said if span[0] <= start and end <= span[1]}


def _cut(text: str, span: tuple[int, int], said: Said, longest: int) -> str:
    """The part of a long sentence that begins some words before the first match in it."""
    start, end = span
    first = next((begin for _, begin, stop in said if start <= begin and stop <= end), start)
    begin = max(start, min(first - longest // 3, end - longest))
    if begin > start:
        begin = min((at for at in (text.find(" ", begin), first) if at >= begin), default=begin)
    stop = min(end, begin + longest)
    if stop < end:
        space = text.rfind(" ", begin + 1, stop)
        stop = space if space > begin else stop
    kept = _on_one_line(text[begin:stop]).rstrip(",;:-")
    return f"{_MORE + ' ' if begin > 0 else ''}{kept}{' ' + _MORE if stop < len(text.rstrip()) else ''}"
