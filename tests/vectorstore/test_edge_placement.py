"""How an embedded index is searched, by its size."""

from __future__ import annotations

import pytest

from vectorstore.edge_placement import candidates


@pytest.mark.parametrize(
    ("documents", "graphs", "expected"),
    [
        pytest.param(100_000, 1, 288, id="one graph"),
        pytest.param(1_000_000, 9, 288, id="graphs of more than that"),
        pytest.param(100_000, 4, 204, id="a quarter of it each"),
        pytest.param(6_250, 1, 144, id="a sixteenth"),
        pytest.param(0, 0, 288, id="no graph yet"),
        pytest.param(0, 3, 0, id="graphs of nothing"),
    ],
)
def test_graphs_of_fewer_documents_are_asked_for_fewer_candidates(documents: int, graphs: int, expected: int) -> None:
    assert candidates(documents, graphs=graphs) == expected
