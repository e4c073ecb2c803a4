"""What a rise does to demand: lift of the linked products over what was expected of them, against products left alone.

Expected is what a model of the days before the rise expects of the days since, with season, price, promotions and
events, on the days on which demand could be seen: stock-outs and price are so taken out on both sides. For product i
with units S and expected E since the rise began, r = log((S + 1/2) / (E + 1/2)), and

    lift = exp(mean of r over linked products - mean of r over the others) - 1

means weighted by precision 1 / (t^2 + f / E), where t is how far products lie from what is expected of them of
themselves, and f the over-dispersion of their counts, both estimated on the others (DerSimonian and Laird 1986,
Meta-analysis in clinical trials, Control. Clin. Trials 7). The interval and the p-value are of Student's t, with as
many degrees of freedom as there are other products less two.

The placebo test takes each other product in turn as if it were linked, and asks how many lie as far above the rest as
the linked ones do. Too few days, units or other products, or an interval that holds both no effect and a large one, is
`not_enough_evidence`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy as sp

from copilot.signals.weeks import Flags, Floats

Verdict = Literal["lift", "no_lift", "not_enough_evidence"]
LEAST_DAYS = 7
LEAST_UNITS = 20.0
LEAST_CONTROLS = 6
LONGEST_DELAY_DAYS = 14
CALLED_AT = 0.04
"""p-value under which an effect is called: less than a twentieth, as the model's season has seen the rise too."""
_COVERAGE = 0.8
_LARGE_LIFT = 0.25
_PLACEBOS_AS_FAR = 0.15
"""Share of other products that may lie as far above the rest."""


@dataclass(frozen=True, kw_only=True)
class Lift:
    """Effect of a rise on demand for the products linked to it, over the days since it began."""

    verdict: Verdict
    share: float | None
    """What demand gained: 0.4 is 40 %; None where nothing can be said."""
    low: float | None
    high: float | None
    """Ends of its 80 % interval."""
    delay_days: int | None
    """Days from the rise to its effect; None without one."""
    p_value: float | None
    """Probability of so much or more without an effect."""
    placebo_share: float | None
    """Share of the other products that lie as far above the rest."""
    days: int
    products: int
    """Linked ones that sold."""
    controls: int
    """Others."""


def estimate_lift(units: Floats, expected: Floats, linked: Flags) -> Lift:
    """Lift of the `linked` (products,) from units and expected units (products, days) since the rise began.

    Cells in which demand could not be seen are 0 in both. Products that are linked to another rise of these days are
    left out by the caller.
    """
    seen, meant = units.sum(axis=1), expected.sum(axis=1)
    sold = meant > 0.5
    treated, others = linked & sold, ~linked & sold
    days = int(units.shape[1])
    sizes = {"days": days, "products": int(treated.sum()), "controls": int(others.sum())}
    if days < LEAST_DAYS or meant[treated].sum() < LEAST_UNITS or sizes["controls"] < LEAST_CONTROLS:
        return nothing_known(**sizes)
    apart = np.log((seen + 0.5) / (meant + 0.5))
    spread = _spread(apart[others], meant[others])
    centre, error = _mean(apart[others], meant[others], spread)
    of_linked, own_error = _mean(apart[treated], meant[treated], spread)
    effect, error = of_linked - centre, float(np.hypot(error, own_error))
    free = sizes["controls"] - 2
    p_value = float(sp.special.stdtr(free, -effect / error))
    reach = float(sp.special.stdtrit(free, 0.5 + _COVERAGE / 2)) * error
    share, low, high = (float(np.expm1(value)) for value in (effect, effect - reach, effect + reach))
    placebo = _placebo(apart[others], meant[others], spread, effect / error)
    verdict = _verdict(p_value, placebo, high)
    return Lift(
        verdict=verdict,
        share=share,
        low=low,
        high=high,
        delay_days=_delay(units[treated].sum(axis=0), expected[treated].sum(axis=0) * np.exp(centre))
        if verdict == "lift"
        else None,
        p_value=p_value,
        placebo_share=placebo,
        **sizes,
    )


def nothing_known(*, days: int, products: int = 0, controls: int = 0) -> Lift:
    """Not enough evidence, on so little that no figure can be given."""
    return Lift(
        verdict="not_enough_evidence",
        share=None,
        low=None,
        high=None,
        delay_days=None,
        p_value=None,
        placebo_share=None,
        days=days,
        products=products,
        controls=controls,
    )


def _verdict(p_value: float, placebo: float, high: float) -> Verdict:
    if p_value < CALLED_AT and placebo <= _PLACEBOS_AS_FAR:
        return "lift"
    return "not_enough_evidence" if high > _LARGE_LIFT else "no_lift"


def _spread(apart: Floats, meant: Floats) -> tuple[float, float]:
    """Variance between products of themselves, and over-dispersion of counts (at least 1)."""
    often = meant >= np.median(meant)
    weight = meant / meant.sum()
    centre = float((weight * apart).sum())
    square = (apart - centre) ** 2
    own = max(float(square[often].mean() - (1.0 / meant[often]).mean()), 0.0)
    over = max(float(((square - own) * meant).mean()), 1.0)
    return own, over


def _mean(apart: Floats, meant: Floats, spread: tuple[float, float]) -> tuple[float, float]:
    """Weighted mean and its standard error."""
    weight = 1.0 / (spread[0] + spread[1] / meant)
    return float((weight * apart).sum() / weight.sum()), float(weight.sum() ** -0.5)


def _placebo(apart: Floats, meant: Floats, spread: tuple[float, float], score: float) -> float:
    """Share of products that lie as far above the rest as `score`, each in its own standard errors."""
    scores = []
    for one in range(len(apart)):
        rest = np.arange(len(apart)) != one
        centre, error = _mean(apart[rest], meant[rest], spread)
        own = spread[0] + spread[1] / meant[one]
        scores.append((apart[one] - centre) / np.sqrt(own + error**2))
    return float((np.array(scores) >= score).mean())


def _delay(units: Floats, expected: Floats) -> int:
    """Days before the effect: where the likelihood of a step is greatest."""
    gains = []
    for delay in range(min(LONGEST_DELAY_DAYS, len(units) - 1) + 1):
        seen, meant = units[delay:].sum() + 0.5, expected[delay:].sum() + 0.5
        gains.append(seen * np.log(seen / meant) - (seen - meant) if seen > meant else 0.0)
    return int(np.argmax(gains))
