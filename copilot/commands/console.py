"""Where commands print tables."""

from __future__ import annotations

from rich.console import Console

_WIDE = 1000
"""Characters a line; no table is wider."""


def stdout_console() -> Console:
    """A console on stdout: as wide as the terminal, or, into a file or a pipe, wide enough to cut nothing short.

    What is printed is text: `[name]` stays as it is.
    """
    console = Console(markup=False)
    return console if console.is_terminal else Console(markup=False, width=_WIDE)
