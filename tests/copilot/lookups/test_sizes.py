"""The order of sizes."""

from __future__ import annotations

import pytest

from copilot.lookups.sizes import size_order

ORDERED = {
    "letters": ["XXS", "XS", "s", "M", "L", "XL", "2XL", "XXXL", "4XL"],
    "numbers": ["4", "36", "38", "38,5", "40"],
    "letters, numbers, others": ["XL", "36", "TU"],
}


@pytest.mark.parametrize("sizes", ORDERED.values(), ids=ORDERED)
def test_sizes_go_from_small_to_large(sizes: list[str]) -> None:
    upside_down = sizes[::-1]
    upside_down.sort(key=size_order)
    assert upside_down == sizes
