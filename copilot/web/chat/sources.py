"""Evidence as the chat shows it beside an answer: a table, totals, posts, and which tables were read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from babel import Locale

from copilot.evidence import Evidence, Figure, Row
from copilot.settings import Language
from copilot.wording import day, figure, label, number, phrase
from copilot.wording import value as catalogue_value

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~$])")
_HIDDEN = {"product_id": "product", "location_id": "location", "country": "location", "term_id": "term"}
"""Label -> the one beside which it says nothing more."""
_DETAILS = frozenset({"p05_units", "p25_units", "p75_units", "p95_units", "horizon_days"})
"""Figures that a table of an API has and a reader's does without."""
_CATALOGUE_VALUES = frozenset({"category", "department", "material", "colour", "colours", "size", "sizes"})
_MOST_ROWS = 20
_MOST_TERMS = 8


def evidence_markdown(evidence: Evidence, language: Language) -> str:
    """The evidence as Markdown. Words of posts and names are text in it, whatever signs they hold."""
    alike = groupby(evidence.rows[:_MOST_ROWS], key=lambda row: tuple(row.labels))
    parts = [
        *(_table(list(rows), language) for _, rows in alike),
        _listed(evidence, language),
        _totals(evidence.totals, language),
        *(f"- {label('notes', note, language)}" for note in evidence.notes),
        _quotes(evidence, language),
        _versions(evidence, language),
    ]
    return "\n\n".join(part for part in parts if part) or phrase("web.chat.no_figures", language)


def plain(text: str) -> str:
    """Text from data as Markdown that shows it letter by letter, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("http", "http\u200b")


def _table(rows: Sequence[Row], language: Language) -> str:
    hidden = {name for name, beside in _HIDDEN.items() if beside in rows[0].labels}
    labels = [name for name in dict.fromkeys(name for row in rows for name in row.labels) if name not in hidden]
    figures = list(dict.fromkeys(f.name for row in rows for f in row.figures if f.name not in _DETAILS))
    dates = list(dict.fromkeys(name for row in rows for name in row.dates))
    headings = [
        *(label("labels", name, language) for name in labels),
        *(label("figures", name, language) for name in figures),
        *(label("dates", name, language) for name in dates),
    ]
    lines = [_line(headings), _line(["---"] * len(labels) + ["---:"] * (len(figures) + len(dates)))]
    lines += [_line(_cells(row, labels, figures, dates, language)) for row in rows]
    return "\n".join(lines)


def _cells(
    row: Row, labels: Sequence[str], figures: Sequence[str], dates: Sequence[str], language: Language
) -> list[str]:
    found = {f.name: _cell(f, language) for f in row.figures}
    return [
        *(_label_text(name, row.labels.get(name, ""), language) for name in labels),
        *(found.get(name, "") for name in figures),
        *(day(row.dates[name], language) if name in row.dates else "" for name in dates),
    ]


def _cell(value: Figure, language: Language) -> str:
    """The figure; without its unit where the heading says it."""
    if value.unit in ("share", "ratio", "money", "severity"):
        return figure(value, language)
    return number(value.value, language, decimals=None if float(value.value).is_integer() else 1)


def _label_text(name: str, value: str, language: Language) -> str:
    if name in ("table", "stage"):
        return label(f"{name}s", value, language)
    if name in ("country", "market"):
        return str(Locale(language).territories.get(value, value))
    if name in _CATALOGUE_VALUES:
        return plain(", ".join(catalogue_value(part, language) for part in value.split(", ")))
    return plain(value)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _listed(evidence: Evidence, language: Language) -> str:
    listed = min(len(evidence.rows), _MOST_ROWS)
    if listed >= evidence.row_count:
        return ""
    return phrase("web.chat.listed", language, listed=listed, found=evidence.row_count)


def _totals(totals: Sequence[Figure], language: Language) -> str:
    if not totals:
        return ""
    shown = [total for total in totals if total.name not in _DETAILS]
    written = [_total(total, language) for total in shown]
    return f"**{phrase('web.chat.totals', language)}** {' · '.join(written)}"


def _total(total: Figure, language: Language) -> str:
    """`on hand 5 pieces`; `4 terms` where the unit says what is counted."""
    written = figure(total, language)
    return written if total.name == total.unit else f"{label('figures', total.name, language)} {written}"


def _quotes(evidence: Evidence, language: Language) -> str:
    if not evidence.quotes:
        return ""
    lines = [f"**{phrase('web.chat.posts', language)}**"]
    for quote in evidence.quotes:
        when = f", {day(quote.published_on, language, year=True)}" if quote.published_on else ""
        said = ", ".join(plain(term) for term in quote.matched[:_MOST_TERMS])
        why = f"\n>\n> {phrase('web.chat.matched', language, terms=said)}" if said else ""
        lines.append(f"> {plain(quote.text)}\n>\n> {plain(quote.author)}, {plain(quote.source)}{when}{why}")
    return "\n\n".join(lines)


def _versions(evidence: Evidence, language: Language) -> str:
    read = ", ".join(f"{label('tables', table, language)} v{number}" for table, number in evidence.sources.items())
    when = day(evidence.as_of, language, year=True)
    return f"{phrase('web.chat.versions', language)} ({when}): {read}" if read else ""
