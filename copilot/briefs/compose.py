"""The brief of one morning: what to do, what rises, what is at risk, what is not known; every figure checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeVar

from copilot.briefs.actions import restock_items, risk_items
from copilot.briefs.citing import Citations, total
from copilot.briefs.range_gaps import gap_items, phrase_items
from copilot.briefs.records import Brief, Item, Section, SectionName
from copilot.briefs.trends import FoundTrend, find_trends, trend_items
from copilot.errors import NoDataError, UngroundedError
from copilot.evidence import Evidence, Row
from copilot.grounding import check_texts
from copilot.lookups.context import Context
from copilot.lookups.freshness import freshness
from copilot.lookups.restock import restock_lines
from copilot.lookups.scope import EVERYTHING
from copilot.planning.check_record import newest_check
from copilot.settings import Language
from copilot.wording import day, label, listing, phrase

_FADING = ("fading",)
_RISING = ("emerging", "rising", "peaking")
_SHOWN_TABLES = ("sales", "stock", "posts")
Missing = Literal["signals", "plan", "training"]
"""What was never computed for this morning, or is due."""


def compose_brief(context: Context, language: Language) -> Brief:
    """The brief as of the context's morning, from the newest signals, forecasts and plan known then.

    What was never imported or computed is said under what is not known. Raises `UngroundedError` rather than state a
    figure that the cited evidence does not hold.
    """
    citations = Citations()
    missing: list[Missing] = []
    fresh = freshness(context)
    trends = _or_missing(missing, "signals", lambda: find_trends(context, language))
    rising = [trend for trend in trends or () if trend.stage in _RISING]
    fading = [trend for trend in trends or () if trend.stage in _FADING]
    linked = _by_product(rising, citations)
    to_do = _or_missing(missing, "plan", lambda: restock_items(context, language, citations, linked))
    at_risk = _or_missing(missing, "plan", lambda: risk_items(context, language, citations))
    check = newest_check(context.workspace.lake, as_of=context.as_of)
    if check is not None and check.as_of == context.as_of and check.codes:
        missing.append("training")
    known = trends is not None
    sections = (
        _section("to_do", language, to_do),
        _section("rising", language, _rising_items(context, rising, language, citations) if known else None),
        _section("fading", language, trend_items(fading, language, citations) if known else None),
        _section("lacking", language, gap_items(context, language, citations) if known else None),
        _section("at_risk", language, at_risk),
        _section("unknown", language, _unknown_items(fresh, missing, language, citations)),
    )
    summary = _summary(context, rising, language, citations, missing)
    brief = Brief(
        as_of=context.as_of,
        language=language,
        title=_title(context, language),
        data_until=_data_until(fresh, language),
        summary=summary,
        sections=sections,
        evidence=citations.evidence,
        sources=citations.sources,
    )
    check_brief(brief)
    return brief


def check_brief(brief: Brief) -> None:
    """Raise `UngroundedError` unless every sentence is held by what it cites."""
    items = [item for section in brief.sections for item in section.items]
    sentences = [*brief.summary, *(sentence for item in items for sentence in item.sentences)]
    problems = check_texts(sentences, brief.evidence, brief.language)
    if problems:
        raise UngroundedError([str(problem) for problem in problems])


def _summary(
    context: Context, rising: Sequence[FoundTrend], language: Language, citations: Citations, missing: Sequence[Missing]
) -> tuple[str, ...]:
    sentences = []
    if rising:
        named = [f"“{trend.name}”" if language == "en" else f"« {trend.name} »" for trend in rising]
        cited = citations.cite(rising[0].found_in)
        sentences.append(phrase("briefs.summary.rising", language, terms=listing(named, language), n=cited))
    if "plan" not in missing:
        plan = restock_lines(context, EVERYTHING, limit=0, language=language)
        units = phrase("units.units", language, count=int(total(plan, "restock_units")))
        count = int(total(plan, "lines"))
        sentences.append(phrase("briefs.summary.restock", language, units=units, count=count, n=citations.cite(plan)))
    return tuple(sentences)


def _unknown_items(
    fresh: Evidence, missing: Sequence[Missing], language: Language, citations: Citations
) -> tuple[Item, ...]:
    items = [
        Item(title=phrase(f"briefs.missing.{what}", language), sentences=(), citations=())
        for what in dict.fromkeys(missing)
    ]
    late = [_late_item(row, language, citations.cite(fresh)) for row in fresh.rows if row.reasons]
    return (*items, *late)


def _late_item(row: Row, language: Language, cited: int) -> Item:
    place = row.labels.get("location")
    title = place or label("tables", row.labels["table"], language)
    sentences = [f"{label('reasons', reason, language).capitalize()} [{cited}]." for reason in row.reasons]
    if "last_on" in row.dates:
        sentences.append(phrase("briefs.unknown.stale", language, day=day(row.dates["last_on"], language), n=cited))
    return Item(title=title, sentences=tuple(sentences), citations=(cited,))


def _rising_items(
    context: Context, rising: Sequence[FoundTrend], language: Language, citations: Citations
) -> tuple[Item, ...]:
    return (*trend_items(rising, language, citations), *phrase_items(context, language, citations))


def _by_product(rising: Sequence[FoundTrend], citations: Citations) -> Mapping[str, Sequence[tuple[str, int]]]:
    linked: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for trend in rising:
        for product_id in trend.product_ids:
            linked[product_id].append((trend.name, citations.cite(trend.explained_by)))
    return linked


def _title(context: Context, language: Language) -> str:
    text = day(context.as_of, language, year=True, weekday=True)
    return text[0].upper() + text[1:]


def _data_until(fresh: Evidence, language: Language) -> str:
    known = [row for row in fresh.rows if row.labels.get("table") in _SHOWN_TABLES and "last_on" in row.dates]
    tables = [
        phrase(
            "briefs.table_until",
            language,
            day=day(row.dates["last_on"], language, year=True),
            table=label("tables", row.labels["table"], language),
        )
        for row in known
    ]
    return phrase("briefs.data_until", language, tables=listing(tables, language)) if tables else ""


def _section(name: SectionName, language: Language, items: Sequence[Item] | None) -> Section:
    """The section; `items` None: what it would be made from is missing, which is not the same as nothing to say."""
    return Section(
        name=name,
        heading=phrase(f"briefs.sections.{name}", language),
        items=tuple(items or ()),
        empty=phrase("briefs.empty.not_known" if items is None else f"briefs.empty.{name}", language),
    )


Found = TypeVar("Found")


def _or_missing(missing: list[Missing], what: Missing, find: Callable[[], Found]) -> Found | None:
    """What `find` finds; None where its data are not there, which is then said in the brief."""
    try:
        return find()
    except NoDataError:
        missing.append(what)
        return None
