"""`reassort doctor`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from copilot.commands.options import home_option, json_option, note, open_workspace, print_json
from copilot.commands.progress import progress_bars
from copilot.indexing import index_differences, repair_index
from ingestion.retail.quality import Finding, check_quality

_EXIT_FOUND = 1


@click.command()
@click.option("--repair", is_flag=True, help="Bring the index in line with the lake.")
@home_option
@json_option
@click.pass_context
def doctor(context: click.Context, repair: bool, home: Path, as_json: bool) -> None:
    """Check the tables against each other, and the index against the lake. Exit code 1: something is wrong."""
    workspace = open_workspace(home)
    if repair:
        with progress_bars() as progress:
            done = repair_index(workspace, progress=progress)
        note(f"Index: {done.indexed:,} posts added or renewed, {done.removed:,} removed.")
    findings = check_quality(workspace.lake)
    gap = index_differences(workspace)
    if as_json:
        print_json({"findings": [asdict(finding) for finding in findings], "index": asdict(gap)})
    else:
        _print(findings)
        click.echo(f"Index: {len(gap.missing):,} posts missing, {len(gap.left_over):,} left over.")
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors or gap.missing or gap.left_over:
        context.exit(_EXIT_FOUND)


def _print(findings: list[Finding]) -> None:
    for finding in findings:
        where = f"{finding.table}.{finding.column}"
        click.echo(
            f"{finding.severity}: {where}: {finding.count:,} {finding.problem}. {finding.example}. {finding.remedy}"
        )
    if not findings:
        click.echo("Tables: nothing found.")
