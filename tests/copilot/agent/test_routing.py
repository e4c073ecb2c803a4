"""From questions understood to the tools that answer them, with what they group by and take over."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from copilot.agent.names import NamedPeriod, Names
from copilot.agent.offline.conversation import Turn
from copilot.agent.offline.reading import read
from copilot.agent.offline.routing import Call, calls_for

AS_OF = date(2026, 11, 2)
ODETTE, BOTH = Names(product_ids=("odette",)), Names(product_ids=("odette", "jeanne"))
LYON = Names(location_ids=("lyon",))
NAMES = Names()
SEPTEMBER = NamedPeriod(since="2026-09-01", last_day="2026-09-30")
OCTOBER = NamedPeriod(since="2026-10-01", last_day="2026-10-31")


def calls(*turns: tuple[str, Names]) -> list[Call]:
    return calls_for(read([Turn(question=question, names=names) for question, names in turns]), AS_OF)


@pytest.mark.parametrize(
    ("question", "names", "tool", "arguments"),
    [
        ("worst sellers?", NAMES, "sales", {"group": "product", "order": "least_sold"}),
        ("Quels produits ne se vendent pas ?", NAMES, "sales", {"group": "product", "order": "least_sold"}),
        ("Quels produits sont en baisse ?", NAMES, "sales", {"group": "product", "order": "decline"}),
        ("Which category grew most vs last year?", NAMES, "sales", {"group": "category", "order": "growth"}),
        ("Are the sales of Odette falling?", ODETTE, "sales", {"group": "location", "order": "decline"}),
        ("what was our best day?", NAMES, "sales", {"group": "day", "order": "most_sold"}),
        ("Quelle couleur se vend le mieux ?", ODETTE, "sales", {"group": "colour"}),
        ("ventes web vs magasins", Names(location_ids=("web",)), "sales", {"group": "channel", "location_ids": None}),
        ("ventes femme vs homme", Names(departments=("women", "men")), "sales", {"group": "department"}),
        ("Compare the sales of Odette and Jeanne", BOTH, "sales", {"group": "product"}),
        ("ventes d'Odette", ODETTE, "sales", {"group": "location"}),
        ("ventes, Lyon contre Nice", Names(location_ids=("lyon", "nice")), "sales", {"group": "location"}),
        ("meilleures ventes", Names(location_ids=("marais", "opera")), "sales", {"group": "product"}),
        ("forecast of Odette and Jeanne", BOTH, "forecast", {"group": "product"}),
        ("ventes d'octobre vs septembre", Names(period=OCTOBER, against=SEPTEMBER), "sales",
         {"since": "2026-10-01", "against_since": "2026-09-01", "against_last_day": "2026-09-30"}),
        ("sales compared with October", Names(against=OCTOBER), "sales",
         {"since": "2026-11-01", "last_day": "2026-11-01", "against_since": "2026-10-01"}),
        ("Which city sold most?", NAMES, "sales", {"group": "location"}),
        ("le magasin qui vend le moins de sacs", Names(categories=("bag",)), "sales",
         {"group": "location", "order": "least_sold"}),
        ("Online share of sales?", Names(location_ids=("web",)), "sales", {"group": "channel", "location_ids": None}),
        ("the most returned product in shoes", Names(departments=("shoes",)), "return_rates", {"group": "product"}),
        ("forecast of Odette by size", ODETTE, "forecast", {"group": "sku"}),
        ("what arrives in December?", Names(period=NamedPeriod(since="2026-12-01", last_day="2026-12-31")), "stock",
         {"due_since": "2026-12-01", "due_until": "2026-12-31"}),
        ("5-star reviews of Odette", ODETTE, "search_posts", {"sentiments": ["positive"]}),
        ("Which products are returned most?", NAMES, "return_rates", {"group": "product"}),
        ("taux de retour", ODETTE, "return_rates", {"group": "size"}),
        ("retours par magasin", ODETTE, "return_rates", {"group": "location"}),
        ("What is fading?", NAMES, "rising_terms", {"direction": "fading"}),
        ("What is trending in Italy?", Names(countries=("IT",)), "rising_terms", {"market": "IT"}),
        ("What is rising?", NAMES, "rising_terms", {"direction": None}),
        ("which dresses cost under 100 euros?", Names(categories=("dress",), budget=100.0), "find_products",
         {"most_price": 100.0}),
        ("quels sacs coûtent plus de 300 € ?", Names(categories=("bag",), budget=300.0), "find_products",
         {"least_price": 300.0, "most_price": None}),
        ("which stores hold too many sandals?", Names(categories=("sandals",)), "stock_cover", {"group": "location"}),
        ("overstock of dresses in Lyon", Names(categories=("dress",), location_ids=("lyon",)), "stock_cover",
         {"group": "product"}),
        ("surstock ?", NAMES, "stock_cover", {"group": "product"}),
    ],
)  # fmt: skip
def test_tools_and_what_they_group_by(question: str, names: Names, tool: str, arguments: dict[str, Any]) -> None:
    (call,) = calls((question, names))
    assert call.tool == tool
    assert {name: call.arguments.get(name) for name in arguments} == arguments


@pytest.mark.parametrize(
    ("question", "last_day", "tool"),
    [
        ("Will Odette last until Christmas?", "2026-12-24", "stock_cover"),
        ("le stock d'Odette tiendra-t-il jusqu'à Noël ?", "2026-12-24", "stock_cover"),
        ("Will Odette last until then?", None, "at_risk"),
        ("Will Odette run out next week?", "2026-11-15", "at_risk"),
    ],
)
def test_whether_stock_lasts_to_a_day_is_answered_to_that_day(question: str, last_day: str | None, tool: str) -> None:
    period = NamedPeriod(since="2026-11-02", last_day=last_day) if last_day else None
    (call,) = calls((question, ODETTE.model_copy(update={"period": period})))
    assert call.tool == tool
    assert call.arguments.get("until") == (last_day if tool == "stock_cover" else None)


def test_what_is_counted_beside_products_is_not_taken_for_stock() -> None:
    assert calls(("how many lifts in Lyon?", LYON)) == []


def test_returns_of_two_stretches_are_looked_up_one_by_one() -> None:
    first, second = calls(("taux de retour d'octobre vs septembre", Names(period=OCTOBER, against=SEPTEMBER)))
    assert (first.arguments["since"], second.arguments["since"]) == ("2026-10-01", "2026-09-01")


def test_days_compared_with_go_on_with_the_days_asked_before() -> None:
    (call,) = calls(("ventes d'octobre", Names(period=OCTOBER)), ("vs septembre ?", Names(against=SEPTEMBER)))
    assert (call.arguments["since"], call.arguments["against_since"]) == ("2026-10-01", "2026-09-01")


def test_a_colour_after_a_product_is_of_that_product_though_it_is_a_term_too() -> None:
    black = Names(colours=("black",), term_ids=("black",))
    (call,) = calls(("stock of Odette", ODETTE), ("and in black?", black))
    assert (call.tool, call.arguments["product_ids"], call.arguments["colours"]) == ("stock", ["odette"], ["black"])


def test_a_launch_plan_is_analogues_and_a_forecast_by_place() -> None:
    found = calls(("launch plan for Odette", ODETTE))
    assert [call.tool for call in found] == ["launch_analogues", "forecast"]
    assert found[1].arguments["group"] == "location"


def test_what_rises_is_asked_of_each_country_named() -> None:
    both = Names(countries=("IT", "FR"))
    assert [call.arguments["market"] for call in calls(("what is trending in Italy and France?", both))] == ["IT", "FR"]
    coat = both.model_copy(update={"term_ids": ("camel_coat",)})
    found = calls(("is camel coat rising in Italy and France?", coat))
    assert [(call.tool, call.arguments["market"]) for call in found] == [("explain_term", "IT"), ("explain_term", "FR")]


def test_priorities_are_risks_restock_and_rises_of_the_place_asked_for() -> None:
    found = calls(("what should I do today?", LYON))
    assert [call.tool for call in found] == ["at_risk", "restock", "rising_terms"]
    assert found[0].arguments["location_ids"] == ["lyon"]
    past = Names(period=NamedPeriod(since="2026-11-01", last_day="2026-11-01"))
    assert calls(("résume la journée d'hier", past))[0].tool == "sales"


@pytest.mark.parametrize(
    ("before", "names", "after", "kept"),
    [
        ("sales by store", ODETTE, "and Jeanne?", {"group": "location"}),
        ("que réassortir, budget 20 k€ ?", Names(budget=20_000.0), "et à Lyon ?", {"budget": 20_000.0}),
        ("what if we run 20% off?", ODETTE, "and in Lyon?", {"promotion_share": 0.2, "location_ids": ["lyon"]}),
        ("worst sellers", NAMES, "et à Lyon ?", {"order": "least_sold"}),
        ("worst sellers", NAMES, "and the best ones?", {"order": None}),
        ("what do customers say of the fit?", ODETTE, "and in Lyon?", {"aspects": ["fit"]}),
    ],
)
def test_a_question_that_goes_on_keeps_what_it_does_not_say(
    before: str, names: Names, after: str, kept: dict[str, Any]
) -> None:
    call = calls((before, names), (after, LYON))[0]
    assert {name: call.arguments.get(name) for name in kept} == kept


def test_why_only_so_few_goes_on_with_the_plan_and_its_product() -> None:
    (call,) = calls(("what to restock of Odette?", ODETTE), ("Why only 12 for Lyon?", LYON))
    assert (call.tool, call.arguments["product_ids"], call.arguments["location_ids"]) == (
        "restock",
        ["odette"],
        ["lyon"],
    )


def test_another_size_keeps_the_colour_and_another_product_neither() -> None:
    first = ("stock of Odette in camel 38?", Names(product_ids=("odette",), colours=("camel",), sizes=("38",)))
    (sized,) = calls(first, ("et en 40 ?", Names(sizes=("40",))))
    assert (sized.arguments["colours"], sized.arguments["sizes"]) == (["camel"], ["40"])
    (other,) = calls(first, ("and Jeanne?", Names(product_ids=("jeanne",))))
    assert not {"colours", "sizes"} & set(other.arguments)
