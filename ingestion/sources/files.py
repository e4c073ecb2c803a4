"""Exports as a source of posts: CSV, JSON lines, JSON, Parquet and workbooks, plain or compressed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from ingestion.errors import ReadError
from ingestion.mapping_files import check_named_columns
from ingestion.records import RawPost
from ingestion.sources.file_rows import open_rows, plain_path
from ingestion.sources.mapping import PostMapping
from ingestion.sources.proposing import propose_post_mapping
from ingestion.sources.rows import RowReader
from ingestion.sources.source import RejectedPost, Watermark

_READER_VERSION = 3
"""Part of a stream's identity: raise it when rows are read otherwise, and known files are read again."""
_MAPPED = "the mapping file"


class FileSource:
    """The posts of one file. Reading it again after it was read to its end gives nothing."""

    def __init__(self, path: Path, mapping: PostMapping | None = None, *, source: str = "") -> None:
        """`mapping` None: proposed from the file's columns. `source`: name that goes before the mapping's.

        Raises `ReadError` and `MappingError`.
        """
        if not path.is_file():
            raise ReadError(str(path), "is not a file" if path.exists() else "is not there", "Check the path.")
        self.path = path
        given = {"encoding": mapping.encoding, "delimiter": mapping.delimiter} if mapping is not None else {}
        self._file = open_rows(path, **given)
        columns, rows = self._file.sample()
        self.read_as, self.notes = _MAPPED, ()
        self.is_named_by_path = False
        if mapping is None and not columns:
            raise ReadError(
                str(path), "has no rows", "Export it again, or give the columns that it will have with --map."
            )
        if mapping is None:
            proposal = propose_post_mapping(columns, where=str(path), source=plain_path(path).stem, rows=rows)
            mapping, self.read_as, self.notes = proposal.mapping, proposal.read_as, proposal.notes
            self.is_named_by_path = not proposal.is_named_by_layout and not source
        elif columns:
            check_named_columns(mapping.columns.named(), columns, where=str(path))
        self.mapping = _named(mapping, source) if source else mapping

    read_as: str
    """How the file is read, for people: `Trustpilot export`, `columns recognised by name`, `the mapping file`."""
    notes: tuple[str, ...]
    """What was taken for granted where no mapping was given, a sentence each."""
    is_named_by_path: bool
    """Whether nothing but the file's own name says what the source is called."""

    @property
    def name(self) -> str:
        """Name of the source, as the mapping gives it."""
        return self.mapping.source

    @property
    def stream(self) -> str:
        """Hash of the file's content and of how it is read, whatever file and source are called."""
        read = self.mapping.model_copy(update={"source": ""})
        digest = hashlib.sha256(f"{_READER_VERSION}\n{read.to_yaml()}\n".encode())
        try:
            with self.path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
        except OSError as error:
            raise ReadError(str(self.path), f"cannot be read ({error.strerror})", "Check the file.") from error
        return digest.hexdigest()[:32]

    def rename(self, source: str) -> None:
        """Give the posts to another source."""
        self.mapping = _named(self.mapping, source)

    @property
    def rejects_path(self) -> Path:
        """Where the rejected rows of this file are listed by default: beside it."""
        return self.path.with_name(f"{plain_path(self.path).stem}.rejects.csv")

    def posts(self, after: Watermark | None = None) -> Iterator[RawPost | RejectedPost]:
        """Every row, as a post or rejected; none where this very file was read to its end before."""
        if after is not None and after.stream == self.stream:
            return
        reader = RowReader(self.mapping)
        for number, row in self._file.rows():
            yield row if isinstance(row, RejectedPost) else reader.read(row, number)


def _named(mapping: PostMapping, source: str) -> PostMapping:
    return PostMapping.model_validate({**mapping.model_dump(), "source": source})
