"""What all writers share: titles of rows, figures by name, sentences and lists of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from copilot import wording
from copilot.evidence import Evidence, Figure, Row
from copilot.lookups.lacking import NO_SUCH
from copilot.lookups.trends import IN_MARKET
from copilot.settings import Language

LISTED = 6
"""Rows shown: a planner reads no more in a chat; the table behind the source has them all."""
_ONE_SIZE = frozenset({"one size", "taille unique", "tu", "os"})
_BETWEEN: Mapping[Language, str] = {"en": "; ", "fr": " ; "}
_KNOWN_ELSEWHERE = frozenset(
    {"cut", "nothing_rises", "nothing_fades", "none_at_risk", "none_out", "nothing_to_do", "no_sales", "no_products",
     "no_posts", "no_forecast", "no_promotions", "not_checked", "least_sold", "growth", "decline", IN_MARKET,
     *NO_SUCH.values()}
)  # fmt: skip
"""Notes that the text says in other words."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One piece of evidence, being written about."""

    evidence: Evidence
    language: Language

    @property
    def cite(self) -> str:
        """The citation of its id."""
        return f"[{self.evidence.id}]"

    def say(self, key: str, **values: object) -> str:
        """A phrase of the chat; `cite` is filled in where the phrase has it, `count` is left out where it has not."""
        declared = wording.phrase_keys(self.language).get(f"agent.{key}", frozenset())
        cite = {"cite": self.cite} if "cite" in declared else {}
        if "count" not in declared:
            values.pop("count", None)
        return wording.phrase(f"agent.{key}", self.language, **values, **cite)

    def total(self, name: str) -> str:
        """A total with its unit, or empty where the evidence has none; amounts of several currencies are listed."""
        found = [figure for figure in self.evidence.totals if figure.name == name]
        return wording.listing([wording.figure(figure, self.language) for figure in found], self.language)

    def count(self, name: str) -> float:
        """The first total of that name as a number, 0 where there is none: for phrases that agree with it."""
        found = self.total_figure(name)
        return 0.0 if found is None else found.value

    def total_figure(self, name: str) -> Figure | None:
        """The first total of that name."""
        return next((figure for figure in self.evidence.totals if figure.name == name), None)

    def span(self) -> str:
        """The days that the evidence is over, in words, of another year with it; empty where it names none."""
        since, last_day = self.evidence.dates.get("since"), self.evidence.dates.get("last_day")
        if since is None or last_day is None:
            return ""
        return wording.span(since, last_day, self.language, year=last_day.year != self.evidence.as_of.year)

    def change(self, figure: Figure) -> str:
        """A change with its sign."""
        return wording.change(figure.value, self.language)

    def notes(self, *said: str) -> str:
        """What the evidence says is not known, in one sentence, without the notes that the text has `said`."""
        told = {*said, *_KNOWN_ELSEWHERE}
        codes = [code for code in self.evidence.notes if code not in told and code.partition(":")[0] not in told]
        labels = [wording.label("notes", code, self.language) for code in codes]
        return self.say("notes", notes=_BETWEEN[self.language].join(labels)) if labels else ""


@dataclass(frozen=True, kw_only=True)
class RowWords:
    """One row, being written about."""

    page: Page
    row: Row

    def figure(self, name: str) -> Figure | None:
        """The row's figure of that name."""
        return next((figure for figure in self.row.figures if figure.name == name), None)

    def amount(self, name: str) -> str:
        """The figure with its unit; empty where the row has none."""
        found = self.figure(name)
        return "" if found is None else wording.figure(found, self.page.language)

    def is_positive(self, name: str) -> bool:
        """Whether the row has that figure and it is above 0."""
        found = self.figure(name)
        return found is not None and found.value > 0

    def day(self, name: str, *, year: bool = False) -> str:
        """A date of the row in words; empty where there is none."""
        found = self.row.dates.get(name)
        return wording.day(found, self.page.language, year=year) if found else ""

    def clause(self, key: str, name: str, **values: object) -> str:
        """The phrase `row.KEY` on one figure; empty where the row has none."""
        found = self.figure(name)
        if found is None:
            return ""
        values = {"count": found.value, **values}
        return self.page.say(f"row.{key}", amount=wording.figure(found, self.page.language), **values)

    def title(self) -> str:
        """What the row is about: `**Alba, ecru 38** · Lyon`."""
        labels = self.row.labels
        language = self.page.language
        if "part" in labels:
            return f"**{labels['part']}**"
        if "aspect" in labels:
            return f"**{labels['aspect']}**"
        if "term" in labels and "product" not in labels:
            return f"**{labels['term']}**"
        if "table" in labels:
            return f"**{labels.get('location') or wording.label('tables', labels['table'], language)}**"
        size = "" if labels.get("size", "").lower() in _ONE_SIZE else labels.get("size", "")
        sized = self.page.say("row.size", size=size) if size else ""
        kind = wording.value(labels.get("category") or labels.get("department", ""), language)
        named = labels.get("product") or labels.get("product_id") or kind
        what = ", ".join(part for part in (named, wording.value(labels.get("colour", ""), language), sized) if part)
        place = labels.get("location") or labels.get("location_id", "")
        place = place or (wording.country(labels["country"], language) if "country" in labels else "")
        place = place or (wording.label("channels", labels["channel"], language) if "channel" in labels else "")
        when = wording.day(date.fromisoformat(labels["day"]), language) if "day" in labels else ""
        first, *others = [part for part in (what, place, when) if part] or [""]
        return " · ".join([f"**{first}**", *others])


def listed(
    page: Page,
    describe: Callable[[RowWords], Iterable[str]],
    *,
    rows: Sequence[Row] | None = None,
    most: int = LISTED,
) -> list[str]:
    """One line a row, `most` at most: its title and what `describe` says of it."""
    rows = page.evidence.rows if rows is None else rows
    lines = []
    for row in rows[:most]:
        words = RowWords(page=page, row=row)
        said = ", ".join(part for part in describe(words) if part)
        about = f"{words.title()}{colon(page.language)}{said}" if said else words.title()
        lines.append(f"- {about} {page.cite}.")
    return lines


def in_all(page: Page, unit: str) -> str:
    """How many rows there are, where not all are listed. `unit` is a key of the units' phrases."""
    if page.evidence.row_count <= LISTED:
        return ""
    return page.say("more", count=wording.phrase(f"units.{unit}", page.language, count=page.evidence.row_count))


def colon(language: Language) -> str:
    """The colon of a language, with its spaces."""
    return ": " if language == "en" else " : "


def join(*parts: str | Sequence[str]) -> str:
    """Paragraphs: texts are sentences that follow each other, lists are lines of their own; empty ones vanish."""
    lines: list[str] = []
    sentence: list[str] = []
    for part in parts:
        if isinstance(part, str):
            sentence += [part] if part else []
            continue
        if part:
            lines += [" ".join(sentence)] if sentence else []
            lines.append("\n".join(part))
            sentence = []
    lines += [" ".join(sentence)] if sentence else []
    return "\n\n".join(lines)
