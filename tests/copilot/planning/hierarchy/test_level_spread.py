"""What the series of a node have in common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from copilot.planning.hierarchy.level_spread import Sums, level_spreads
from copilot.planning.hierarchy.levels import Level
from tests.copilot.planning.hierarchy.chains import chain_series

_STORES = Level(by="all", at="location")
_CHAIN = Level(by="all", at="chain")


def _sums(common: float, mornings: int) -> Sequence[Sums]:
    """Poisson demand of 40 SKUs at 30 stores, whose rates at a store move together."""
    rng = np.random.default_rng(4)
    series = chain_series(40, 30)
    store = np.unique(series["location_id"].to_numpy(), return_inverse=True)[1]
    mean = rng.gamma(2.0, 4.0, series.height)
    found = []
    for _ in range(mornings):
        shared = rng.gamma(1.0 / common, common, 30) if common else np.ones(30)
        seen = rng.poisson(mean * shared[store]).astype(np.float64)
        ones = np.ones(series.height)
        found.append(Sums(mean=mean, dispersion=ones, rate_variance=common * ones, seen=seen))
    return found


@pytest.mark.parametrize("common", [0.02, 0.1])
def test_what_stores_have_in_common_is_found_from_the_sums_of_stores(common: float) -> None:
    found = level_spreads(chain_series(40, 30), _sums(common, 8), [_STORES])
    assert found["common_variance"][0] == pytest.approx(common, rel=0.3)
    assert found["coverage"][0] == pytest.approx(0.8, abs=0.03)
    assert found["sums"][0] == 240


def test_series_that_move_alone_have_nothing_in_common() -> None:
    found = level_spreads(chain_series(40, 30), _sums(0.0, 8), [_STORES, _CHAIN])
    assert found["common_variance"].to_list() == pytest.approx([0.0, 0.0], abs=0.002)


def test_a_level_of_few_sums_leans_on_the_next_finer_one() -> None:
    alone = level_spreads(chain_series(40, 30), _sums(0.1, 2), [_CHAIN])
    beside = level_spreads(chain_series(40, 30), _sums(0.1, 2), [_STORES, _CHAIN])
    assert beside.filter(by="all", at="chain")["common_variance"][0] > alone["common_variance"][0]


def test_no_past_morning_teaches_nothing() -> None:
    assert level_spreads(chain_series(4, 3), [], [_CHAIN]).is_empty()
