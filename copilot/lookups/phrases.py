"""Phrases that nobody listed and that more authors say than before; and one of them explained."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from copilot.charts import Chart, ChartSeries
from copilot.errors import NoDataError
from copilot.evidence import Evidence, Figure, Quote, Row, Unit, make_evidence
from copilot.lookups import charts
from copilot.lookups.context import Context
from copilot.lookups.like import RANGE_GAP, carries, like_phrase, linked_rows, shown_links
from copilot.lookups.rows import to_figures
from copilot.settings import Language
from copilot.signals.lexicon import fold
from copilot.signals.new_phrases import NEW_PHRASES, PHRASE_RUNS, PHRASE_WEEKS, read_phrases
from copilot.signals.phrase_records import NewPhrase
from copilot.signals.phrases import RECENT_DAYS, posts_saying, read_texts
from copilot.signals.posts import is_order_like
from copilot.wording import phrase as worded
from ingestion.errors import TableMissingError

STALE_PHRASES = "stale_phrases"
NEW_PHRASE = "new_phrase"
"""Note of evidence on a phrase that no list of terms has."""
PHRASE_UNITS: dict[str, Unit] = {"authors": "authors", "expected_authors": "authors"}
_OTHER_FORMS = 6
_LONGEST_QUOTE = 200
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")


def new_phrases(context: Context, *, limit: int = 8, language: Language = "en") -> Evidence:
    """Phrases of the last fourteen days that no list of terms has, surest first.

    Rows: `term` is the phrase, `forms` its other spellings and synonyms; distinct authors of the fourteen days against
    those expected. Notes: `nothing_new`, `stale_phrases` when they were looked for on an earlier morning, `cut`. Raises
    `NoDataError` where they never were.
    """
    morning, found = phrases_of(context)
    shown = found[:limit]
    notes = [STALE_PHRASES] if morning < context.as_of else []
    notes += [] if found else ["nothing_new"]
    evidence = make_evidence(
        "signal",
        as_of=context.as_of,
        sources=_sources(context),
        rows=[_row(phrase) for phrase in shown],
        totals=to_figures({"phrases": len(found)}, {"phrases": "terms"}),
        dates=_dates(morning),
        row_count=len(found),
        charts=[_bars(shown, language)] if shown else [],
        notes=[*notes, *(["cut"] if len(found) > limit else [])],
    )
    # Each phrase was held to the floor by itself.
    return context.floor.released(evidence, authors=context.floor.min_authors)


def explain_phrase(context: Context, phrase: NewPhrase, *, limit: int = 5, language: Language = "en") -> Evidence:
    """A phrase's weeks against what was expected, the products that are like it, and posts of the last fourteen days.

    Rows: the phrase first, then products like it with `link_score`, price, stock, sales and reasons. Notes:
    `new_phrase`; `range_gap` where no product is like it, and the nearest are listed; `stale_phrases`.
    """
    morning, _ = phrases_of(context)
    links = like_phrase(context, phrase)
    notes = [NEW_PHRASE, *([] if carries(links) else [RANGE_GAP])]
    evidence = make_evidence(
        "signal",
        as_of=context.as_of,
        sources=_sources(context, "products", "skus", "prices", "stock", "sales"),
        rows=[_row(phrase), *linked_rows(context, shown_links(links, limit))],
        totals=to_figures({"authors": phrase.authors, "expected_authors": phrase.expected_authors}, PHRASE_UNITS),
        dates=_dates(morning),
        quotes=_quotes(context, phrase, morning, limit),
        charts=[_weeks(context, phrase, language)],
        notes=[*notes, *([STALE_PHRASES] if morning < context.as_of else [])],
    )
    return context.floor.released(evidence, authors=phrase.authors)


def phrases_of(context: Context) -> tuple[date, list[NewPhrase]]:
    """The newest morning on which new phrases were looked for, and those that enough authors say, surest first.

    Raises `NoDataError` where they never were.
    """
    try:
        morning, found = read_phrases(context.workspace.lake, context.as_of)
    except TableMissingError as error:
        raise NoDataError("New phrases were not looked for yet. Find them with `reassort signals`.") from error
    return morning, [phrase for phrase in found if context.floor.shows(phrase.authors)]


def phrase_named(context: Context, text: str) -> NewPhrase | None:
    """The new phrase that a text names in one of its forms, the longest form first; None: it names none."""
    try:
        _, found = phrases_of(context)
    except NoDataError:
        return None
    said = f" {_spaced(text)} "
    named = [(len(form), phrase) for phrase in found for form in phrase.forms if f" {_spaced(form)} " in said]
    return max(named, key=lambda one: one[0], default=(0, None))[1]


def _spaced(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text)))


def _sources(context: Context, *further: str) -> dict[str, int]:
    return context.versions(PHRASE_RUNS, NEW_PHRASES, PHRASE_WEEKS, "posts", *further)


def _dates(morning: date) -> dict[str, date]:
    return {"since": morning - timedelta(days=RECENT_DAYS), "last_day": morning - timedelta(days=1)}


def _row(phrase: NewPhrase) -> Row:
    others = [form for form in phrase.forms if form.lstrip("#") != phrase.phrase][:_OTHER_FORMS]
    return Row(
        labels={
            "term": phrase.phrase,
            "phrase_id": phrase.phrase_id,
            **({"forms": ", ".join(others)} if others else {}),
        },
        figures=(
            Figure(name="authors", value=float(phrase.authors), unit="authors"),
            Figure(name="expected_authors", value=phrase.expected_authors, unit="authors"),
        ),
        dates={"first_seen_on": phrase.first_day},
    )


def _quotes(context: Context, phrase: NewPhrase, morning: date, limit: int) -> list[Quote]:
    """Newest first, one an author; posts that read like orders to a machine are left out."""
    said = posts_saying(read_texts(context.workspace.lake, morning, days=RECENT_DAYS), phrase)
    newest = said.sort("date", "post_id", descending=[True, False]).unique("author", keep="first", maintain_order=True)
    return [
        Quote(
            post_id=row["post_id"],
            source=row["source"],
            language=row["language"],
            author=row["author"],
            published_on=row["date"],
            text=_around(row["text"], row["form"]),
        )
        for row in newest.iter_rows(named=True)
        if not is_order_like(row["text"])
    ][:limit]


def _around(text: str, form: str) -> str:
    """The sentence that holds the form, cut at 200 characters around it."""
    sentences = [" ".join(sentence.split()) for sentence in _SENTENCE_END.split(text) if sentence.strip()]
    sentence = next((one for one in sentences if form in one.lower()), sentences[0] if sentences else "")
    if len(sentence) <= _LONGEST_QUOTE:
        return sentence
    start = max(sentence.lower().find(form) - _LONGEST_QUOTE // 2, 0)
    first = sentence.find(" ", start) + 1 if start else 0
    cut = sentence[first : first + _LONGEST_QUOTE - 2].rsplit(" ", 1)[0]
    return f"{'…' if first else ''}{cut}{'…' if first + len(cut) < len(sentence) else ''}"


def _bars(shown: Sequence[NewPhrase], language: Language) -> Chart:
    x = tuple(phrase.phrase for phrase in shown)
    authors, expected = (tuple(getattr(phrase, name) for phrase in shown) for name in PHRASE_UNITS)
    bars = charts.terms_bars(x, authors, expected, language=language)
    return Chart(
        title=worded("charts.phrases.title", language),
        x_label=bars.x_label,
        y_label=bars.y_label,
        series=bars.series,
        description=worded("charts.phrases.description", language),
    )


def _weeks(context: Context, phrase: NewPhrase, language: Language) -> Chart:
    """Weeks with too few authors have no point of their own: what was expected of them is all that is shown."""
    shown = [week for week in phrase.weeks if context.floor.shows(week.authors)]
    observed = ChartSeries(
        name=worded("charts.mentions.observed", language),
        kind="line",
        role="observed",
        x=tuple(week.week_ending.isoformat() for week in shown),
        y=tuple(float(week.authors) for week in shown),
    )
    expected = ChartSeries(
        name=worded("charts.mentions.expected", language),
        kind="line",
        role="expected",
        x=tuple(week.week_ending.isoformat() for week in phrase.weeks),
        y=tuple(week.expected_authors for week in phrase.weeks),
    )
    return Chart(
        title=worded("charts.mentions.title", language, term=phrase.phrase),
        x_label=worded("charts.mentions.x", language),
        y_label=worded("charts.mentions.y", language),
        series=(*([observed] if shown else []), expected),
        description=worded("charts.mentions.description", language, term=phrase.phrase),
    )
