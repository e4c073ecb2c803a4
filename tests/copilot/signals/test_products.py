from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from copilot.errors import UnknownNameError
from copilot.signals.lexicon import load_lexicon
from copilot.signals.mentions import find_mentions
from copilot.signals.products import LIKE, ProductLinks, product_links
from copilot.signals.records import MENTIONS_SCHEMA, ProductLink
from ingestion.errors import TableMissingError
from ingestion.lake import Lake
from ingestion.warehouse import Warehouse
from tests.copilot.signals.material import AS_OF, posts

_RANGE = [
    ("P1", "Odette", "coat", "wool", "long;double-breasted", "Long coat in a soft wool blend.", ["camel", "black"]),
    ("P2", "Jeanne", "coat", "wool", "wrap;belted", "Belted wrap coat.", ["grey"]),
    ("P3", "Lili", "flats", "mesh", "mesh flats;ballerina", "Ballerina flats in fine mesh.", ["black"]),
    ("P4", "Nina", "dress", "viscose", "polka dots;wrap", "Polka-dot wrap dress.", ["black"]),
    ("P5", "Chloé", "manteau", "laine", "", "", ["camel"]),
    ("P7", "Ida", "mules", "satin", "image: quilted mules with a lantern heel", "", ["black"]),
    ("P6", "Zoé", "bag", "leather", "", "A bag for your camel coat.", ["tan"]),
]


def _catalogue() -> pl.DataFrame:
    names = ["product_id", "name", "category", "material", "attributes", "description", "colour"]
    return pl.DataFrame(_RANGE, schema=names, orient="row").explode("colour")


def _links(term_id: str, mentions: pl.DataFrame | None = None) -> list[ProductLink]:
    said = MENTIONS_SCHEMA.to_frame() if mentions is None else mentions
    return ProductLinks(_catalogue(), said, load_lexicon()).of(term_id)


def _by_product(links: list[ProductLink]) -> dict[str, tuple[str, ...]]:
    return {link.product_id: link.reasons for link in links}


def test_all_that_the_term_asks_for_must_be_there() -> None:
    found = _by_product(_links("camel_coat"))

    assert found["P1"] == ("category:coat", "colour:camel")
    assert "P2" not in found
    assert "P3" not in found


def test_values_in_another_language_mean_the_same() -> None:
    assert _by_product(_links("camel_coat"))["P5"] == ("category:coat", "colour:camel")
    assert _by_product(_links("wool"))["P5"] == ("material:wool",)


@pytest.mark.parametrize(("term_id", "product_id"), [("mesh_flats", "P3"), ("polka_dots", "P4")])
def test_attributes_link(term_id: str, product_id: str) -> None:
    assert _links(term_id)[0].product_id == product_id


def test_name_or_description_links_less_surely_than_attributes() -> None:
    links = {link.product_id: link for link in _links("camel_coat")}

    assert links["P6"].reasons == ("named",)
    assert 0.0 < links["P6"].score < links["P1"].score <= 1.0


def _like(phrase: str, language: str = "en") -> list[ProductLink]:
    links = ProductLinks(_catalogue(), MENTIONS_SCHEMA.to_frame(), load_lexicon())
    return links.like_phrase("p", phrase, language)


@pytest.mark.parametrize(
    ("phrase", "language", "product_id"),
    [
        ("fine mesh flats", "en", "P3"),
        ("ballerines en résille", "fr", "P3"),
        ("polka dot wrap dress", "en", "P4"),
        ("camel wool coat", "en", "P1"),
        ("lantern mules", "en", "P7"),
    ],
)
def test_product_that_has_each_word_of_a_phrase_is_like_it(phrase: str, language: str, product_id: str) -> None:
    first = _like(phrase, language)[0]

    assert (first.product_id, first.term_id) == (product_id, "p")
    assert first.score >= LIKE


@pytest.mark.parametrize("phrase", ["mesh boots", "leather coat", "lantern hem", "opera gloves", "suede mules"])
def test_product_that_has_part_of_a_phrase_is_not_like_it(phrase: str) -> None:
    assert all(link.score < LIKE for link in _like(phrase))


def test_pictures_are_a_reason() -> None:
    (first, *_) = _like("lantern mules")

    assert {"shows:lantern", "pictured"} < set(first.reasons)


def test_nearest_products_of_a_term_that_the_range_lacks() -> None:
    links = ProductLinks(_catalogue(), MENTIONS_SCHEMA.to_frame(), load_lexicon())

    nearest = links.like_term("leather_jacket")

    assert links.of("leather_jacket") == []
    assert [(link.product_id, link.score < LIKE) for link in nearest] == [("P6", True)]


def test_range_without_the_like_has_no_links() -> None:
    assert _links("leopard") == []


def test_reviews_link_when_several_reviewers_say_it() -> None:
    reviews = [
        {"post_id": f"r{n}", "text": "It runs small, linen", "product_id": "P2", "author": f"a{n}"} for n in range(5)
    ]
    single = [{"post_id": "r9", "text": "runs small", "product_id": "P4", "author": "b"}]

    links = _links("runs_small", find_mentions(posts(*reviews, *single)))

    assert _by_product(links) == {"P2": ("mentioned_in_reviews",)}


def test_agreeing_reasons_make_a_link_surer() -> None:
    reviews = [{"post_id": f"r{n}", "text": "This camel coat!", "product_id": "P1"} for n in range(5)]

    alone, with_reviews = _links("camel_coat")[0], _links("camel_coat", find_mentions(posts(*reviews)))[0]

    assert with_reviews.score > alone.score
    assert with_reviews.reasons == (*alone.reasons, "mentioned_in_reviews")


def test_unknown_term_is_named() -> None:
    with pytest.raises(UnknownNameError, match="camel_cape"):
        _links("camel_cape")


def test_links_need_products(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")

    with pytest.raises(TableMissingError):
        product_links(Warehouse(lake), lake, AS_OF)
