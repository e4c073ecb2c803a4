"""`reassort privacy`. What erases and gathers reads threads and briefs, and loads LangGraph and Matplotlib for it: each
command imports its own when it is called, as the others need neither.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

import click

from copilot.commands.console import stdout_console
from copilot.commands.options import as_of_option, home_option, json_option, note, open_workspace, print_json
from copilot.commands.progress import progress_bars
from copilot.commands.register import print_register
from copilot.forgetting.records import ErasureReport
from copilot.register import Register, processing_register, register_markdown
from copilot.web.remote import find_service

_EXIT_REMAINS = 1
_author_option = click.option(
    "--author", help="Handle or name as the source gives it. Left out: asked for, or read from stdin: not in a history."
)
_source_option = click.option("--source", default="", help="Only in this source of posts.  [default: all]")


@click.group()
def privacy() -> None:
    """Answer the people whose posts are read: forget, export, retention, and the register of processing."""


@privacy.command()
@_author_option
@_source_option
@click.option("--yes", is_flag=True, help="Do not ask whether to go on.")
@home_option
@json_option
@click.pass_context
def forget(context: click.Context, author: str | None, source: str, yes: bool, home: Path, as_json: bool) -> None:
    """Remove every trace of an author everywhere, and prove it. Exit code 1: something remains."""
    workspace = open_workspace(home)
    handle = _handle(author)
    if not yes:
        click.confirm("Remove every trace of this author? It cannot be undone.", abort=True, err=True)
    service = find_service(workspace)
    if service is not None:
        note(service.notice)
        report = service.forget(handle, source=source)
    else:
        from copilot.forgetting.forget import forget_author

        with progress_bars() as progress:
            report = forget_author(workspace, handle, on=_today(), source=source, progress=progress)
    _finish(context, report, as_json=as_json)


@privacy.command()
@_author_option
@_source_option
@home_option
@json_option
def export(author: str | None, source: str, home: Path, as_json: bool) -> None:
    """Print all that is held on an author, from every place. Personal data: give it to nobody else."""
    from copilot.forgetting.export import export_author, export_markdown

    workspace = open_workspace(home)
    handle = _handle(author)
    service = find_service(workspace)
    if service is not None:
        note(service.notice)
        found = service.export(handle, source=source)
    else:
        found = export_author(workspace, handle, on=_today(), source=source)
    if as_json:
        print_json(asdict(found))
    else:
        click.echo(export_markdown(found))


@privacy.command()
@click.option("--dry-run", is_flag=True, help="Count what would go, and change nothing.")
@home_option
@as_of_option
@json_option
@click.pass_context
def sweep(context: click.Context, dry_run: bool, home: Path, as_of: date | None, as_json: bool) -> None:
    """Remove posts, chat threads and briefs that are older than they may be; --as-of defaults to today."""
    workspace = open_workspace(home)
    day = as_of or _today()
    service = find_service(workspace)
    if service is not None:
        note(service.notice)
        report = service.sweep(day, dry_run=dry_run)
    else:
        from copilot.forgetting.sweep import sweep as sweep_workspace

        with progress_bars() as progress:
            report = sweep_workspace(workspace, day, dry_run=dry_run, progress=progress)
    _finish(context, report, as_json=as_json)


@privacy.command()
@click.option("--markdown", is_flag=True, help="As a page to file.")
@home_option
@json_option
def register(markdown: bool, home: Path, as_json: bool) -> None:
    """Print what is processed of people, why, on what basis, how long and where."""
    found = processing_register(open_workspace(home))
    if as_json:
        print_json(asdict(found))
    else:
        _print_register(found, markdown=markdown)


def _print_register(found: Register, *, markdown: bool) -> None:
    if markdown:
        click.echo(register_markdown(found))
    else:
        print_register(stdout_console(), found)


def _today() -> date:
    return datetime.now(UTC).date()


def _handle(author: str | None) -> str:
    """From the option, else asked for where there is a terminal, else the first line of stdin."""
    if author is not None:
        return author
    asked = sys.stdin.isatty()
    handle = str(click.prompt("Author", hide_input=True, err=True)) if asked else sys.stdin.readline()
    if not handle.strip():
        raise click.UsageError("No author was given: use --author, or give the handle on stdin.")
    return handle.strip()


def _finish(context: click.Context, report: ErasureReport, *, as_json: bool) -> None:
    if as_json:
        print_json({**asdict(report), "complete": report.complete})
    else:
        _print(report)
    if report.proof is not None and not report.complete:
        context.exit(_EXIT_REMAINS)


def _print(report: ErasureReport) -> None:
    what = "that would go" if report.proof is None else "removed"
    click.echo(f"Posts {what}: {report.posts_removed:,}. Posts of others rewritten: {report.posts_rewritten:,}.")
    if report.undated_posts:
        click.echo(f"Posts without a date, whose age is not known, and which stay: {report.undated_posts:,}.")
    for place in report.places:
        said = f"; {place.note}" if place.note else ""
        where = place.name if place.name == place.kind else f"{place.kind} {place.name}"
        click.echo(
            f"{where}: {place.searched:,} searched, {place.removed:,} removed, {place.rewritten:,} rewritten{said}."
        )
    if report.proof is None:
        return
    proof = report.proof
    click.echo(
        f"Proof: {proof.files:,} files ({proof.bytes_read:,} bytes) and {proof.documents:,} documents of the index"
        f" read. Places that still hold a trace: {len(proof.remaining):,}."
    )
    for left in proof.remaining:
        click.echo(f"remains: {left.place}: {', '.join(left.kinds)}")
    for unread in proof.unproved:
        click.echo(f"not read: {unread}")
