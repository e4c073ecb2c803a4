"""Reports of a run: a table for the terminal, JSON for machines, Markdown for a pull request."""

from __future__ import annotations

from statistics import median

from evals.run import CaseResult, SuiteRun


def as_table(run: SuiteRun) -> str:
    """Means against gates, then what failed, a line each."""
    lines = [f"{run.suite} · {run.model} · morning of {run.as_of} · {len(run.results)} cases · {_speed(run)}", ""]
    width = max(len(name) for name in run.means)
    lines += [f"{name:<{width}}  {_number(mean)}  {_gate(run, name)}".rstrip() for name, mean in run.means.items()]
    failed = _failures(run)
    return "\n".join([*lines, "", *failed] if failed else lines)


def as_json(run: SuiteRun) -> dict[str, object]:
    """All of it, in JSON's types."""
    return {
        "suite": run.suite,
        "model": run.model,
        "as_of": run.as_of.isoformat(),
        "cases_hash": run.cases_hash,
        "metric_version": run.metric_version,
        "prompt_hashes": dict(run.prompt_hashes),
        "data_versions": dict(run.data_versions),
        "means": run.means,
        "gates": {gate.metric: gate.least for gate in run.gates},
        "missed": [gate.metric for gate in run.missed],
        "errors": len(run.errors),
        "cases": [_case(result) for result in run.results],
    }


def as_markdown(run: SuiteRun) -> str:
    """Means against gates as a table, then what failed."""
    rows = [f"| {name} | {_number(mean).strip()} | {_gate(run, name)} |" for name, mean in run.means.items()]
    head = [
        f"**{run.suite}** with `{run.model}`, morning of {run.as_of}: {len(run.results)} cases, {_speed(run)}",
        "",
        "| metric | mean | gate |",
        "|---|---|---|",
    ]
    failed = [f"- {line}" for line in _failures(run)]
    return "\n".join([*head, *rows, *(["", *failed] if failed else [])])


def _case(result: CaseResult) -> dict[str, object]:
    return {
        "id": result.case.id,
        "question": result.case.turns[-1],
        "answer": result.answer,
        "tools": list(result.tools),
        "seconds": round(result.seconds, 3),
        "error": result.error,
        "scores": {name: {"value": score.value, "reason": score.reason} for name, score in result.scores.items()},
    }


def _failures(run: SuiteRun) -> list[str]:
    lines = [f"{result.case.id}: not tried: {result.error}" for result in run.errors]
    for result in run.results:
        for name, score in result.scores.items():
            if score.value is not None and score.value < 1:
                lines.append(f"{result.case.id}: {name} {score.value:.2f}: {score.reason}")
    return lines


def _gate(run: SuiteRun, metric: str) -> str:
    gate = next((gate for gate in run.gates if gate.metric == metric), None)
    if gate is None:
        return ""
    return f"gate {gate.least:.2f}, {'met' if gate.met(run.means[metric]) else 'NOT MET'}"


def _number(mean: float | None) -> str:
    return "not scored" if mean is None else f"{mean:10.3f}"


def _speed(run: SuiteRun) -> str:
    seconds = [result.seconds for result in run.results if not result.error]
    return f"median {median(seconds):.2f} s, slowest {max(seconds):.2f} s" if seconds else "none tried"
