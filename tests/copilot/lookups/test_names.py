"""Names in questions, in French and English, with typos."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from copilot.errors import AmbiguousError
from copilot.lookups.context import Context
from copilot.lookups.names import recognise
from copilot.lookups.scope import Scope
from copilot.lookups.vocabulary import build_vocabulary
from copilot.signals.lexicon import load_lexicon


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        (
            "Combien de robes Alba ecru en 38 à Lyon ?",
            Scope(product_ids=("alba-dress",), colours=("ecru",), sizes=("38",), location_ids=("lyon",)),
        ),
        ("robs alba à Lyom", Scope(product_ids=("alba-dress",), location_ids=("lyon",))),
        ("stock of the Alba sandals", Scope(product_ids=("alba-sandals",))),
        ("Alba noire", Scope(product_ids=("alba-dress",), colours=("black",))),
        ("sandales alba", Scope(product_ids=("alba-sandals",))),
        ("Stock of SKU ODE-CAM-38 everywhere", Scope(sku_ids=("ODE-CAM-38",))),
        ("ode-cam-38 à Milano", Scope(sku_ids=("ODE-CAM-38",), location_ids=("milan",))),
        ("manteau Odete camel", Scope(product_ids=("odette",), colours=("camel",))),
        ("linen styles in Lyon", Scope(materials=("linen",), location_ids=("lyon",))),
        ("les robes en lin", Scope(categories=("dress",), materials=("linen",))),
        ("Que dois-je réassortir à Paris", Scope(location_ids=("marais", "opera"))),
        ("Why only 12 and not 24 for Marais?", Scope(location_ids=("marais",))),
        ("à Paris Opera", Scope(location_ids=("opera",))),
        ("ventes en Italie", Scope(countries=("IT",))),
        ("French stores", Scope(countries=("FR",))),
        ("sales in the UK", Scope(countries=("GB",))),
        ("nice dresses in Nice", Scope(categories=("dress",), location_ids=("nice",))),
        ("Et le même à Bordeaux ?", Scope(location_ids=("bordeaux",))),
        ("top 5 ventes à Nice", Scope(location_ids=("nice",))),
        ("stock rose à Lyon", Scope(location_ids=("lyon",))),
        ("top bordeaux taille M", Scope(categories=("top",), colours=("burgundy",), sizes=("M",))),
        ("dresses in 38 and 40 online", Scope(categories=("dress",), sizes=("38", "40"), location_ids=("web-fr",))),
        ("Alba dress 38-40", Scope(product_ids=("alba-dress",), sizes=("38", "40"))),
        ("le stock de l'entrepôt", Scope(location_ids=("dc",))),
        ("what is in stock", Scope()),
        ("combien de 40 à Lyon", Scope(sizes=("40",), location_ids=("lyon",))),
        ("dresses in 38 and XXL", Scope(categories=("dress",), sizes=("38", "XXL"))),
        ("XXL dresses", Scope(categories=("dress",), sizes=("XXL",))),
        ("stock of parkas", Scope(categories=("parka",))),
        ("manteaux et parkas", Scope(categories=("coat", "parka"))),
        ("Will the shares rise?", Scope()),
    ],
)
def test_scope_is_recognised(context: Context, text: str, scope: Scope) -> None:
    found = recognise(context, text)
    assert found.scope == scope
    assert found.ambiguous == ()
    assert found.unknown == ()


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("stock robes roses à Lyon", Scope(categories=("dress",), colours=("pink",), location_ids=("lyon",))),
        ("sales of pink dresses", Scope(categories=("dress",), colours=("pink",))),
        ("which dresses are pink or black?", Scope(categories=("dress",), colours=("black", "pink"))),
        ("Did sales of dresses rose last week?", Scope(categories=("dress",))),
        ("the Odette coat in velvet", Scope(product_ids=("odette",), materials=("velvet",))),
        ("the wool Odette coat", Scope(product_ids=("odette",))),
        ("manteau Odette en 52 à Lyon", Scope(product_ids=("odette",), sizes=("52",), location_ids=("lyon",))),
        ("Odette taille XXL", Scope(product_ids=("odette",), sizes=("XXL",))),
        ("ventes d'Odette en 24 heures", Scope(product_ids=("odette",))),
        ("Odette in 20 stores", Scope(product_ids=("odette",))),
        ("et en rose ?", Scope(colours=("pink",))),
    ],
)
def test_what_the_catalogue_lacks_is_recognised(context: Context, text: str, scope: Scope) -> None:
    found = recognise(context, text)
    assert found.scope == scope
    assert found.unknown == ()


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("How many Odette in Madrid?", "Madrid"),
        ("stock odette à madrid", "madrid"),
        ("ventes en Espagne", "Espagne"),
        ("sales in new york", "new york"),
        ("stock à Zorgville", "Zorgville"),
    ],
)
def test_places_of_the_world_are_unknown_places(context: Context, text: str, unknown: str) -> None:
    assert [(one.text, one.is_place) for one in recognise(context, text).unknown] == [(unknown, True)]


def test_name_of_two_products_is_ambiguous(context: Context) -> None:
    found = recognise(context, "Combien d'Alba à Lyon ?")
    assert found.product_ids == ()
    assert [candidate.label for candidate in found.ambiguous[0].candidates] == ["Alba (dress)", "Alba (sandals)"]
    with pytest.raises(AmbiguousError, match="'Alba' may mean"):
        found.require_clear()


def test_unknown_name_offers_near_misses(context: Context) -> None:
    found = recognise(context, "Combien de robes Odetta-Rose et Zorglub à Lyon ?")
    assert [unknown.text for unknown in found.unknown] == ["Zorglub"]
    assert found.product_ids == ("odette",)
    unknown = recognise(context, "Stock of SKU ALB-ECR-39?").unknown
    assert unknown[0].text == "alb-ecr-39"
    assert "ALB-ECR-38" in unknown[0].closest


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ('Why is "mesh flats" spiking, and do we sell any?', ("mesh_flats",)),
        ("Pourquoi le jaune beurre monte ?", ("butter_yellow",)),
        ("Les tailles taillent-elles petit ? la veste taille petit", ("jacket", "runs_small")),
        ("combien de pièces à Lyon", ()),
    ],
)
def test_terms_are_recognised(context: Context, text: str, terms: tuple[str, ...]) -> None:
    assert set(recognise(context, text).term_ids) >= set(terms) if terms else recognise(context, text).term_ids == ()


@pytest.mark.parametrize(
    ("text", "limit", "budget"),
    [
        ("Que dois-je réassortir à Milan avant vendredi, budget 20 k€ ?", None, 20_000.0),
        ("the top 5 lines under £2,500", 5, 2_500.0),
        ("les 3 meilleures ventes, budget de 12 000 euros", 3, 12_000.0),
        ("les dix premiers", 10, None),
        ("12 and not 24", None, None),
    ],
)
def test_amounts_are_recognised(context: Context, text: str, limit: int | None, budget: float | None) -> None:
    found = recognise(context, text)
    assert (found.limit, found.budget) == (limit, budget)


def test_words_of_a_period_name_nothing_else(context: Context) -> None:
    found = recognise(context, "Ventes d'Odette du 1er au 38 octobre, puis en octobre")
    assert found.sizes == ()
    found = recognise(context, "Ventes d'Odette du 1er au 15 octobre vs l'an dernier")
    assert found.period is not None
    assert found.period.last_day == date(2026, 10, 15)
    assert found.compares_last_year
    assert found.scope == Scope(product_ids=("odette",))


def test_a_city_is_no_misspelt_term(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    assert context.lexicon.find("à Lille", "fr") == ["lilac"]
    monkeypatch.setattr(context, "_vocabulary", replace(context.vocabulary, locations={("lille",): ("lyon",)}))
    found = recognise(context, "et à Lille ?")
    assert (found.location_ids, found.term_ids) == (("lyon",), ())


def test_a_jacket_of_jean_is_no_pair_of_jeans() -> None:
    skus = {"sku_id": ["J1", "J2"], "product_id": ["J1", "J2"], "name": ["Romy", "Milo"], "colour": ["blue"] * 2,
            "size": ["38"] * 2, "category": ["jacket", "jeans"], "department": ["women"] * 2,
            "material": ["denim"] * 2}  # fmt: skip
    places = {"location_id": ["lyon"], "name": ["Lyon"], "kind": ["store"], "city": ["Lyon"], "country": ["FR"]}
    vocabulary = build_vocabulary(pl.DataFrame(skus), pl.DataFrame(places), load_lexicon())
    assert vocabulary.materials["en", "jean"] == ("denim",)
    assert vocabulary.categories["down", "jacket"] == ("puffer",)
    assert ("leather", "jacket") not in vocabulary.categories
