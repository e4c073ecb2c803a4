"""The reference pages of docs/, written from the code: `python -m tests.docs.reference` writes them anew."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from click.testing import CliRunner
from pydantic import BaseModel

from copilot import cli as command_line
from copilot.cli import cli
from copilot.settings import Settings
from ingestion.retail import mapping
from ingestion.retail.contracts import CONTRACTS, Column, TableContract

_MAPPED: Mapping[str, type[BaseModel]] = {
    "Each of `columns`": mapping.ColumnMapping,
    "`format`": mapping.FileFormat,
    "`returns`": mapping.ReturnRule,
    "Each of `skip_when`": mapping.SkipRule,
}
"""What a mapping file's keys hold: heading -> its fields."""

DOCS = Path(__file__).parent.parent.parent / "docs"


def data_page() -> str:
    """Every retail table with its columns."""
    lines = [
        "# Retail tables",
        "",
        "What `reassort import TABLE FILE` brings in. Dates are local calendar days; money includes tax and is in the",
        "currency of its row, unless a column says otherwise. Columns in italics may be missing or empty.",
        "",
    ]
    for contract in CONTRACTS.values():
        lines += _table(contract)
    return "\n".join([*lines, *_mapping_files()])


def configuration_page() -> str:
    """Every setting with its default and its environment variable."""
    lines = [
        "# Configuration",
        "",
        "A setting is taken from the command's argument, else from the environment, else from `reassort.toml` in the",
        "workspace, else its default. Keep secrets in the environment, where lists and tables are JSON:",
        """`REASSORT_PRIVACY__SOURCES='{"reddit": {"retention_days": 365}}'`. `REASSORT_HOME` names the workspace.""",
        "",
        "| in `reassort.toml` | in the environment | default | what it is |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| `{path}` | `REASSORT_{path.upper().replace('.', '__')}` | {default} | {doc} |"
        for path, default, doc in _settings(Settings, "")
    ]
    return "\n".join([*lines, ""])


def commands_page() -> str:
    """The help of every command, and of those within groups."""
    runner = CliRunner()
    lines = ["# Commands", "", (inspect.getdoc(command_line) or "").partition("\n\n")[2], ""]
    context = cli.make_context("reassort", ["--help"], resilient_parsing=True)
    for words in _commands(cli, context):
        shown = runner.invoke(cli, [*words, "--help"], prog_name="reassort", terminal_width=100, catch_exceptions=False)
        lines += [f"#{'#' * len(words)} reassort {' '.join(words)}", "", "```", shown.output.rstrip(), "```", ""]
    return "\n".join(lines)


PAGES = {"data.md": data_page, "configuration.md": configuration_page, "commands.md": commands_page}


def _commands(group: click.Group, context: click.Context) -> Iterator[list[str]]:
    for name in group.list_commands(context):
        yield [name]
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from ([name, *words] for words in _commands(command, context))


def _mapping_files() -> list[str]:
    _, example, note = (inspect.getdoc(mapping) or "").split("\n\n")
    lines = [
        "## Mapping files",
        "",
        "`--map FILE` says which column of a file is which column of the table; `--save-map FILE` writes what is found",
        "without one. YAML, in UTF-8:",
        "",
        "```yaml",
        textwrap.dedent(example),
        "```",
        "",
        note,
    ]
    for heading, model in _MAPPED.items():
        lines += ["", f"### {heading}", "", "| key | default | what it is |", "|---|---|---|"]
        lines += [f"| `{path}` | {default} | {doc} |" for path, default, doc in _settings(model, "")]
    return [*lines, ""]


def _table(contract: TableContract) -> list[str]:
    head = [f"## {contract.name}", "", f"{contract.doc} Key: {', '.join(contract.key)}.", ""]
    rows = [f"| {_name(column)} | {column.type} | {_doc(column)} |" for column in contract.columns]
    return [*head, "| column | type | what it holds |", "|---|---|---|", *rows, ""]


def _name(column: Column) -> str:
    return column.name if column.required else f"*{column.name}*"


def _doc(column: Column) -> str:
    extra = [f"one of {', '.join(column.choices)}"] if column.choices else []
    extra += ["none that has not come yet"] if column.has_come else []
    extra += [f"at least {column.minimum:g}"] if column.minimum is not None else []
    extra += [f"at most {column.maximum:g}"] if column.maximum is not None else []
    extra += [f"refers to {column.refers_to}"] if column.refers_to else []
    return "; ".join([column.doc, *extra]).replace("|", "\\|")


def _settings(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _settings(kind, f"{prefix}{name}.")
        elif prefix or name != "home":
            default = field.get_default(call_default_factory=True)
            shown = "" if default is None or default in ("", {}, ()) else f"`{default}`"
            shown = "needed" if field.is_required() else shown
            yield f"{prefix}{name}", shown, " ".join((field.description or "").split())


if __name__ == "__main__":
    for page, write in PAGES.items():
        (DOCS / page).write_text(write(), encoding="utf-8")
