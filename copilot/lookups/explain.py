"""One term explained: its weeks, its signal, the products it is about, the posts behind it."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from copilot.evidence import Evidence, Row, Unit, make_evidence
from copilot.lookups import charts
from copilot.lookups.context import Context
from copilot.lookups.like import linked_rows
from copilot.lookups.proof import proof_notes, proof_of, proof_rows, signal_of
from copilot.lookups.rows import to_figures, to_rows
from copilot.lookups.trends import SIGNAL_UNITS, in_market, newest_signals, with_terms
from copilot.settings import Language
from copilot.signals.posts import posts_behind
from copilot.signals.run import history_of

_TOTALS: dict[str, Unit] = {"authors": "authors", "expected_authors": "authors", "ratio": "ratio", "growth": "share"}
_SOURCES = (
    "signals", "mentions", "posts", "past_rises", "lifts", "forecast_regressors", "calendar", "products", "skus",
    "prices", "stock", "sales",
)  # fmt: skip


def explain_term(
    context: Context, term_id: str, *, market: str = "", limit: int = 5, language: Language = "en"
) -> Evidence:
    """A term's weeks against what was expected, its signal, the products it is about, and posts of the last 7 days.

    Rows: the term first, where it rises with its signal (labels `term`, `stage`), then products, surest first, with
    `link_score`, price, stock and sales, and why they match as reasons, then the signal's proof (`lookups.proof`): who
    drives it, how long it will last, its shape, its effect on demand, whether it enters forecasts, markets, sources,
    reviewed products, occasions, words said with it. Quotes are the most typical of the rise.

    Totals: `authors`, `expected_authors`, `ratio` of the last 7 days and `growth` over the 7 before. Notes:
    `not_rising`, `below_author_floor` (then no totals, quotes or chart), `few_accounts` when one account wrote half of
    the posts, `no_products_linked`, `stale_signals`, and what the proof does not know: `longevity_unknown`,
    `leaders_unknown`, `lift_unknown`, `lift_not_measured`. Weeks under the floor of authors are not in the chart.

    Raises `UnknownNameError` for an id that the lexicon lacks, `NoDataError` where signals were never looked for.
    """
    label = context.lexicon.label(term_id, language)
    signals, notes = newest_signals(context)
    weeks = history_of(context.histories, term_id, market)
    signal = signals.filter(pl.col("term_id") == term_id, pl.col("market") == market)
    last_week = _last_week(context, term_id, market, weeks)
    others = _elsewhere(context, term_id, market, last_week["authors"])
    enough = context.floor.shows_part(authors=last_week["authors"], others=others)
    shown = _shown_weeks(context, term_id, market, weeks)
    links = context.product_links.of(term_id)
    found = signal_of(signal) if enough else None
    proof = proof_of(context, found) if found else None
    notes += in_market(market)
    notes += [] if signal.height else ["not_rising"]
    notes += ["few_accounts"] if signal.height and signal["top_author_share"][0] >= 0.5 else []
    notes += [] if links else ["no_products_linked"]
    notes += proof_notes(proof) if proof else []
    typical = proof.words.typical if proof else {}
    lake = context.workspace.lake
    quotes = posts_behind(lake, term_id, context.as_of, market, limit, typical=typical) if enough else []
    own = to_rows(with_terms(context, signal, language), SIGNAL_UNITS, dates=("first_seen_on",))
    parts = proof_rows(context, proof, language) if proof else []
    evidence = make_evidence(
        "signal",
        as_of=context.as_of,
        sources=context.versions(*_SOURCES),
        rows=[
            *(own or [Row(labels={"term": label, "term_id": term_id})]),
            *linked_rows(context, links[:limit], market=market),
            *parts,
        ],
        totals=to_figures(last_week, _TOTALS),
        dates={"since": context.as_of - timedelta(days=7), "last_day": context.as_of - timedelta(days=1)},
        quotes=quotes,
        row_count=signal.height + len(links) + len(parts),
        charts=[charts.mentions_over_time(shown, term=label, language=language)] if shown.height else [],
        notes=notes,
    )
    return context.floor.released(evidence, authors=last_week["authors"], others=others)


def _shown_weeks(context: Context, term_id: str, market: str, weeks: pl.DataFrame) -> pl.DataFrame:
    """The weeks in which enough authors said the term, here and, where others did, elsewhere."""
    kept = context.floor.kept(weeks)
    if not market:
        return kept
    said = context.workspace.lake.scan("mentions").filter(pl.col("term_id") == term_id, pl.col("date") < context.as_of)
    age = (pl.lit(context.as_of) - pl.col("date")).dt.total_days() - 1
    counted = said.group_by(week=age // 7).agg(
        here=pl.col("author").filter(pl.col("market") == market).n_unique(), everywhere=pl.col("author").n_unique()
    )
    others = {week: everywhere - here for week, here, everywhere in counted.collect().iter_rows()}
    ago = [((context.as_of - day).days - 1) // 7 for day in kept["week_ending"]]
    shown = [others.get(week, 0) == 0 or context.floor.shows(others[week]) for week in ago]
    return kept.filter(pl.Series(shown, dtype=pl.Boolean))


def _last_week(context: Context, term_id: str, market: str, weeks: pl.DataFrame) -> dict[str, float]:
    """Authors of the last 7 days, and their ratio to what was expected and to the 7 days before, where there is one."""
    authors, before = (_authors(context, term_id, market, weeks, ago=ago) for ago in (0, 1))
    cells = {"authors": float(authors)}
    ends = context.as_of - timedelta(days=1)
    expected = weeks.filter(pl.col("week_ending") == ends, pl.col("expected") > 0)["expected"].to_list()
    if expected:
        cells |= {"expected_authors": expected[0], "ratio": authors / expected[0]}
    if context.floor.shows(before):
        cells["growth"] = authors / before - 1
    return cells


def _authors(context: Context, term_id: str, market: str, weeks: pl.DataFrame, *, ago: int) -> int:
    """Authors of a week as a signal counts them; before there are weeks to count in, all of them."""
    ends = context.as_of - timedelta(days=1 + 7 * ago)
    counted = weeks.filter(pl.col("week_ending") == ends)["authors"].to_list()
    return int(counted[0]) if counted else _people(context, term_id, market, ends)


def _elsewhere(context: Context, term_id: str, market: str, authors: float) -> int:
    """Authors of the last 7 days in other markets, in whichever way gives fewer; none where all are asked of."""
    if not market:
        return 0
    ends = context.as_of - timedelta(days=1)
    people = _people(context, term_id, "", ends) - _people(context, term_id, market, ends)
    counted = _authors(context, term_id, "", history_of(context.histories, term_id), ago=0) - int(authors)
    return min(people, counted) if counted > 0 else people


def _people(context: Context, term_id: str, market: str, ends: date) -> int:
    week = pl.col("date").is_between(ends - timedelta(days=6), ends)
    said = context.workspace.lake.scan("mentions").filter(pl.col("term_id") == term_id, week)
    said = said.filter(pl.col("market") == market) if market else said
    return int(said.select(pl.col("author").n_unique()).collect().item())
