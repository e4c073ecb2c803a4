"""How a style's demand splits over its colours and sizes."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from copilot.planning.launches.split import series_shares


def _series(*skus: tuple[str, str, str, float]) -> tuple[pl.DataFrame, np.ndarray, pl.Series]:
    """Series (product, colour, size, units) of one store, their units, and which of them tell: those with units."""
    frame = pl.DataFrame(
        {
            "sku_id": [f"{product}-{number}" for number, (product, *_) in enumerate(skus)],
            "product_id": [product for product, *_ in skus],
            "colour": [colour for _, colour, _, _ in skus],
            "size": [size for _, _, size, _ in skus],
        }
    ).with_columns(category=pl.lit("dresses"), country=pl.lit("FR"), location_id=pl.lit("Lyon"), kind=pl.lit("store"))
    units = np.array([sold for *_, sold in skus])
    return frame, units, pl.Series(units > 0)


def _shares_of_new(*skus: tuple[str, str, str, float]) -> list[float]:
    series, units, told = _series(*skus)
    shares = series_shares(series, units / 100.0, units, told)
    return [float(share) for share in shares[~told.to_numpy()]]


def test_the_colour_that_is_shown_first_takes_the_share_it_has_in_other_styles() -> None:
    told = [
        ("a", "sand", "38", 3_000.0),
        ("a", "navy", "38", 1_000.0),
        ("b", "rust", "38", 600.0),
        ("b", "moss", "38", 200.0),
    ]

    first, second = _shares_of_new(*told, ("lou", "ecru", "38", 0.0), ("lou", "plum", "38", 0.0))

    assert first == pytest.approx(0.75, abs=0.01)
    assert first + second == pytest.approx(1.0)


def test_a_colour_that_sells_better_than_its_place_does_so_in_a_new_style() -> None:
    told = [
        ("a", "black", "38", 9_000.0),
        ("a", "lime", "38", 3_000.0),
        ("b", "lime", "38", 3_000.0),
        ("b", "black", "38", 9_000.0),
    ]

    lime, black = _shares_of_new(*told, ("lou", "lime", "38", 0.0), ("lou", "black", "38", 0.0))

    assert black == pytest.approx(0.75, abs=0.02)
    assert lime + black == pytest.approx(1.0)


def test_colours_and_sizes_multiply() -> None:
    told = [
        ("a", "sand", "36", 1_000.0),
        ("a", "sand", "38", 2_000.0),
        ("a", "navy", "36", 500.0),
        ("a", "navy", "38", 1_000.0),
    ]
    new = [("lou", colour, size, 0.0) for colour in ("ecru", "plum") for size in ("36", "38")]

    shares = _shares_of_new(*told, *new)

    assert shares == pytest.approx([2 / 9, 4 / 9, 1 / 9, 2 / 9], abs=0.01)
