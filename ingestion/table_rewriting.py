"""A Delta table written anew row by row, in memory that does not grow with the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl
from deltalake import WriterProperties

if TYPE_CHECKING:
    import pyarrow as pa

BOUNDED = WriterProperties(max_row_group_size=10_000, compression="ZSTD", compression_level=1)
"""Of files that are written anew: without a bound, the writer holds a whole file's rows."""
FILE_BYTES = 16 << 20

_ROWS_AT_ONCE = 20_000


def with_rows(
    uris: Sequence[str], rows: pl.DataFrame, *, key: str, storage_options: Mapping[str, str] | None
) -> pa.RecordBatchReader:
    """Every row of the files but those whose key `rows` has, then `rows`; read as they are asked for."""
    import pyarrow as pa  # loaded by writers alone: what only reads does without

    schema = rows.clear().to_arrow().schema
    return pa.RecordBatchReader.from_batches(schema, _batches(uris, rows, key, storage_options))


def _batches(
    uris: Sequence[str], rows: pl.DataFrame, key: str, storage_options: Mapping[str, str] | None
) -> Iterator[pa.RecordBatch]:
    replaced = rows.select(key)
    for uri in uris:
        file = pl.scan_parquet(uri, storage_options=dict(storage_options) if storage_options else None)
        height = int(file.select(pl.len()).collect().item())
        for start in range(0, height, _ROWS_AT_ONCE):
            part = file.slice(start, _ROWS_AT_ONCE).collect()
            yield from part.select(rows.columns).join(replaced, on=key, how="anti").to_arrow().to_batches()
    yield from rows.to_arrow().to_batches()
