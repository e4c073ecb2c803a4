"""`reassort doctor`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from copilot.commands.forecast_checks import missed, summary
from copilot.commands.options import home_option, json_option, note, open_workspace, print_json
from copilot.commands.progress import progress_bars
from copilot.errors import NoDataError
from copilot.indexing import post_differences, repair_post_differences
from copilot.planning.check_record import newest_check
from copilot.web.remote import find_service
from copilot.workspace import Workspace
from ingestion.post_checks import PostDifference
from ingestion.retail.quality import Finding, check_quality

_EXIT_FOUND = 1
_NOTHING_YET = (
    "Nothing to check yet: there are neither tables nor an index. Bring some in with `reassort import sales FILE` and "
    "`reassort ingest FILE`."
)


@click.command()
@click.option(
    "--repair", is_flag=True, help="Bring the index, and what else is kept about posts, in line with the posts."
)
@home_option
@json_option
@click.pass_context
def doctor(context: click.Context, repair: bool, home: Path, as_json: bool) -> None:
    """Check the tables against each other, and the index against the lake. Exit code 1: something is wrong."""
    workspace = open_workspace(home)
    if _is_empty(workspace):
        raise NoDataError(_NOTHING_YET)
    found, repaired = _compared(workspace, repair=repair)
    findings = check_quality(workspace.lake)
    if as_json:
        posts = {"differences": [asdict(each) for each in found], "repaired": [asdict(each) for each in repaired]}
        check = newest_check(workspace.lake)
        forecasts = None if check is None else asdict(check)
        print_json({"findings": [asdict(finding) for finding in findings], "posts": posts, "forecasts": forecasts})
    else:
        _print(findings)
        _print_forecasts(workspace)
        _print_differences(found, repaired)
    if found or any(finding.severity == "error" for finding in findings):
        context.exit(_EXIT_FOUND)


def _is_empty(workspace: Workspace) -> bool:
    """Whether nothing was ever brought in; what is elsewhere than in the workspace's folder is not looked for."""
    settings = workspace.settings
    if settings.lake.url or settings.lake.warehouse_url or settings.index.url:
        return False
    return not workspace.lake.tables() and not workspace.index_path.is_dir()


def _compared(workspace: Workspace, *, repair: bool) -> tuple[list[PostDifference], list[PostDifference]]:
    """What is wrong between posts and index, and what was and is mended."""
    service = find_service(workspace)
    with progress_bars() as progress:
        if service is not None:
            note(service.notice)
            checked = service.repair_posts(progress=progress) if repair else service.check_posts()
            return checked.differences, checked.repaired
        found = post_differences(workspace)
        if not repair:
            return found, []
        repair_post_differences(workspace, progress=progress)
        left = post_differences(workspace)
    return left, [difference for difference in found if difference not in left]


def _print(findings: list[Finding]) -> None:
    for finding in findings:
        where = f"{finding.table}.{finding.column}"
        click.echo(
            f"{finding.severity}: {where}: {finding.count:,} {finding.problem}. {finding.example}. {finding.remedy}"
        )
    if not findings:
        click.echo("Tables: nothing found.")


def _print_forecasts(workspace: Workspace) -> None:
    """What the daily check says of forecasts; no reason to fail, as they are still the best there are."""
    check = newest_check(workspace.lake)
    if check is None:
        return
    click.echo(f"warning: {missed(check)} Train: `reassort forecast --tournament`." if check.codes else summary(check))


def _print_differences(found: list[PostDifference], repaired: list[PostDifference]) -> None:
    for difference in repaired:
        click.echo(f"Repaired: {difference.summary()}")
    for difference in found:
        click.echo(f"{difference.summary()} Mend it with --repair.")
    if not found:
        click.echo("Posts and index: in line.")
