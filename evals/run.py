"""Run a suite: ask every case, score every answer, record what it was run with."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

import prompts
from copilot.agent.answering import Agent
from copilot.agent.records import Answer, ToolStarted
from copilot.errors import ModelError
from copilot.workspace import Workspace
from evals.cases import Case
from evals.errors import EvalError
from evals.facts import Expected, Tables, expected
from evals.gates import Gate, gates_of
from evals.metrics import METRICS, VERSION, Attempt, Score

Progress = Callable[[int, int], None]
"""Called with the cases done and how many there are."""


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """One case: its answer and scores, or the outage that kept it from being tried."""

    case: Case
    answer: str
    tools: tuple[str, ...]
    seconds: float
    scores: Mapping[str, Score]
    """Metric -> score; empty where there was an outage."""
    error: str = ""
    """An outage of the model: an error, not a failure of the answer."""

    @property
    def failed(self) -> bool:
        """Whether some metric was not fully met."""
        return any(score.value is not None and score.value < 1 for score in self.scores.values())


@dataclass(frozen=True, kw_only=True)
class SuiteRun:
    """A whole run, with what is needed to run it again."""

    suite: str
    model: str
    as_of: date
    prompt_hashes: Mapping[str, str]
    """Prompt and language -> hash."""
    data_versions: Mapping[str, int]
    """Lake table -> version."""
    cases_hash: str
    """First 12 hex digits of SHA-256 over the cases."""
    metric_version: int
    results: tuple[CaseResult, ...]
    gates: tuple[Gate, ...]

    @property
    def means(self) -> dict[str, float | None]:
        """Metric -> mean over the cases that it scored; None where it scored none."""
        return {name: self._mean(name) for name in METRICS}

    @property
    def errors(self) -> tuple[CaseResult, ...]:
        """Cases that an outage kept from being tried."""
        return tuple(result for result in self.results if result.error)

    @property
    def missed(self) -> tuple[Gate, ...]:
        """Gates that were not met."""
        means = self.means
        return tuple(gate for gate in self.gates if not gate.met(means.get(gate.metric)))

    def _mean(self, metric: str) -> float | None:
        values = [result.scores[metric].value for result in self.results if metric in result.scores]
        scored = [value for value in values if value is not None]
        return fmean(scored) if scored else None


def run_suite(
    workspace: Workspace,
    suite: str,
    cases: Sequence[Case],
    *,
    as_of: date | None = None,
    progress: Progress = lambda done, total: None,
) -> SuiteRun:
    """Ask each case in a thread of its own, kept in memory only.

    Raises `FactError` where the workspace is not the one that the cases are about, `ModelError` where the model cannot
    be made. A model that fails later is an error of the case.
    """
    with Agent.open(workspace, as_of=as_of, remember=False) as agent:
        facts = {case.id: _facts(workspace, agent.as_of, case) for case in cases}
        results = asyncio.run(_all(agent, cases, facts, progress))
        return SuiteRun(
            suite=suite,
            model=agent.model_name,
            as_of=agent.as_of,
            prompt_hashes={f"{name}.{code}": prompts.load(name, code).hash for name, code in prompts.names()},
            data_versions=workspace.lake.versions(workspace.lake.tables()),
            cases_hash=hashlib.sha256("\n".join(case.model_dump_json() for case in cases).encode()).hexdigest()[:12],
            metric_version=VERSION,
            results=tuple(results),
            gates=gates_of(suite),
        )


def _facts(workspace: Workspace, as_of: date, case: Case) -> tuple[Expected, ...]:
    tables = Tables(workspace=workspace, as_of=as_of, language=case.language)
    return tuple(one for fact in case.facts for one in expected(tables, fact))


async def _all(
    agent: Agent, cases: Sequence[Case], facts: Mapping[str, tuple[Expected, ...]], progress: Progress
) -> list[CaseResult]:
    results = []
    for done, case in enumerate(cases, start=1):
        results.append(await _try(agent, case, facts[case.id]))
        progress(done, len(cases))
    return results


async def _try(agent: Agent, case: Case, facts: tuple[Expected, ...]) -> CaseResult:
    try:
        for turn in case.turns[:-1]:
            await _ask(agent, case, turn)
        started = time.perf_counter()
        answer, tools = await _ask(agent, case, case.turns[-1])
    except ModelError as error:
        return CaseResult(case=case, answer="", tools=(), seconds=0.0, scores={}, error=str(error))
    seconds = time.perf_counter() - started
    attempt = Attempt(case=case, answer=answer, tools=tools, expected=facts, seconds=seconds)
    scores = {name: metric(attempt) for name, metric in METRICS.items()}
    return CaseResult(case=case, answer=answer.text, tools=tools, seconds=seconds, scores=scores)


async def _ask(agent: Agent, case: Case, question: str) -> tuple[Answer, tuple[str, ...]]:
    events = [event async for event in agent.ask(question, thread_id=case.id)]
    answer = events[-1]
    if not isinstance(answer, Answer):
        raise EvalError(f"Case {case.id}: the agent ended without an answer.")
    return answer, tuple(event.tool for event in events if isinstance(event, ToolStarted))
