"""Why a term is called rising, as one record: what every surface shows of a signal beside its chart and quotes.

Made from the mentions and posts of the morning, so that it is as new as they are and forgets with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import polars as pl

from copilot.floor import Floor
from copilot.signals.crowd import Crowd, crowd_of
from copilot.signals.excess import Part, parts_of
from copilot.signals.leaders import Past
from copilot.signals.lexicon import Lexicon
from copilot.signals.lift import Lift
from copilot.signals.longevity import Longevity, estimate_longevity
from copilot.signals.mentions import MENTIONS
from copilot.signals.past import PastRise
from copilot.signals.records import Signal
from copilot.signals.spike import Spike, spike_of
from copilot.signals.weeks import ALL_MARKETS, BASELINE_WEEKS, DAYS
from copilot.signals.words import NO_WORDS, Words, words_of
from ingestion.lake import Lake

ForecastUse = Literal["enters", "unseen", "untried", "too_few", "no_gain", "not_sure"]
"""Whether a signal enters forecasts: signals do; they do, but sales of its products do not show it; nobody tried
whether they help; and why they do not: too few past rises, no gain on them, a gain that may be chance."""
_BEFORE_DAYS = DAYS * BASELINE_WEEKS
_READ_AT_MOST = 400
"""Posts of each time whose words are read: the newest."""


@dataclass(frozen=True, kw_only=True)
class SignalProof:
    """What a signal rests on, held to the floor of authors throughout."""

    signal: Signal
    markets: tuple[Part, ...]
    """Where the authors above expectation are; of a signal in all markets."""
    sources: tuple[Part, ...]
    products: tuple[Part, ...]
    """Products in whose reviews they are: names are product ids."""
    crowd: Crowd | None
    """Who drives it; None: too few authors to be shown."""
    longevity: Longevity | None
    """How long it will go on; None: not enough evidence."""
    spike: Spike
    words: Words
    lift: Lift | None = None
    """What it does to demand; None: nobody measured it."""
    forecast: ForecastUse = "untried"
    """Whether it enters forecasts, or why not."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a proof draws on beside the mentions of its term."""

    lexicon: Lexicon
    floor: Floor
    past: Past
    calendar: pl.DataFrame
    """The table of that name."""


def prove(lake: Lake, signal: Signal, known: Known, *, lift: Lift | None = None) -> SignalProof:
    """The proof of a signal."""
    said = _said(lake, signal)
    first_day, as_of, floor = signal.first_seen_on, signal.as_of, known.floor
    where = {
        key: parts_of(said, key, expected=signal.expected_authors, first_day=first_day, as_of=as_of, floor=floor)
        for key in ("market", "source", "product_id")
    }
    markets = where["market"] if signal.market == ALL_MARKETS else ()
    posts = _texts(lake, said, first_day=first_day, as_of=as_of)
    return SignalProof(
        signal=signal,
        markets=markets,
        sources=where["source"],
        products=where["product_id"],
        crowd=crowd_of(said, known.past.leaders, first_day=first_day, as_of=as_of, floor=floor, market=signal.market),
        longevity=_longevity(signal, known.past.rises),
        spike=spike_of(
            said.join(posts.select("post_id", "thread"), on="post_id", how="left").with_columns(
                pl.col("thread").fill_null("")
            ),
            known.calendar,
            expected=signal.expected_authors,
            first_day=first_day,
            as_of=as_of,
            floor=floor,
            countries=[signal.market] if signal.market else [part.name for part in markets],
        ),
        words=words_of(posts, signal.term_id, known.lexicon, floor) if posts.height else NO_WORDS,
        lift=lift,
    )


def _longevity(signal: Signal, past: Sequence[PastRise]) -> Longevity | None:
    before = [rise for rise in past if not (rise.term_id == signal.term_id and rise.ended_on is None)]
    age = (signal.as_of - signal.first_seen_on).days
    return estimate_longevity(before, age_days=age, fading=signal.stage == "fading")


def _said(lake: Lake, signal: Signal) -> pl.DataFrame:
    """Mentions of the term in the market since twelve weeks before it began to rise."""
    since = signal.first_seen_on - timedelta(days=_BEFORE_DAYS)
    days = pl.col("date").is_between(since, signal.as_of - timedelta(days=1))
    said = lake.scan(MENTIONS).filter(pl.col("term_id") == signal.term_id, days)
    if signal.market:
        said = said.filter(pl.col("market") == signal.market)
    return said.collect()


def _texts(lake: Lake, said: pl.DataFrame, *, first_day: date, as_of: date) -> pl.DataFrame:
    """post_id, author, language, thread, text, now of posts of the last seven days, and of posts before the rise."""
    now = pl.col("date") >= as_of - timedelta(days=DAYS)
    times = [said.filter(now), said.filter(pl.col("date") < first_day, ~now)]
    chosen = pl.concat(
        [time.sort("date", "post_id", descending=[True, False]).head(_READ_AT_MOST) for time in times]
    ).select("post_id", "author", "language", now=now)
    texts = lake.scan("posts").filter(pl.col("post_id").is_in(chosen["post_id"].to_list()))
    read = texts.select("post_id", "thread", text=pl.col("title") + "\n" + pl.col("text")).collect()
    return chosen.join(read, on="post_id")
