"""Names for the arrays of this package."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.floating[Any]]
Integers = npt.NDArray[np.integer[Any]]
Flags = npt.NDArray[np.bool_]


def codes_of(values: pl.Series, keys: tuple[str, ...]) -> Integers:
    """Position of each value in `keys`, shape of `values`; a value that is not there gets -1, the last row of a
    table."""
    lookup = pl.DataFrame({"key": keys, "code": range(len(keys))}, schema={"key": pl.String, "code": pl.Int64})
    found = values.cast(pl.String).to_frame("key").join(lookup, on="key", how="left", maintain_order="left")
    return np.asarray(found["code"].fill_null(-1).to_numpy(), dtype=np.int64)


def group_codes(frame: pl.DataFrame, *columns: str) -> tuple[Integers, int]:
    """A code for each row, equal where all `columns` are, and how many codes there are."""
    codes = frame.select(pl.struct(columns).rank("dense").cast(pl.Int64) - 1).to_series().to_numpy()
    return np.asarray(codes, dtype=np.int64), int(codes.max()) + 1 if len(codes) else 0


def group_sums(codes: Integers, weights: Floats, groups: int) -> Floats:
    """Sum of `weights` for each code, shape (groups,)."""
    sums: Floats = np.bincount(codes, weights=weights, minlength=groups).astype(np.float64)
    return sums


def group_row_sums(codes: Integers, matrix: Floats, groups: int) -> Floats:
    """Sum of the rows of `matrix` (rows, columns) for each code, shape (groups, columns)."""
    sums = np.zeros((groups, matrix.shape[1]))
    order = np.argsort(codes, kind="stable")
    present, starts = np.unique(codes[order], return_index=True)
    if len(present):
        sums[present] = np.add.reduceat(matrix[order], starts, axis=0, dtype=np.float64)
    return sums
