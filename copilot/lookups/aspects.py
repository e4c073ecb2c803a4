"""What customers say of fit, colour, fabric, price, quality, delivery and the like, and how that changed.

The last 14 days against the 8 weeks before. On either side each author counts once, by the newest post; where there
are more posts than may be read, a part of them chosen by chance. Which days and authors may be shown is for the floor
to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from copilot.charts import Chart
from copilot.errors import NoDataError
from copilot.evidence import Evidence, Figure, Row, make_evidence
from copilot.floor import BELOW_FLOOR, Floor
from copilot.lookups import charts
from copilot.lookups.aspect_posts import ReadPost, quotes_of, read_posts, sampled
from copilot.lookups.context import Context
from copilot.lookups.scope import EVERYTHING, Scope
from copilot.settings import Language
from copilot.signals.aspects.changes import Change, Counted, are_changes, change_of
from copilot.signals.aspects.records import ASPECTS, Aspect, Polarity
from copilot.wording import label
from ingestion.errors import TableMissingError

AFTER_DAYS, BEFORE_DAYS = 14, 56


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What is wanted, and in which words."""

    labels: Mapping[str, str]
    """Of every row."""
    markets: tuple[str, ...]
    """ISO 3166; empty: all."""
    language: Language
    aspects: tuple[Aspect, ...]
    """Those that come first."""
    limit: int
    """Of quotes."""


@dataclass(frozen=True, kw_only=True)
class _Line:
    """One aspect on both sides."""

    aspect: Aspect
    authors: int
    """Who speak of it, after."""
    positive: Counted
    positive_before: Counted
    negative: Counted
    negative_before: Counted
    better: Change | None = None
    """Of the praise, where it is no chance."""
    worse: Change | None = None
    """Of the complaints, where it is no chance."""


def aspects_of_term(
    context: Context,
    term_id: str,
    *,
    market: str = "",
    language: Language = "en",
    aspects: Sequence[Aspect] = (),
    limit: int = 5,
) -> Evidence:
    """What posts that say the term say of each aspect; see `aspects_of_products`.

    Raises `UnknownNameError` for an id that the lexicon lacks, `NoDataError` where no mentions were counted.
    """
    name = context.lexicon.label(term_id, language)
    try:
        mentions = context.workspace.lake.scan("mentions").filter(pl.col("term_id") == term_id)
    except TableMissingError as error:
        raise NoDataError("No mentions yet. Make them with `reassort signals`.") from error
    asked = _Asked(
        labels={"term": name, "term_id": term_id},
        markets=(market,) if market else (),
        language=language,
        aspects=tuple(aspects),
        limit=limit,
    )
    said = mentions.select("post_id", "author", "market", "language", day="date").collect()
    return _evidence(context, said, asked)


def aspects_of_products(
    context: Context,
    scope: Scope = EVERYTHING,
    *,
    market: str = "",
    language: Language = "en",
    aspects: Sequence[Aspect] = (),
    limit: int = 5,
) -> Evidence:
    """What posts about products say of each aspect, or all posts where the scope names none.

    Rows: one an aspect that enough authors speak of, `aspects` first, then those with most complaints: `authors` who
    speak of it; `negative_share` and `positive_share` of all authors read, the same `_before`; and where a share
    changed by more than chance would, a reason (`more_complaints`, `fewer_complaints`, `more_praise`, `less_praise`)
    and the change in shares with its 95 % interval. A share with fewer authors behind it than the floor is left out.
    Totals: `authors` read of the last 14 days and `authors_before`. Quotes: `limit` clauses on the aspects asked for,
    or on the first, one an author. Notes: `below_author_floor`; `too_few_speak_of:ASPECT` for one asked for and not
    shown; `aspects_sampled`; `languages_not_read`. Raises `NoDataError` where there are no posts, and what the model
    raises.
    """
    try:
        posts = context.workspace.lake.scan("posts").filter(~pl.col("spam"), pl.col("duplicate_of") == "")
    except TableMissingError as error:
        raise NoDataError("No posts yet. Bring some in with `reassort ingest FILE`.") from error
    day = pl.col("published_at").dt.date()
    if scope.names_skus:
        products = scope.skus(context.catalogue)["product_id"].unique().sort().to_list()
        posts = posts.filter(pl.col("product_id").is_in(products))
    else:  # the whole table is long
        posts = posts.filter(day >= context.as_of - timedelta(days=AFTER_DAYS + BEFORE_DAYS))
    asked = _Asked(
        labels={},
        markets=(*scope.countries, *((market,) if market else ())),
        language=language,
        aspects=tuple(aspects),
        limit=limit,
    )
    said = posts.select("post_id", "author", "market", "language", day=day).collect()
    return _evidence(context, said, asked)


def _evidence(context: Context, said: pl.DataFrame, asked: _Asked) -> Evidence:
    """Of posts: post_id, author, market, language, day."""
    floor, sources = context.floor, context.versions("posts", "mentions")
    middle = context.as_of - timedelta(days=AFTER_DAYS)
    after, since, before_end = _between(floor, said, middle, context.as_of)
    earlier, _, _ = _between(floor, said, middle - timedelta(days=BEFORE_DAYS), middle)
    here, elsewhere = _in_markets(after, asked.markets)
    authors, others = here["author"].n_unique(), elsewhere["author"].n_unique()
    if not floor.shows_part(authors=authors, others=others):
        nothing = make_evidence("posts", as_of=context.as_of, sources=sources, notes=[BELOW_FLOOR])
        return floor.released(nothing, authors=0)
    settings = context.workspace.settings.signals
    there, others_before = _in_markets(earlier, asked.markets)
    if not floor.shows_part(authors=there["author"].n_unique(), others=others_before["author"].n_unique()):
        there = there.clear()
    sides, notes = sampled((here, there), settings.aspects, seed=context.as_of.toordinal())
    now, past = (read_posts(context, side) for side in sides)
    lines = _ordered(_lines(now, past, floor, settings.false_discovery_rate), asked.aspects)
    before = [Figure(name="authors_before", value=float(len(past)), unit="authors")] if floor.shows(len(past)) else []
    wanted = set(asked.aspects or [line.aspect for line in lines[:1]]) & {line.aspect for line in lines}
    hidden = [aspect for aspect in asked.aspects if aspect not in wanted]
    notes += [f"too_few_speak_of:{label('aspects', aspect, asked.language)}" for aspect in hidden]
    evidence = make_evidence(
        "posts",
        as_of=context.as_of,
        sources=sources,
        rows=[_row(line, floor, asked) for line in lines],
        totals=[Figure(name="authors", value=float(len(now)), unit="authors"), *before],
        dates={"since": since, "last_day": before_end - timedelta(days=1)},
        quotes=quotes_of(now, wanted, asked.limit),
        charts=[_chart(lines, floor, asked.language)] if lines else [],
        notes=[*notes, *([] if lines else [BELOW_FLOOR])],
    )
    return floor.released(evidence, authors=len(now), others=others)


def _chart(lines: Sequence[_Line], floor: Floor, language: Language) -> Chart:
    return charts.aspect_bars(
        [label("aspects", line.aspect, language) for line in lines],
        [_shown(line.negative, floor) for line in lines],
        [_shown(line.negative_before, floor) for line in lines],
        language=language,
    )


def _between(floor: Floor, said: pl.DataFrame, since: date, before: date) -> tuple[pl.DataFrame, date, date]:
    """Posts of the days of that period that may be told apart from others; the first of these days, and the one behind
    the last."""
    since, before = floor.whole_spans(said.select("day", "author"), since, before)
    return said.filter(pl.col("day") >= since, pl.col("day") < before), since, before


def _in_markets(said: pl.DataFrame, markets: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    if not markets:
        return said, said.clear()
    inside = pl.col("market").is_in(list(markets))
    return said.filter(inside), said.filter(~inside)


def _lines(now: Sequence[ReadPost], past: Sequence[ReadPost], floor: Floor, rate: float) -> list[_Line]:
    """Aspects that enough authors speak of, and which of their shares changed."""
    found = [
        _Line(
            aspect=aspect,
            authors=authors,
            positive=_counted(now, aspect, "positive"),
            positive_before=_counted(past, aspect, "positive"),
            negative=_counted(now, aspect, "negative"),
            negative_before=_counted(past, aspect, "negative"),
        )
        for aspect in ASPECTS
        if floor.shows(authors := sum(one.speaks(aspect) for one in now))
    ]
    return _with_changes(found, rate) if floor.shows(len(past)) else found


def _counted(side: Sequence[ReadPost], aspect: Aspect, polarity: Polarity) -> Counted:
    return Counted(said=sum(one.speaks(aspect, polarity) for one in side), of=len(side))


def _with_changes(lines: Sequence[_Line], rate: float) -> list[_Line]:
    changes = [
        change
        for line in lines
        for change in (change_of(line.negative, line.negative_before), change_of(line.positive, line.positive_before))
    ]
    told = [
        change if called else None
        for change, called in zip(changes, are_changes(changes, false_discovery_rate=rate), strict=True)
    ]
    return [replace(line, worse=told[2 * place], better=told[2 * place + 1]) for place, line in enumerate(lines)]


def _ordered(lines: Sequence[_Line], asked: Sequence[Aspect]) -> list[_Line]:
    """Those asked for first, then by complaints, what has no name last."""
    return sorted(
        lines, key=lambda line: (line.aspect not in asked, line.aspect == "other", -line.negative.said, line.aspect)
    )


def _row(line: _Line, floor: Floor, asked: _Asked) -> Row:
    figures = [Figure(name="authors", value=float(line.authors), unit="authors")]
    reasons = []
    for name, after, before, change, words in (
        ("negative", line.negative, line.negative_before, line.worse, ("more_complaints", "fewer_complaints")),
        ("positive", line.positive, line.positive_before, line.better, ("more_praise", "less_praise")),
    ):
        figures += [
            Figure(name=f"{name}_share{suffix}", value=side.share, unit="share")
            for suffix, side in (("", after), ("_before", before))
            if floor.shows(side.said)
        ]
        if change is None:
            continue
        reasons.append(words[change.difference < 0])
        if floor.shows(after.said) and floor.shows(before.said):
            figures += [
                Figure(name=f"{name}_change{suffix}", value=value, unit="share")
                for suffix, value in (("", change.difference), ("_low", change.low), ("_high", change.high))
            ]
    about = {"aspect": label("aspects", line.aspect, asked.language), "aspect_id": line.aspect}
    return Row(labels={**about, **asked.labels}, figures=tuple(figures), reasons=tuple(reasons))


def _shown(counted: Counted, floor: Floor) -> float:
    return counted.share if floor.shows(counted.said) else 0.0
