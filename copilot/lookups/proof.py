"""The proof of a signal, from one record, as rows, figures and notes of evidence: the same on every surface."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import polars as pl

from copilot.evidence import Figure, Row, Unit
from copilot.lookups.context import Context
from copilot.lookups.lift import kept_lift
from copilot.lookups.rows import to_figures
from copilot.planning.leading.decisions import SIGNALS, newest_decisions
from copilot.settings import Language
from copilot.signals.crowd import LONGEST_DAYS
from copilot.signals.excess import Part
from copilot.signals.lift import Lift
from copilot.signals.mentions import MENTIONS
from copilot.signals.of_market import beside_all_markets
from copilot.signals.proof import ForecastUse, Known, SignalProof, prove
from copilot.signals.records import Signal
from copilot.signals.weeks import DAYS
from copilot.wording import event, phrase

LIFT_UNKNOWN, LIFT_NOT_MEASURED, LONGEVITY_UNKNOWN, LEADERS_UNKNOWN = (
    "lift_unknown",
    "lift_not_measured",
    "longevity_unknown",
    "leaders_unknown",
)
_MOST_PARTS = 3
_UNITS: dict[str, Unit] = {
    "crowd_authors": "authors",
    "crowd_posts": "posts",
    "effective_authors": "authors",
    "top_1_share": "share",
    "top_10_share": "share",
    "leading_authors": "authors",
    "leading_share": "share",
    "usual_leading_share": "share",
    "peak_share": "share",
    "thread_share": "share",
    "p10_days_left": "days",
    "p50_days_left": "days",
    "p90_days_left": "days",
    "past_rises": "terms",
    "p10_lift": "share",
    "p50_lift": "share",
    "p90_lift": "share",
    "lift_delay_days": "days",
    "lift_days": "days",
    "lift_products": "products",
    "lift_controls": "products",
    "lift_p_value": "share",
    "placebo_share": "share",
}
_PART_UNITS: dict[str, Unit] = {"authors": "authors", "excess_share": "share"}
_WORD_UNITS: dict[str, Unit] = {"authors": "authors", "word_share": "share", "word_share_before": "share"}


def proof_of(context: Context, signal: Signal) -> SignalProof:
    """The proof of a signal of this morning's search; its lift is the one kept, where there is one."""
    around = timedelta(days=LONGEST_DAYS)
    calendar = context.warehouse.calendar(signal.first_seen_on - around, signal.as_of + timedelta(days=1))
    known = Known(lexicon=context.lexicon, floor=context.floor, past=context.past, calendar=calendar)
    lake = context.workspace.lake
    lift = kept_lift(context, signal.term_id)
    proof = replace(prove(lake, signal, known, lift=lift), forecast=_forecast_use(context, lift))
    if not signal.market:
        return proof
    week = pl.col("date").is_between(signal.as_of - timedelta(days=DAYS), signal.as_of - timedelta(days=1))
    said = lake.scan(MENTIONS).filter(pl.col("term_id") == signal.term_id, pl.col("market") != signal.market)
    rise = pl.col("date").is_between(signal.first_seen_on, signal.as_of - timedelta(days=1))
    return beside_all_markets(proof, said.filter(week | rise).collect(), context.floor)


def _forecast_use(context: Context, lift: Lift | None) -> ForecastUse:
    """As the newest tournament decided on signals; where they enter, a rise that sales do not show changes nothing."""
    decided = newest_decisions(context.workspace.lake, as_of=context.as_of).filter(pl.col("regressor") == SIGNALS)
    if decided.is_empty():
        return "untried"
    uses: dict[str, ForecastUse] = {"too_few": "too_few", "no_gain": "no_gain", "not_sure": "not_sure"}
    seen: ForecastUse = "enters" if lift is not None and lift.verdict == "lift" else "unseen"
    return seen if decided["kept"][0] else uses[decided["reason"][0]]


def signal_of(signals: pl.DataFrame) -> Signal | None:
    """The signal of a frame of one row (columns of SIGNALS_SCHEMA); None of an empty one."""
    return Signal(**signals.row(0, named=True)) if signals.height else None


def proof_rows(context: Context, proof: SignalProof, language: Language) -> list[Row]:
    """A row on who drives the rise, how long it will last, its shape in time, what it does to demand, where known, and
    whether it enters forecasts; then one a market, source and reviewed product of it, an occasion, and a word said with
    it.

    Codes of what was found are the rows' reasons, and their words in the reader's language the labels.
    """
    names = dict(context.products.select("product_id", "name").iter_rows()) if proof.products else {}
    return [
        *_crowd(proof, language),
        *_longevity(proof, language),
        _spike(proof, language),
        *_effect(proof, language),
        _in_forecast(proof, language),
        *(_part("market", part.name, part) for part in proof.markets[:_MOST_PARTS]),
        *(_part("source", part.name, part) for part in proof.sources[:_MOST_PARTS]),
        *(_part("reviews_of", names.get(part.name, part.name), part) for part in proof.products[:_MOST_PARTS]),
        *_occasions(proof, language),
        *_words(proof),
    ]


def proof_notes(proof: SignalProof) -> list[str]:
    """Codes of what the proof does not know."""
    unknown = {
        LONGEVITY_UNKNOWN: proof.longevity is None,
        LEADERS_UNKNOWN: proof.crowd is not None and proof.crowd.leaders == "not_enough_history",
        LIFT_NOT_MEASURED: proof.lift is None,
        LIFT_UNKNOWN: proof.lift is not None and proof.lift.verdict == "not_enough_evidence",
    }
    return [code for code, holds in unknown.items() if holds]


def _crowd(proof: SignalProof, language: Language) -> Iterator[Row]:
    crowd = proof.crowd
    if crowd is None:
        return
    cells = {
        "crowd_authors": crowd.authors,
        "crowd_posts": crowd.posts,
        "effective_authors": crowd.effective_authors,
        "top_1_share": crowd.top_1_share,
        "top_10_share": crowd.top_10_share,
        "leading_authors": crowd.leading_authors,
        "leading_share": crowd.leading_share,
        "usual_leading_share": crowd.usual_leading_share,
    }
    yield Row(
        labels={"crowd": phrase(f"proof.crowd.{crowd.kind}", language)},
        figures=to_figures(cells, _UNITS),
        reasons=(f"crowd_{crowd.kind}", f"leaders_{crowd.leaders}"),
    )


def _longevity(proof: SignalProof, language: Language) -> Iterator[Row]:
    left = proof.longevity
    if left is None:
        return
    cells = {
        "p10_days_left": left.low_days,
        "p50_days_left": left.days,
        "p90_days_left": left.high_days,
        "past_rises": left.ended,
    }
    yield Row(labels={"longevity": phrase("proof.longevity", language)}, figures=to_figures(cells, _UNITS))


def _spike(proof: SignalProof, language: Language) -> Row:
    spike = proof.spike
    return Row(
        labels={"spike": phrase(f"proof.spike.{spike.shape}", language)},
        figures=to_figures({"peak_share": spike.peak_share, "thread_share": spike.thread_share}, _UNITS),
        dates={"peak_on": spike.peak_on} if spike.peak_on else {},
        reasons=(f"spike_{spike.shape}",),
    )


def _effect(proof: SignalProof, language: Language) -> Iterator[Row]:
    lift = proof.lift
    if lift is None:
        return
    cells = {
        "p10_lift": lift.low,
        "p50_lift": lift.share,
        "p90_lift": lift.high,
        "lift_delay_days": lift.delay_days,
        "lift_days": lift.days,
        "lift_products": lift.products,
        "lift_controls": lift.controls,
        "lift_p_value": lift.p_value,
        "placebo_share": lift.placebo_share,
    }
    yield Row(
        labels={"effect": phrase(f"proof.effect.{lift.verdict}", language)},
        figures=to_figures(cells, _UNITS),
        reasons=(f"verdict_{lift.verdict}",),
    )


def _in_forecast(proof: SignalProof, language: Language) -> Row:
    return Row(
        labels={"in_forecast": phrase(f"proof.forecast.{proof.forecast}", language)},
        reasons=(f"forecast_{proof.forecast}",),
    )


def _part(label: str, name: str, part: Part) -> Row:
    cells = {"authors": part.authors, "excess_share": part.excess_share}
    return Row(labels={label: name}, figures=to_figures(cells, _PART_UNITS))


def _occasions(proof: SignalProof, language: Language) -> Iterator[Row]:
    for occasion in proof.spike.occasions:
        countries = {"countries": ", ".join(occasion.countries)} if occasion.countries else {}
        yield Row(labels={"event": event(occasion.event, language), **countries}, dates={"event_on": occasion.day})


def _words(proof: SignalProof) -> Iterator[Row]:
    for one in proof.words.said_with:
        cells = {"authors": one.authors, "word_share": one.share_now, "word_share_before": one.share_before}
        figures: tuple[Figure, ...] = to_figures(cells, _WORD_UNITS)
        yield Row(labels={"word": one.word, "language": one.language}, figures=figures)
