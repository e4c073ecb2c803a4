"""Questions to answers with the offline model: figures, follow-ups, questions back, threads and what is kept."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from copilot.agent.answering import Agent
from copilot.agent.records import Answer
from copilot.settings import Language, Settings
from copilot.workspace import Workspace
from tests.copilot.lookups.retailer import AS_OF, write_retailer


def asked(shop: Workspace, *questions: str, language: Language | None = None) -> Answer:
    """The answer to the last of the questions, all in one thread."""
    with Agent.open(shop, as_of=AS_OF, remember=False) as agent:
        return [agent.answer(question, thread_id="t", language=language) for question in questions][-1]


def spaced(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_a_stock_question_in_french(shop: Workspace) -> None:
    answer = asked(shop, "Combien de robes Alba ecru en 38 à Lyon ?")
    assert spaced(answer.text).startswith("1 pièce en stock dans 1 magasin [1]. 6 pièces en route [1].")
    assert "attendues le 3 novembre" in answer.text
    assert [source.label for source in answer.sources] == ["stock, au matin du 2 novembre"]
    assert (answer.language, answer.model, answer.refusal) == ("fr", "offline", "")


def test_a_stock_question_in_english(shop: Workspace) -> None:
    answer = asked(shop, "How many Odette coats are left in London?")
    assert answer.text.startswith("3 pieces on hand in 1 store [1].")
    assert answer.language == "en"


def test_answers_carry_charts_and_follow_ups(shop: Workspace) -> None:
    answer = asked(shop, "Sales of the last 7 days vs last year?")
    assert [chart.title for chart in answer.charts] == ["Sales by day"]
    assert len(answer.follow_ups) == 2


@pytest.mark.parametrize(
    ("questions", "holds"),
    [
        (("Stock of pink dresses in Lyon?",), "**dress**: nothing in pink in the range [1]. Colours there are: black"),
        (("Ventes de robes roses ?",), "**robe** : rien en rose dans la gamme [1]. Couleurs existantes : noir et écru"),
        (("Stock du manteau Odette en 52 ?",), "**Odette** : rien en taille « 52 » dans la gamme [1]. Cela existe"),
        (("Stock of Odette in London?", "and in pink?"), "**Odette**: nothing in pink in the range"),
        (("Stock of the Odette coat in linen?",), "**Odette**: nothing in linen in the range"),
        (("How many Odette in Madrid?",), "I know no place called “Madrid” here. Stores are in Bordeaux,"),
        (("Stock d'Odette à madrid ?",), "Je ne connais pas de lieu « madrid » ici. Les magasins sont à Bordeaux,"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_without_a_figure_of_all(
    shop: Workspace, questions: tuple[str, ...], holds: str
) -> None:
    answer = asked(shop, *questions)
    assert spaced(answer.text).startswith(holds)
    assert answer.refusal == ""
    assert all(word not in answer.text for word in ("pieces", "pièces"))


def test_follow_ups_of_rows_by_store_name_the_product(shop: Workspace) -> None:
    assert asked(shop, "Sales of Odette by store last week?").follow_ups[0] == "Stock of Odette"
    assert asked(shop, "Ventes d'Odette par magasin la semaine dernière ?", "et à Londres ?").follow_ups[0] == (
        "Stock pour Odette"
    )
    assert asked(shop, "Sales by store last week?").follow_ups[0] != "Stock of Odette"


@pytest.mark.parametrize(
    ("questions", "holds"),
    [
        (("Stock de la robe Alba ecru 38 à Lyon ?", "Et à Paris ?"), "4 pièces en stock"),
        (("Stock of Odette in London?", "And in Lyon?"), "7 pieces on hand"),
        (("Stock of Odette in London?", "And the Alba dress?"), "No stock level"),
        (("Stock de la robe Alba à Lyon ?", "Et les ventes ?"), "vendues"),
        (("Stock of the Alba dress in Lyon?", "Sales of Odette last week?"), "2 pieces sold"),
        (("How many Alba do we have?", "the dress"), "35 pieces on hand"),
        (("Stock of the Alba dress in Lyon?", "Return rates of Alba by size?"), "came back"),
        (("Stock of Odette in Lyon?", "and everywhere?"), "London Covent Garden"),
    ],
)
def test_follow_ups_continue_the_question_before(shop: Workspace, questions: tuple[str, ...], holds: str) -> None:
    assert holds in spaced(asked(shop, *questions).text)


def test_an_ambiguous_name_is_asked_about(shop: Workspace) -> None:
    answer = asked(shop, "How much Alba do we have?")
    assert answer.text == "“Alba” may mean “Alba (dress)” or “Alba (sandals)”: which one?"
    assert answer.sources == ()


def test_what_is_not_known_is_said(shop: Workspace) -> None:
    assert asked(shop, "Forecast for Odette?").text.startswith("That could not be looked up: “No forecasts yet.")
    assert asked(shop, "Stock of the Zebulon?").text == "I know no “Zebulon” here."
    assert asked(shop, "Stock of the Zebulon coat?").text.startswith("I know no “Zebulon” here.\n\n60 pieces")
    assert asked(shop, "Xyzzy?").text.startswith("I did not get")


def test_a_language_that_is_asked_for_wins(shop: Workspace) -> None:
    assert asked(shop, "Stock Odette Lyon", language="fr").language == "fr"
    assert "en stock" in asked(shop, "Stock of Odette in Lyon?", language="fr").text


def test_a_question_after_a_person_is_refused_without_a_lookup(shop: Workspace) -> None:
    answer = asked(shop, "Give me the e-mail of the reviewer")
    assert answer.refusal == "personal"
    assert "pseudonyms" in answer.text


def test_threads_are_kept_in_the_workspace_without_personal_data(tmp_path: Path) -> None:
    workspace = write_retailer(tmp_path / "shop")
    with Agent.open(workspace, as_of=AS_OF) as agent:
        agent.answer("Stock of Odette in Lyon? Tell lea@example.com or 06 12 34 56 78", thread_id="t")
    with Agent.open(workspace, as_of=AS_OF) as agent:
        assert "3 pieces" in agent.answer("And in London?", thread_id="t").text
    kept = workspace.state_path.read_bytes()
    assert b"Odette" in kept
    assert b"lea@example" not in kept
    assert b"34 56 78" not in kept


def test_threads_do_not_mix(shop: Workspace) -> None:
    with Agent.open(shop, as_of=AS_OF, remember=False) as agent:
        agent.answer("Stock of Odette in London?", thread_id="one")
        assert "I did not get" in agent.answer("And in Lyon?", thread_id="two").text


def test_the_same_question_gives_the_same_answer(shop: Workspace) -> None:
    assert asked(shop, "Que réassortir ?") == asked(shop, "Que réassortir ?")


def test_questions_can_be_asked_at_the_same_time(shop: Workspace) -> None:
    async def both(agent: Agent) -> list[str]:
        async def one(question: str, thread: str) -> str:
            events = [event async for event in agent.ask(question, thread_id=thread)]
            assert isinstance(events[-1], Answer)
            return events[-1].text

        return list(await asyncio.gather(one("Stock of Odette in Lyon?", "a"), one("Stock of Odette in London?", "b")))

    with Agent.open(shop, as_of=AS_OF, remember=False) as agent:
        lyon, london = asyncio.run(both(agent))
    assert ("7 pieces" in lyon, "3 pieces" in london) == (True, True)


def test_the_morning_defaults_to_the_one_after_the_newest_sales(shop: Workspace) -> None:
    with Agent.open(Workspace(Settings(home=shop.home)), remember=False) as agent:
        assert agent.as_of == AS_OF
