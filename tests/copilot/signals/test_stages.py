from __future__ import annotations

import doctest
from datetime import date
from types import ModuleType

import pytest

from copilot.signals import significance, stages
from copilot.signals.lexicon import tokens
from copilot.signals.records import Stage
from copilot.signals.stages import began_on, severity, stage

_AS_OF = date(2026, 11, 2)


@pytest.mark.parametrize("module", [significance, stages, tokens])
def test_worked_numbers_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)

    assert result.attempted > 0
    assert result.failed == 0


def test_worked_q_values_hold() -> None:
    assert any(
        example.name.endswith("q_values") and example.examples for example in doctest.DocTestFinder().find(significance)
    )


@pytest.mark.parametrize(
    ("authors", "before", "age_days", "expected"),
    [
        (40, 10, 7, "emerging"),
        (40, 38, 10, "emerging"),
        (40, 20, 20, "rising"),
        (40, 41, 20, "peaking"),
        (20, 45, 20, "fading"),
        (20, 45, 7, "fading"),
        (9, 0, 7, "emerging"),
    ],
)
def test_stage(authors: int, before: int, age_days: int, expected: Stage) -> None:
    assert stage(authors=authors, authors_before=before, age_days=age_days) == expected


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ({"q_value": 1e-2, "ratio": 3.0, "authors": 30}, {"q_value": 1e-8, "ratio": 3.0, "authors": 30}),
        ({"q_value": 1e-3, "ratio": 1.5, "authors": 30}, {"q_value": 1e-3, "ratio": 6.0, "authors": 30}),
        ({"q_value": 1e-3, "ratio": 2.0, "authors": 6}, {"q_value": 1e-3, "ratio": 2.0, "authors": 900}),
    ],
    ids=["surprise", "size", "reach"],
)
def test_severity_grows_with_each_part(weaker: dict[str, float], stronger: dict[str, float]) -> None:
    grades = [severity(q_value=s["q_value"], ratio=s["ratio"], authors=int(s["authors"])) for s in (weaker, stronger)]

    assert grades[0] < grades[1]


def test_severity_stays_between_1_and_10() -> None:
    assert severity(q_value=0.0, ratio=1e6, authors=10**7) == 10
    assert severity(q_value=1.0, ratio=1.0, authors=1) == 1


def test_rise_began_on_the_day_of_the_jump() -> None:
    by_day = [6, 4, 7, 5, 6, 1, 0, 2, 1, 1, 0, 2, 1, 1]

    assert began_on(by_day, expected_a_day=1.0, as_of=_AS_OF) == date(2026, 10, 28)


def test_rise_of_a_single_day_began_that_day() -> None:
    assert began_on([9, 0, 0, 0, 0, 0, 0], expected_a_day=0.1, as_of=_AS_OF) == date(2026, 11, 1)
