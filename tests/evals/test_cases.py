"""Cases are read whole, and say what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.cases import load_cases, suites
from evals.errors import CaseError
from evals.gates import gates_of
from evals.metrics import METRICS


def written(folder: Path, content: str) -> Path:
    (folder / "mine").mkdir()
    (folder / "mine" / "a.yaml").write_text(content, encoding="utf-8")
    return folder


def test_the_planner_suite_has_enough_questions_in_both_languages() -> None:
    cases = load_cases("planner")
    assert len(cases) >= 40
    assert {language: sum(case.language == language for case in cases) >= 20 for language in ("en", "fr")} == {
        "en": True,
        "fr": True,
    }
    assert sum(len(case.turns) > 1 for case in cases) >= 7
    assert sum(case.declines for case in cases) >= 6


@pytest.mark.parametrize("suite", suites())
def test_every_suite_has_gates_on_metrics_that_exist(suite: str) -> None:
    assert {gate.metric for gate in gates_of(suite)} <= METRICS.keys()
    assert gates_of(suite)


def test_an_unknown_suite_names_the_known_ones() -> None:
    with pytest.raises(CaseError, match="planner"):
        load_cases("nothing")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("- {id: a, language: de, turns: [x]}", "a.yaml, case 1: language"),
        ("- {id: a, language: en, turns: []}", "turns"),
        ("- {id: a, language: en, turns: [x], expects: 3}", "expects"),
        ("- {id: a, language: en, turns: [x]}\n- {id: a, language: fr, turns: [y]}", "a occur twice"),
    ],
)
def test_bad_cases_are_named(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(CaseError, match=message):
        load_cases("mine", written(tmp_path, content))
