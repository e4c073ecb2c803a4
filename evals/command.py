"""`reassort eval`."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from copilot.commands.options import as_of_option, home_option, json_option, note, open_workspace, print_json
from copilot.workspace import Workspace

EXIT_FAILED = 1
EXIT_GATE = 4


@click.command()
@click.option("--suite", default="planner", show_default=True, help="Which cases.")
@click.option("--model", help="Ask this model instead of the configured one; `offline` needs no key.")
@click.option("--markdown", type=click.Path(dir_okay=False, path_type=Path), help="Write a Markdown report here too.")
@home_option
@as_of_option
@json_option
def eval_command(
    suite: str, model: str | None, markdown: Path | None, home: Path, as_of: date | None, as_json: bool
) -> None:
    """Measure the answers against the evaluation cases. Exit code 4: below a gate."""
    # The agent takes a second to import: not for `reassort --help`.
    from evals.cases import load_cases
    from evals.report import as_json as report_json
    from evals.report import as_markdown, as_table
    from evals.run import run_suite

    cases = load_cases(suite)
    with click.progressbar(length=len(cases), label="Asking", file=sys.stderr) as bar:
        run = run_suite(_workspace(home, model), suite, cases, as_of=as_of, progress=lambda done, total: bar.update(1))
    if markdown:
        markdown.write_text(as_markdown(run) + "\n", encoding="utf-8")
    if as_json:
        print_json(report_json(run))
    else:
        click.echo(as_table(run))
    if run.errors:
        note(f"{len(run.errors)} of {len(cases)} cases were not tried: the model failed.")
        sys.exit(EXIT_FAILED)
    if run.missed:
        note(f"Below the gate: {', '.join(gate.metric for gate in run.missed)}.")
        sys.exit(EXIT_GATE)


def _workspace(home: Path, model: str | None) -> Workspace:
    workspace = open_workspace(home)
    if model is None:
        return workspace
    settings = workspace.settings
    return Workspace(settings.model_copy(update={"llm": settings.llm.model_copy(update={"model": model})}))
