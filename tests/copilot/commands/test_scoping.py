"""Products, SKUs and places named on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.commands.scoping import named_scope
from copilot.errors import AmbiguousError, UnknownNameError
from copilot.lookups.scope import EVERYTHING, Scope
from copilot.settings import Settings
from copilot.workspace import Workspace
from ingestion.lake import Lake
from tests.copilot.planning.shop import day, table

MORNING = day(10)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two products of one name, two places in one city."""
    home: Path = tmp_path_factory.mktemp("named")
    lake = Lake(home / "lake")
    names = {"P1": "Éloïse", "P2": "Odette", "P3": "Odette"}
    rows = [{"product_id": id, "name": name, "category": "coat"} for id, name in names.items()]
    lake.append("products", table("products", rows))
    lake.append("skus", table("skus", [{"sku_id": f"{id}-M", "product_id": id, "size": "M"} for id in names]))
    places = [{"location_id": f"S{n}", "name": f"Rue {n}", "kind": "store", "city": "Lyon", "country": "FR"}
              for n in (1, 2)]  # fmt: skip
    lake.append("locations", table("locations", places))
    sale = {"date": day(1), "sku_id": "P1-M", "location_id": "S1", "units": 1, "net_amount": 9.0, "currency": "EUR"}
    lake.append("sales", table("sales", [sale]))
    return Workspace(Settings(home=home))


def _named(shop: Workspace, *, products: tuple[str, ...] = (), skus: tuple[str, ...] = (),
           locations: tuple[str, ...] = ()) -> Scope:  # fmt: skip
    return named_scope(shop, MORNING, products=products, skus=skus, locations=locations)


def test_nothing_named_is_everything(shop: Workspace) -> None:
    assert _named(shop) == EVERYTHING


def test_ids_and_names_without_accents_or_capitals_are_the_same(shop: Workspace) -> None:
    found = _named(shop, products=("eloise", "P1", "p2"), skus=("P3-M",))
    assert (found.product_ids, found.sku_ids) == (("P1", "P2"), ("P3-M",))


def test_a_city_is_all_its_places(shop: Workspace) -> None:
    assert _named(shop, locations=("lyon",)).location_ids == ("S1", "S2")
    assert _named(shop, locations=("Rue 2",)).location_ids == ("S2",)


def test_a_name_of_several_products_is_asked_back(shop: Workspace) -> None:
    with pytest.raises(AmbiguousError, match="P2; P3"):
        _named(shop, products=("Odette",))


@pytest.mark.parametrize(
    ("kind", "text", "closest"), [("product", "Eloisse", "Éloïse"), ("SKU", "P3-L", "P3-M"), ("place", "Lion", "Lyon")]
)
def test_an_unknown_name_is_told_with_the_closest(shop: Workspace, kind: str, text: str, closest: str) -> None:
    asked = {"product": "products", "SKU": "skus", "place": "locations"}[kind]
    with pytest.raises(UnknownNameError, match=rf"No {kind} is called '{text}'\. Closest: .*{closest}"):
        _named(shop, **{asked: (text,)})
