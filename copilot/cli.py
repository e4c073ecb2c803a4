"""The command line: `reassort`. Each command lives in a module of its own that is loaded when it is called.

Data goes to stdout, notes and progress to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 nothing to do,
4 quality gate not met, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import errno
import gc
import importlib
import os
import sys
import traceback
from importlib.metadata import entry_points
from pathlib import Path

import click

from copilot.errors import CopilotError, NoDataError
from ingestion.errors import IngestionError, TableMissingError
from prompts.errors import PromptError
from vectorstore.errors import VectorStoreError

EXIT_FAILED = 1
EXIT_NOTHING_TO_DO = 3
EXIT_STOPPED = 130
"""128 and the number of SIGINT, as shells have it."""

_COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("copilot.commands.demo:demo", "Build the demo retailer, write its briefs and open the service on it."),
    "init": ("copilot.commands.init:init", "Make a workspace: its folder, its settings file and its pseudonym key."),
    "import": ("copilot.commands.import_table:import_command", "Import a retail table from a file."),
    "ingest": ("copilot.commands.ingest:ingest", "Ingest posts from a file or a source."),
    "signals": ("copilot.commands.signals:signals", "Find the terms that rise."),
    "forecast": ("copilot.commands.forecast:forecast", "Forecast demand for each SKU and location."),
    "plan": ("copilot.commands.plan:plan", "Decide what to restock, where."),
    "brief": ("copilot.commands.brief:brief", "Write the trend-and-restock brief."),
    "run": ("copilot.commands.run:run", "Run a whole job: `reassort run daily`."),
    "ask": ("copilot.commands.ask:ask", "Ask a question, in French or English."),
    "serve": ("copilot.commands.serve:serve", "Open the chat, the briefs and the API on 127.0.0.1."),
    "privacy": ("copilot.commands.privacy:privacy", "Forget or export an author, apply retention, print the register."),
    "status": ("copilot.commands.status:status", "Show what the workspace holds and how fresh it is."),
    "reindex": ("copilot.commands.reindex:reindex", "Build the search index anew from the tables."),
    "doctor": ("copilot.commands.doctor:doctor", "Check tables and index, and repair what can be."),
}
"""Name -> where it is, and its line in the help. The line is here so that help loads no command."""

_TRACE = "REASSORT_TRACE"
_ROOT = Path(__file__).parents[1]
_PACKAGES = ("copilot", "evals", "ingestion", "prompts", "vectorstore")
_REMEDIES = dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "Make room on the disk")
"""System error -> what to do."""


class _LazyGroup(click.Group):
    """A group that imports a command when it is called, not when it is listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_COMMANDS, *sorted(entry.name for entry in entry_points(group="reassort.commands"))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _COMMANDS:
            module, _, name = _COMMANDS[cmd_name][0].partition(":")
            command: click.Command = getattr(importlib.import_module(module), name)
        else:
            entries = entry_points(group="reassort.commands", name=cmd_name)
            if not entries:
                return None
            command = next(iter(entries)).load()
        _collect_again()
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort) as error:
            # A prompt turns Ctrl-C into the same as an end of input or a "no".
            if not isinstance(error, KeyboardInterrupt) and not isinstance(error.__context__, KeyboardInterrupt):
                raise
            click.echo("\nStopped. Nothing is left half-written: running it again is safe.", err=True)
            ctx.exit(EXIT_STOPPED)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        joined = {"eval": "Measure the answers against the evaluation cases."}
        rows = [
            (name, _COMMANDS[name][1] if name in _COMMANDS else joined.get(name, ""))
            for name in self.list_commands(ctx)
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="reassort")
def cli() -> None:
    """Trend signals and a planner copilot for fashion and luxury retail."""


def main() -> None:
    """Run the command line; what goes wrong becomes one line on stderr and an exit code."""
    gc.disable()  # until the command is loaded: modules are not garbage, and looking through them takes a third of it
    try:
        cli(standalone_mode=True)
    except (NoDataError, TableMissingError) as error:
        click.echo(f"{error}", err=True)
        sys.exit(EXIT_NOTHING_TO_DO)
    except (CopilotError, IngestionError, VectorStoreError, PromptError) as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(EXIT_FAILED)
    except OSError as error:
        click.echo(f"Error: {_of_system(error)}", err=True)
        sys.exit(EXIT_FAILED)
    except Exception as error:
        if os.environ.get(_TRACE):
            raise
        click.echo(f"Error: {_unexpected(error)}", err=True)
        sys.exit(EXIT_FAILED)


def _collect_again() -> None:
    """Collect garbage from here on, where `main` put it off; what was loaded stays to the end and is not searched."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _of_system(error: OSError) -> str:
    """What the system refused, of which file, and what to do."""
    where = f"{error.filename}: " if error.filename is not None else ""
    remedy = _REMEDIES.get(error.errno or 0, "Check the path, and who may use it")
    return f"{where}{error.strerror or type(error).__name__}. {remedy}, then run it again."


def _unexpected(error: Exception) -> str:
    """Which kind of error, and where. Its message is left out: it may hold what was being read, a post for one."""
    ours = [
        f" in {Path(frame.filename).relative_to(_ROOT)}, line {frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if any(Path(frame.filename).is_relative_to(_ROOT / package) for package in _PACKAGES)
    ]
    place = ours[-1] if ours else ""
    return f"{type(error).__name__}{place}, which should not happen. {_TRACE}=1 shows all of it, data included."
