"""What a question is about, from its words and the names found in it."""

from __future__ import annotations

import pytest

from copilot.agent.names import Names
from copilot.agent.offline.conversation import Turn
from copilot.agent.offline.reading import read

ITCHY_LINEN = Names(materials=("linen",), problem_ids=("itchy",))


@pytest.mark.parametrize(
    ("question", "names", "intent"),
    [
        pytest.param("robe en lin qui gratte", ITCHY_LINEN, "opinions", id="a complaint alone"),
        pytest.param(
            "which linen dresses are itchy?", ITCHY_LINEN, "opinions", id="a complaint and a hint at products"
        ),
        pytest.param("robe en lin", Names(materials=("linen",)), "products", id="no complaint"),
        pytest.param("quels produits grattent ?", Names(problem_ids=("itchy",)), "opinions", id="which products"),
        pytest.param("stock des robes qui grattent", ITCHY_LINEN, "stock", id="another question, said clearly"),
    ],
)
def test_words_of_complaint_ask_for_what_customers_write(question: str, names: Names, intent: str) -> None:
    assert read([Turn(question=question, names=names)]).intent == intent
