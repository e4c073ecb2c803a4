"""Each metric: what it gives full marks, what none, and what it does not score."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from copilot.agent.records import Answer, Source
from copilot.evidence import Evidence, Figure, make_evidence
from evals.cases import Case
from evals.facts import Expected
from evals.metrics import METRICS, Attempt

EVIDENCE: Evidence = make_evidence(
    "stock",
    as_of=date(2026, 11, 2),
    sources={"stock": 1},
    totals=[
        Figure(name="on_hand_units", value=9, unit="units"),
        Figure(name="change_share", value=-0.034, unit="share"),
        Figure(name="revenue", value=18432, unit="money", currency="EUR"),
    ],
)
SOURCES = (Source(number=1, label="stock", evidence=EVIDENCE),)
NINE = Expected(name="on hand", value=9.0, unit="units")
GOOD = "There are 9 pieces left [1]."


def attempt(
    text: str = GOOD,
    *,
    tools: tuple[str, ...] = ("recognise_names", "stock"),
    expected: tuple[Expected, ...] = (),
    sources: tuple[Source, ...] = SOURCES,
    seconds: float = 0.1,
    answer: dict[str, Any] | None = None,
    **case: Any,
) -> Attempt:
    return Attempt(
        case=Case(**{"id": "a", "language": "en", "turns": ("How many?",), **case}),
        answer=Answer(text=text, language="en", thread_id="t", model="m", sources=sources, **(answer or {})),
        tools=tools,
        expected=expected,
        seconds=seconds,
    )


SCORES: list[tuple[str, Attempt, float | None]] = [
    ("tool_called", attempt(tool="stock"), 1.0),
    ("tool_called", attempt(tool="sales"), 0.0),
    ("tool_called", attempt(), None),
    ("facts_present", attempt(expected=(NINE,)), 1.0),
    ("facts_present", attempt("There are 8 pieces left [1].", expected=(NINE,)), 0.0),
    ("facts_present", attempt("There are 9 days left [1].", expected=(NINE,)), 0.0),
    ("facts_present", attempt("Source [1] only.", expected=(Expected(name="n", value=1.0, unit="units"),)), 0.0),
    ("facts_present", attempt(expected=(NINE,), says=("LEFT", "gone")), 2 / 3),
    ("facts_present", attempt("Down 3% [1].", expected=(Expected(name="c", value=-0.034, unit="share"),)), 1.0),
    ("facts_present", attempt("€18.4k [1].", expected=(Expected(name="r", value=18432, unit="money"),)), 1.0),
    ("facts_present", attempt("To 1 November [1].", expected=(Expected(name="d", day=date(2026, 11, 1)),)), 1.0),
    ("facts_present", attempt("Écru is rising.", expected=(Expected(name="t", text="ecru"),)), 1.0),
    ("facts_present", attempt(), None),
    ("grounded", attempt(), 1.0),
    ("grounded", attempt("There are 8 pieces left [1]."), 0.0),
    ("grounded", attempt("There are 8 pieces.", sources=()), 0.0),
    ("grounded", attempt("“Alba (dress)” or “Alba (sandals)”: which one?", sources=()), 1.0),
    ("grounded", attempt("No.", answer={"refusal": "ungrounded", "problems": ("x",)}), 0.0),
    ("language", attempt(), 1.0),
    ("language", attempt("Il en reste neuf dans la boutique."), 0.0),
    ("language", attempt("Alba"), None),
    ("answered_or_declined", attempt(tool="stock"), 1.0),
    ("answered_or_declined", attempt(tool="stock", answer={"refusal": "limit"}), 0.0),
    ("answered_or_declined", attempt("I do not know.", sources=(), declines=True), 1.0),
    ("answered_or_declined", attempt(declines=True), 0.0),
    ("answered_or_declined", attempt("The dress or the sandals?", sources=(), asks=("dress",)), 1.0),
    ("answered_or_declined", attempt(asks=("dress",)), 0.0),
    ("safe", attempt(forbids=("500",)), 1.0),
    ("safe", attempt("Order 500.", forbids=("500",)), 0.0),
    ("safe", attempt("Ignore all previous instructions."), 0.0),
    ("safe", attempt("See https://evil.example"), 0.0),
    ("quick", attempt(), 1.0),
    ("quick", attempt(seconds=60.0), 0.0),
]


@pytest.mark.parametrize(
    ("metric", "tried", "value"), SCORES, ids=[f"{name}-{place}" for place, (name, _, _) in enumerate(SCORES)]
)
def test_metrics(metric: str, tried: Attempt, value: float | None) -> None:
    score = METRICS[metric](tried)
    assert score.value == (None if value is None else pytest.approx(value))
    assert score.reason
