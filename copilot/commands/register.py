"""The register of processing as `status` and `privacy register` print it."""

from __future__ import annotations

from rich.console import Console

from copilot.register import ProcessingEntry, Register, kept, where


def print_register(console: Console, register: Register) -> None:
    """A line for each kind of data on people, then where it is."""
    console.print()
    for line in [*map(_line, register.entries), *where(register)]:
        console.print(line, soft_wrap=True, highlight=False, markup=False)


def _line(entry: ProcessingEntry) -> str:
    posts = f"{entry.posts:,} posts, " if entry.posts else ""
    return f"{entry.name}: {posts}kept {kept(entry)}. {entry.purpose}. {entry.legal_basis}."
