"""A proof with everything in it, made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from copilot.signals.crowd import Crowd
from copilot.signals.excess import Part
from copilot.signals.lift import Lift
from copilot.signals.longevity import Longevity
from copilot.signals.proof import SignalProof
from copilot.signals.records import Signal
from copilot.signals.spike import Occasion, Spike
from copilot.signals.words import SaidWith, Words
from tests.copilot.lookups.retailer import AS_OF

_SIGNAL = Signal(
    as_of=AS_OF,
    term_id="camel_coat",
    market="",
    stage="emerging",
    severity=6,
    authors=40,
    expected_authors=9.4,
    ratio=4.26,
    growth=0.4,
    p_value=0.0001,
    q_value=0.001,
    first_seen_on=AS_OF - timedelta(days=9),
    posts=47,
    top_author_share=0.04,
)
LIFT = Lift(
    verdict="lift",
    share=0.347,
    low=0.258,
    high=0.4415,
    delay_days=5,
    p_value=0.0001,
    placebo_share=0.0,
    days=11,
    products=4,
    controls=31,
)
FULL = SignalProof(
    signal=_SIGNAL,
    markets=(Part(name="FR", authors=22, excess_share=0.498), Part(name="GB", authors=12, excess_share=0.232)),
    sources=(Part(name="social", authors=30, excess_share=0.664),),
    products=(Part(name="odette", authors=6, excess_share=0.11),),
    crowd=Crowd(
        since=AS_OF - timedelta(days=9),
        authors=63,
        posts=171,
        effective_authors=12.4,
        kind="few",
        top_1_share=None,
        top_10_share=0.61,
        leaders="leading",
        leading_authors=9,
        leading_share=9 / 63,
        usual_leading_share=0.02,
    ),
    longevity=Longevity(days=26, low_days=11, high_days=77, past_rises=8, ended=5),
    spike=Spike(
        shape="one_day",
        peak_on=date(2026, 10, 28),
        peak_share=0.58,
        thread_share=0.125,
        threads=1,
        occasions=(Occasion(event="Fashion Week 26", day=date(2026, 10, 28), countries=("FR", "GB")),),
    ),
    words=Words(
        said_with=(SaidWith(word="office", language="en", authors=12, share_now=0.4, share_before=0.05),), typical={}
    ),
    lift=LIFT,
)
"""A spike by a few, on one day, on which everything is known."""
QUIET = replace(
    FULL,
    products=(),
    crowd=replace(
        FULL.crowd,
        kind="many",
        leaders="not_leading",
        leading_authors=None,
        leading_share=None,
        usual_leading_share=None,
    )
    if FULL.crowd
    else None,
    spike=replace(FULL.spike, shape="several_days", thread_share=None, threads=0, occasions=()),
    lift=replace(LIFT, verdict="no_lift", share=-0.05, low=-0.12, high=0.034, delay_days=None, placebo_share=0.4),
)
"""Many small voices over several days, without an effect on sales."""
UNKNOWN = replace(
    FULL,
    markets=(),
    sources=(),
    products=(),
    crowd=None,
    longevity=None,
    spike=Spike(shape="too_early", peak_on=None, peak_share=None, thread_share=None, threads=0, occasions=()),
    words=Words(said_with=(), typical={}),
    lift=Lift(
        verdict="not_enough_evidence",
        share=None,
        low=None,
        high=None,
        delay_days=None,
        p_value=None,
        placebo_share=None,
        days=5,
        products=0,
        controls=0,
    ),
)
"""Nothing is known."""
