"""Questions on what nobody listed and on what the range lacks: which tool they lead to, and what is written."""

from __future__ import annotations

from datetime import date

import pytest

from copilot import wording
from copilot.agent.citations import numbered
from copilot.agent.names import Names
from copilot.agent.offline.conversation import Result
from copilot.agent.offline.intents import intent_of
from copilot.agent.offline.reading import Reading
from copilot.agent.offline.routing import calls_for
from copilot.agent.offline.writing.compose import compose
from copilot.evidence import Evidence, Figure, Row, make_evidence
from copilot.grounding import check_text
from copilot.settings import Language

AS_OF = date(2026, 11, 2)
_SAID = (
    Figure(name="authors", value=25, unit="authors"),
    Figure(name="expected_authors", value=0.38, unit="authors"),
)
_PHRASE = Row(
    labels={"term": "lantern hem", "phrase_id": "en:lanternhem", "forms": "#lanternhem, hem lantern"},
    figures=_SAID,
    dates={"first_seen_on": date(2026, 10, 24)},
)
_PRODUCT = Row(
    labels={"product": "Lou", "product_id": "P7"},
    figures=(
        Figure(name="link_score", value=0.62, unit="share"),
        Figure(name="on_hand_units", value=31, unit="units"),
    ),
    reasons=("category:skirt", "says:hem"),
)
_NEAR = Row(
    labels={"term": "lantern hem", "nearest": "Lou, Odette"},
    figures=(*_SAID, Figure(name="link_score", value=0.11, unit="share")),
)
_COUNTED = [Figure(name="terms_checked", value=9, unit="terms"), Figure(name="range_gaps", value=1, unit="terms")]


def _evidence(*rows: Row, totals: list[Figure] | None = None, notes: tuple[str, ...] = ()) -> Evidence:
    days = {"since": date(2026, 10, 19), "last_day": date(2026, 11, 1)}
    return make_evidence(
        "signal", as_of=AS_OF, sources={"posts": 1}, rows=rows, totals=totals or [], dates=days, notes=notes
    )


CASES = [
    ("new_phrases", _evidence(_PHRASE), "lantern hem**: 25 authors in 14 days, 0.38 expected", "**lantern hem** : 25"),
    (
        "explain_term",
        _evidence(_PHRASE, _PRODUCT, notes=("new_phrase",)),
        "What we have like it [1]:\n\n- **Lou**: match 62%, category skirt, hem in its name or description, 31 pieces",
        "Dit aussi : #lanternhem, hem lantern [1].",
    ),
    (
        "explain_term",
        _evidence(_PHRASE, notes=("new_phrase", "range_gap")),
        "Nothing in the range is like it [1].",
        "Rien dans la gamme n'y ressemble [1].",
    ),
    (
        "range_gaps",
        _evidence(_NEAR, totals=_COUNTED),
        "nearest: Lou, Odette (match 11%) [1]",
        "n'y ressemble : 1 sur 9 termes examinés [1]",
    ),
    ("range_gaps", _evidence(totals=_COUNTED[:1]), "9 terms checked [1]", "9 termes examinés [1]"),
    ("products_like", _evidence(Row(labels={"term": "a hem"}), _PRODUCT), "like “a hem” [1]", "ressemble à « a hem »"),
    (
        "products_like",
        _evidence(Row(labels={"term": "a hem"}), notes=("range_gap",)),
        "Nothing in the range is like “a hem” [1].",
        "Rien dans la gamme ne ressemble à « a hem » [1].",
    ),
]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(("tool", "evidence", "english", "french"), CASES)
def test_answers_say_it_and_are_held(
    tool: str, evidence: Evidence, english: str, french: str, language: Language
) -> None:
    text = numbered(compose([Result(tool=tool, evidence=evidence)], language), {evidence.id: evidence})

    shown = text.text.replace(wording.NO_BREAK, " ").replace("\u202f", " ")
    assert (english if language == "en" else french) in shown
    assert check_text(text.text, text.evidence, language) == []


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("tool", ["new_phrases", "range_gaps", "products_like"])
def test_nothing_found_is_said(tool: str, language: Language) -> None:
    text = compose([Result(tool=tool, evidence=_evidence())], language)

    assert text
    assert check_text(text, {}, language) == []


@pytest.mark.parametrize(
    ("question", "tool", "arguments"),
    [
        ("What is new that nobody listed?", "new_phrases", {"limit": 8}),
        ("Quelles nouvelles expressions montent ?", "new_phrases", {"limit": 8}),
        ("What does the range lack?", "range_gaps", {"limit": 8}),
        ("Qu'est-ce que la gamme n'a pas ?", "range_gaps", {"limit": 8}),
        ("What is rising that we don't carry?", "range_gaps", {"limit": 8}),
        ("Do we sell anything like mesh flats?", "products_like", {"text": "mesh flats"}),
        ("Avons-nous quelque chose comme des bottines en daim ?", "products_like", {"text": "des bottines en daim"}),
        ("Un produit qui ressemble à un sac seau ?", "products_like", {"text": "un sac seau"}),
    ],
)
def test_questions_lead_to_their_tool(question: str, tool: str, arguments: dict[str, object]) -> None:
    reading = Reading(question=question, intent=intent_of(question).intent, names=Names())

    (call,) = calls_for(reading, AS_OF)

    assert (call.tool, call.arguments) == (tool, arguments)


def test_a_new_phrase_is_explained_rather_than_a_term_inside_it() -> None:
    names = Names(term_ids=("trousers",), phrases=("puddle pants",))

    (call,) = calls_for(Reading(question="Why is puddle pants rising?", intent="trends", names=names), AS_OF)

    assert call.arguments == {"term": "puddle pants"}
