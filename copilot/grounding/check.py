"""Check a text against its evidence, before anyone sees it.

Every sentence that states a figure or a date cites evidence, as `[n]`, and that evidence holds them: equal at the
precision shown, in the unit written beside them. Digits inside names (sizes, SKUs, products) count as names only where
the evidence has that name. Words in quotation marks are words of the evidence or of the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from copilot.evidence import Evidence
from copilot.grounding.dates import WrittenDate, written_dates
from copilot.grounding.figures import WrittenFigure, written_figures
from copilot.grounding.held import Held, held_by
from copilot.grounding.sentences import Sentence, sentences, without_accents
from copilot.settings import Language

ProblemKind = Literal["uncited", "unknown_citation", "figure", "date", "name", "quote"]

_MASK = "\x00"
_QUOTED = re.compile(r"«\s*([^«»]+?)\s*»|“([^“”]+)”|\"([^\"]+)\"")
_OMISSION = re.compile(r"\s*(?:\[\s*(?:…|\.{3})\s*\]|…|\.{3})\s*")
_CODE = re.compile(r"(?<![\w-])[A-Za-z_][\w]*(?:[-_.]\w+)*(?<=\w)")
_SIZE_CUE = re.compile(
    r"(?:\b(?:sizes?|tailles?|t\.|en|in|sku|ref\.?|reference|product|produit)\s*|[#/(-]\s?|n°\s?|\x00[\s,·*/-]*)$",
    re.IGNORECASE,
)
_SIZE_LIST = re.compile(r"\d\w*\s*(?:,|/|-|–|\bto\b|\ba\b|\bet\b|\band\b|\bor\b|\bou\b)\s*$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that a text says and its evidence does not."""

    kind: ProblemKind
    sentence: str
    found: str
    """The figure, date, name or quote as written, or the citation number."""

    def __str__(self) -> str:
        """For the model or an engineer: what to change."""
        if self.kind == "uncited":
            return f"{self.found!r} is stated without a citation"
        if self.kind == "unknown_citation":
            return f"[{self.found}] is no evidence of this answer"
        return f"{self.found!r} ({self.kind}) is not in the evidence that its sentence cites"


def check_text(
    text: str, citations: Mapping[int, Evidence], language: Language, *, question: str = ""
) -> list[Problem]:
    """Problems of `text` in reading order; none: every figure, date, name with digits and quote is held.

    `question` is what was asked: its words may be quoted back.
    """
    return check_texts([text], citations, language, question=question)


def check_texts(
    texts: Iterable[str], citations: Mapping[int, Evidence], language: Language, *, question: str = ""
) -> list[Problem]:
    """Problems of several texts that cite the same evidence, as `check_text` finds them."""
    # What some pieces of evidence hold is asked once a sentence: hundreds of times a brief, of a few dozen pieces.
    held_by_cited: dict[frozenset[int], Held] = {}
    problems: list[Problem] = []
    for sentence in (sentence for text in texts for sentence in sentences(text)):
        unknown = [number for number in sentence.citations if number not in citations]
        problems += [Problem(kind="unknown_citation", sentence=sentence.text, found=str(n)) for n in unknown]
        # A sentence that cites nothing is read beside all that there is.
        cited = frozenset(sentence.citations) & frozenset(citations) or frozenset(citations)
        if cited not in held_by_cited:
            held_by_cited[cited] = held_by(citations[number] for number in sorted(cited))
        held = held_by_cited[cited]
        problems += _check(sentence, held, cited=bool(sentence.citations), language=language, question=question)
    return problems


def _check(sentence: Sentence, held: Held, *, cited: bool, language: Language, question: str) -> Iterator[Problem]:
    def problem(kind: ProblemKind, found: str) -> Problem:
        return Problem(kind=kind, sentence=sentence.text, found=found.strip())

    text, misquoted = _without_quotes(sentence.text, held, question)
    yield from (problem("quote", quote) for quote in misquoted)
    text = _without_names(without_accents(text), held)
    for kind, start, end, is_held in _statements(text, held, language):
        if not cited:
            yield problem("uncited", sentence.text[start:end])
        elif not is_held:
            yield problem(kind, sentence.text[start:end])


def _statements(text: str, held: Held, language: Language) -> Iterator[tuple[ProblemKind, int, int, bool]]:
    """Kind, place, and whether it is held, of each date, name with digits and figure, masking each as it is read."""
    dates: list[WrittenDate] = list(written_dates(text))
    for written in dates:
        yield "date", written.start, written.end, held.has_date(written)
    for written in dates:
        text = _masked(text, written.start, written.end)
    for match in list(_CODE.finditer(text)):
        if any(letter.isdecimal() for letter in match[0]):
            yield "name", match.start(), match.end(), _is_sized(match[0], held)
            text = _masked(text, match.start(), match.end())
    for figure in written_figures(text, language):
        after = re.match(r"-?[A-Za-z_]\w*", text[figure.end :])
        if after and not text[figure.end - 1].isspace():
            yield "name", figure.start, figure.end + after.end(), False
        else:
            yield "figure", figure.start, figure.end, _is_figure(figure, text, held)


def _is_figure(figure: WrittenFigure, text: str, held: Held) -> bool:
    return held.has_figure(figure) or held.has_year(figure) or _is_name(figure, text, held)


def _is_name(figure: WrittenFigure, text: str, held: Held) -> bool:
    """Whether a bare number is a size or an id: the evidence has it as a label, and the words before it say so."""
    if figure.unit or figure.sign not in ("", "-") or text[figure.start : figure.end].strip(" -") not in held.labels:
        return False
    before = text[: figure.end].rstrip("0123456789")
    listed = _SIZE_LIST.search(before)
    while listed:
        before = before[: listed.start()].rstrip("0123456789")
        listed = _SIZE_LIST.search(before)
    return bool(_SIZE_CUE.search(before))


def _is_sized(code: str, held: Held) -> bool:
    """`T38` is size 38; any other name with digits would have been masked, were it a label."""
    match = re.fullmatch(r"[tT](\d+)", code)
    return bool(match and match[1] in held.labels)


def _without_names(text: str, held: Held) -> str:
    """`text` with the evidence's labels masked, bare numbers excepted: those need words around them that say so."""
    for label in held.labels:
        if not re.fullmatch(r"[\d\s.,]+", label):
            for match in re.finditer(rf"(?<!\w){re.escape(label)}(?!\w)", text, re.IGNORECASE):
                text = _masked(text, match.start(), match.end())
    return text


def _without_quotes(text: str, held: Held, question: str) -> tuple[str, list[str]]:
    """`text` with the quotes masked that are held or repeat the question, and the quotes that are neither."""
    sources = [_plain(source) for source in (*held.quotes, *held.labels, question)]
    misquoted = []
    for match in _QUOTED.finditer(text):
        quote = match[1] or match[2] or match[3]
        parts = [_plain(part) for part in _OMISSION.split(quote) if part.strip()]
        if any(all(part in source for part in parts) for source in sources):
            text = _masked(text, match.start(), match.end())
        else:
            misquoted.append(quote)
    return text, misquoted


def _plain(text: str) -> str:
    letters = without_accents(text).casefold().replace("’", "'")
    return " ".join(letters.split()).strip(" .,;:!?")


def _masked(text: str, start: int, end: int) -> str:
    return text[:start] + _MASK * (end - start) + text[end:]
