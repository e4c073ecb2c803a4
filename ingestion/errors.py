"""Errors of ingestion.

IngestionError
├── MappingError        a mapping file does not fit its table or its file
├── ReadError           a file cannot be read at all (encoding, format, missing)
├── DoubledRowsError    nearly all rows of a file are in the table under other ids
├── ContractError       rows were given that break a table's contract
├── TableMissingError   a table is asked for that nothing was imported into
├── LakeError           a table cannot be read or written: the disk is full, the object store says no
├── WarehouseError      the warehouse by URL cannot be reached
├── SourceError         a post source failed
│   ├── SourceUnavailableError  its host does not answer, or is busy: worth another try later
│   ├── SourcePausedError       its host failed too often and is left alone until its pause is over
│   ├── SourceRefusedError      it may not be read: robots.txt, credentials, an address that is not allowed
│   └── SourceContentError      what it answered is not what it should be
├── RunnerError         what posts are prepared on cannot be had
├── DemoSizeError       a size of the demo retailer that cannot be read
├── KeyMissingError     the pseudonym key cannot be found or made
├── KeyUnreadableError  the pseudonym key, or what the workspace says of it, cannot be read
├── KeyMismatchError    another pseudonym key is given than the workspace's own
└── NamesModelError     the model that finds names of people cannot be used
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime


class IngestionError(Exception):
    """Root of everything this package raises."""


class MappingError(IngestionError):
    """A mapping that names what does not exist or leaves a required column out.

    `problem` is what may be kept. `remedy` may list the file's columns: values of its first row, where it has no names.
    """

    def __init__(self, where: str, problem: str, remedy: str) -> None:
        super().__init__(f"{where}: {problem}. {remedy}")
        self.where = where
        self.problem = problem
        self.remedy = remedy


class ReadError(IngestionError):
    """A file that cannot be read as a whole."""

    def __init__(self, path: str, problem: str, remedy: str) -> None:
        super().__init__(f"{path}: {problem}. {remedy}")
        self.path = path
        self.problem = problem
        self.remedy = remedy


class DoubledRowsError(IngestionError):
    """A file of which the `share` (0 to 1) of the new rows is in the `table` already, under other ids."""

    def __init__(self, where: str, table: str, share: float) -> None:
        super().__init__(
            f"{where}: {share:.0%} of its new rows are in {table} already, under other ids. It was probably imported"
            " with another mapping: give that one. If these are other rows all the same, add --doubled."
            " Nothing was imported."
        )
        self.table = table
        self.share = share


class ContractError(IngestionError):
    """Rows that break the contract of `table`; importers turn these into rejects before they get here."""

    def __init__(self, table: str, column: str, problem: str) -> None:
        super().__init__(f'Table "{table}", column "{column}": {problem}.')
        self.table = table
        self.column = column
        self.problem = problem


class TableMissingError(IngestionError):
    """A table that is needed and not there yet."""

    def __init__(self, table: str) -> None:
        command = "ingest" if table == "posts" else f"import {table}"
        super().__init__(f'No data in table "{table}" yet. Bring some in with `reassort {command} FILE`.')
        self.table = table


class LakeError(IngestionError):
    """The table at `uri` cannot be read or written."""

    def __init__(self, table: str, uri: str, reason: str) -> None:
        super().__init__(
            f'Table "{table}" failed: {reason}. Check room and rights at {uri}, then run it again:'
            " a write that fails leaves the table as it was."
        )
        self.table = table
        self.uri = uri


class WarehouseError(IngestionError):
    """The warehouse of `lake.warehouse_url` cannot be reached; `where` is its address without what may be secret."""

    def __init__(self, where: str, problem: str, remedy: str) -> None:
        super().__init__(f"Warehouse {where!r}: {problem}. {remedy}")
        self.where = where


class SourceError(IngestionError):
    """A post source that could not deliver."""

    def __init__(self, source: str, problem: str, remedy: str) -> None:
        super().__init__(f"Source {source!r}: {problem}. {remedy}")
        self.source = source
        self.reason = f"{problem}. {remedy}"


class SourceUnavailableError(SourceError):
    """A host that did not answer, or not in full.

    `retry_after_s`: how long it asks to be left alone, in seconds. `paused_until`: how long it is, after that failure.
    """

    def __init__(self, source: str, problem: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(source, problem, "It is tried again at the next run.")
        self.retry_after_s = retry_after_s
        self.paused_until: datetime | None = None


class SourcePausedError(SourceError):
    """A host that is left alone until `until`."""

    def __init__(self, source: str, host: str, until: datetime) -> None:
        super().__init__(
            source,
            f"{host} failed before and is left alone until {until:%Y-%m-%d %H:%M} UTC",
            "Try it at once with --retry.",
        )
        self.until = until


class SourceRefusedError(SourceError):
    """A page that may not be read. Trying again changes nothing."""


class SourceContentError(SourceError):
    """An answer that holds no posts in the form expected."""


class RunnerError(IngestionError):
    """What batches of posts are to be prepared on cannot be had: `runner` is its name."""

    def __init__(self, runner: str, problem: str, remedy: str) -> None:
        super().__init__(f"Runner {runner!r} {problem}. {remedy}.")
        self.runner = runner


class KeyMissingError(IngestionError):
    """No pseudonym key; `looked_in` lists the places tried, in order. `lost`: the workspace had one."""

    def __init__(self, looked_in: Sequence[str], *, lost: bool = False) -> None:
        remedy = (
            "The one that the workspace was made with is gone: put your copy back, or set REASSORT_PSEUDONYM__KEY."
            if lost
            else "Set REASSORT_PSEUDONYM__KEY, or let `reassort init` make one."
        )
        super().__init__(f"No pseudonym key. {remedy} Looked in: {', '.join(looked_in)}.")
        self.looked_in = tuple(looked_in)


class KeyUnreadableError(IngestionError):
    """The file at `path`, which holds the pseudonym key or says which one it is, cannot be read."""

    def __init__(self, path: str, problem: str, remedy: str) -> None:
        super().__init__(f"{path}: {problem}. {remedy}")
        self.path = path


class DemoSizeError(IngestionError):
    """A size of the demo retailer that cannot be read."""

    def __init__(self, size: str, problem: str) -> None:
        super().__init__(f"Size {size!r} {problem}. Say small, full, or stores x products: 200x500.")
        self.size = size


class KeyMismatchError(IngestionError):
    """The key given is not the one that the pseudonyms in the workspace at `home` were made with."""

    def __init__(self, home: str) -> None:
        super().__init__(
            f"The pseudonym key is not the one of the workspace {home!r}: every author would get a second pseudonym."
            " Give the key that the workspace was made with."
        )
        self.home = home


class NamesModelError(IngestionError):
    """The model that finds names of people cannot be used; `model` is the setting's value."""

    def __init__(self, model: str, reason: str) -> None:
        super().__init__(f"The names model {model!r} cannot be used: {reason}.")
        self.model = model
