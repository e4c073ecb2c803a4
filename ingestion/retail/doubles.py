"""Rows that a table holds under other ids already, as when a file comes in again with another mapping."""

from __future__ import annotations

import polars as pl

from ingestion.errors import DoubledRowsError, TableMissingError
from ingestion.lake import Lake
from ingestion.retail.contracts import CONTRACTS

_TABLES = {"sales": "date", "inbound": "ordered_on"}
"""Tables whose key is an id of the line, which says nothing of what the line tells -> their date."""
_SAMPLED = 10_000
_LEAST = 20
_MOST_DOUBLED = 0.9
"""Share beyond which they are more likely the same rows than others like them: two sales of one day and store may well
be alike, nearly all of a file's are not."""


def check_doubled(lake: Lake, table: str, frame: pl.DataFrame, *, where: str) -> None:
    """Raises `DoubledRowsError` where nearly all new rows of a file equal held ones in all but their ids.

    `frame` has the contract's columns and is not in the table yet.
    """
    share = _doubled_share(lake, table, frame)
    if share >= _MOST_DOUBLED:
        raise DoubledRowsError(where, table, share)


def _doubled_share(lake: Lake, table: str, frame: pl.DataFrame) -> float:
    """Share, 0 to 1, of the rows with a new key that equal a held row in all else. Of many rows a sample is looked up.

    0 for tables whose key is more than an id, and where few rows are new.
    """
    if table not in _TABLES or frame.is_empty():
        return 0.0
    try:
        held = lake.scan(table)
    except TableMissingError:
        return 0.0
    key, told = CONTRACTS[table].key, _TABLES[table]
    days = pl.col(told).is_between(frame[told].min(), frame[told].max())
    around = held.filter(days)
    new = frame.lazy().join(around.select(key), on=key, how="anti").collect()
    if new.height < _LEAST:
        return 0.0
    rest = [name for name in frame.columns if name not in key]
    sample = new.gather_every(max(1, new.height // _SAMPLED)).select(rest)
    known = around.join(sample.unique().lazy(), on=rest, how="semi", nulls_equal=True).select(rest).collect()
    return sample.join(known, on=rest, how="semi", nulls_equal=True).height / sample.height
