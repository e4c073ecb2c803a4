"""`reassort demo`."""

from __future__ import annotations

from pathlib import Path

import click

from copilot.commands.options import json_option, new_workspace, note, print_json
from copilot.commands.progress import progress_bars
from copilot.demo import DemoReport, build_demo_workspace


@click.command()
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("reassort-demo"),
    show_default=True,
    help="Workspace folder.",
)
@click.option("--size", default="full", show_default=True, help="small, full, or STORESxPRODUCTS such as 200x500.")
@click.option("--seed", default=7, show_default=True, help="Another seed makes another retailer.")
@click.option("--no-serve", is_flag=True, help="Stop when the briefs are written.")
@json_option
def demo(home: Path, size: str, seed: int, no_serve: bool, as_json: bool) -> None:
    """Build the demo retailer, write its briefs and open the service on it. Safe to interrupt and run again."""
    workspace = new_workspace(home)
    with progress_bars() as progress:
        report = build_demo_workspace(workspace, size=size, seed=seed, progress=progress)
    if as_json:
        print_json({"rows": report.rows, "briefs": [str(brief.path_html) for brief in report.daily.briefs]})
    else:
        _print(report)
    if not no_serve:
        from copilot.commands.serve import open_service  # the chat's libraries take seconds to load

        open_service(workspace)


def _print(report: DemoReport) -> None:
    for table, rows in report.rows.items():
        note(f"{table}: {rows:,} rows")
    for posts in report.posts:
        note(posts.summary())
    for brief in report.daily.briefs:
        for path in (brief.path_html, brief.path_md, brief.path_json):
            click.echo(str(path))
