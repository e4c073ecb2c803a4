"""Questions about fit, quality and the like: which aspects they name, and the calls that answer them."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.agent.names import Names
from copilot.agent.offline.aspects import aspects_in
from copilot.agent.offline.reading import Reading
from copilot.agent.offline.routing import Call, calls_for

AS_OF = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("question", "aspects"),
    [
        ("Les tailles taillent-elles petit ?", ["fit"]),
        ("What do customers say about the fit and quality of the Odette coat?", ["fit", "quality"]),
        ("Que pensent les clients de la matière et du prix ?", ["fabric", "price"]),
        ("Do they find it comfortable?", ["comfort"]),
        ("Le manteau taille-t-il petit ?", ["fit"]),
        ("On se plaint de la livraison ?", ["delivery"]),
        ("What do customers say about the colour of Alba?", ["colour"]),
        ("What do customers complain about on the red linen dress?", []),
        ("Que disent les clients du manteau Odette ?", []),
    ],
)
def test_aspects_are_named_in_both_languages(question: str, aspects: list[str]) -> None:
    assert aspects_in(question) == aspects


def _calls(question: str, names: Names) -> list[Call]:
    return calls_for(Reading(question=question, intent="opinions", names=names), AS_OF)


def test_shares_of_the_product_come_before_posts() -> None:
    first, second = _calls("What do they say about the fit?", Names(product_ids=("P1",), categories=("coat",)))
    assert first == Call(tool="aspects", arguments={"aspects": ["fit"], "product_ids": ["P1"]})
    assert second.tool == "search_posts"


def test_terms_are_asked_about_by_their_id_and_market() -> None:
    first, _ = _calls("What do they say about the quality?", Names(term_ids=("mesh_flats",), countries=("IT",)))
    assert first.arguments == {"aspects": ["quality"], "term": "mesh_flats", "market": "IT"}


def test_other_opinions_are_answered_by_posts_alone() -> None:
    assert [call.tool for call in _calls("What do they say?", Names(product_ids=("P1",)))] == ["search_posts"]
