"""The range: styles in colours and sizes, hand-written ones first, further ones made up from the same material."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import polars as pl

from ingestion.demo.chance import generator
from ingestion.demo.material import load
from ingestion.retail.contracts import PRODUCTS, SKUS

Fit = Literal["small", "true", "large"]

_FIRST_PRODUCT = 101
_LONG_AGO_DAYS = 900


@dataclass(frozen=True, kw_only=True)
class Category:
    """How a garment type sells."""

    name: str
    peak_day: int
    """Day of the year of the strongest demand."""
    swing: float
    """Strength of the season: log demand goes from -swing to +swing."""
    warmth: float
    """Change of log demand for a day 10 degrees warmer than usual."""
    elasticity: float
    sizes: str
    price_eur: float


@dataclass(frozen=True, kw_only=True)
class Style:
    """One product."""

    product_id: str
    name: str
    category: Category
    department: str
    material: str
    attributes: tuple[str, ...]
    description: str
    supplier: str
    price_eur: float
    colours: tuple[str, ...]
    sizes: Mapping[str, float]
    """Label -> share of the style's demand."""
    popularity: float
    """1 is the average style."""
    fit: Fit
    lead_time_days: int
    pack_size_units: int
    launched_on: date
    stores: int | None
    """Only the first so many stores carry it; None: by store size."""


@dataclass(frozen=True, kw_only=True)
class Sku:
    """One colour and size of a style."""

    sku_id: str
    style: int
    """Position of the style in the range."""
    variant: int
    """Position of the style x colour in the range."""
    colour: str
    size: str
    share: float
    """Share of the style's demand."""
    unit_cost: float


@dataclass(frozen=True, kw_only=True)
class Range:
    """Every style and SKU, and the variants (style x colour) between them."""

    styles: tuple[Style, ...]
    variants: tuple[tuple[int, str], ...]
    """(position of the style, colour)."""
    skus: tuple[Sku, ...]


def build_range(products: int, *, seed: int, end: date) -> Range:
    """That many styles; `end` is the last day of sales, from which launches count back."""
    data = load("range")
    categories = {name: _category(name, row) for name, row in data["categories"].items()}
    rows = load("styles")[:products]
    rows += _further_rows(data, categories, products - len(rows), seed)
    styles = tuple(_style(number, row, data, categories, end) for number, row in enumerate(rows))
    variants = tuple((number, colour) for number, style in enumerate(styles) for colour in style.colours)
    return Range(styles=styles, variants=variants, skus=tuple(_skus(styles, variants)))


def _category(name: str, row: Mapping[str, Any]) -> Category:
    return Category(
        name=name,
        peak_day=row["peak"],
        swing=row["swing"],
        warmth=row["warmth"],
        elasticity=row["elasticity"],
        sizes=row["sizes"],
        price_eur=row["price"],
    )


def _further_rows(
    data: Mapping[str, Any], categories: Mapping[str, Category], count: int, seed: int
) -> list[dict[str, Any]]:
    if count <= 0:
        return []
    chance = generator(seed, "further styles")
    further = data["further"]
    pairs = [(name, category) for category in categories for name in further["names"]]
    rows = []
    for index in chance.permutation(len(pairs))[:count]:
        name, category = pairs[index]
        colours = chance.permutation(further["colours"])[: int(chance.integers(2, 4))]
        material = str(chance.choice(further["materials"][category]))
        attribute = str(chance.choice(further["attributes"]))
        rows.append(
            {
                "name": name,
                "category": category,
                "department": str(chance.choice(["women", "women", "men"])),
                "material": material,
                "attributes": attribute,
                "price": round(categories[category].price_eur * float(chance.uniform(0.7, 1.5)) / 5) * 5,
                "colours": [str(colour) for colour in colours],
                "sizes": categories[category].sizes,
                "popularity": round(float(chance.lognormal(-0.2, 0.6)), 2),
                "fit": str(chance.choice(["true", "true", "small", "large"])),
                "lead": int(chance.integers(4, 8)) * 7,
                "pack": int(chance.integers(1, 4)),
                "launched": int(chance.choice([_LONG_AGO_DAYS, _LONG_AGO_DAYS, int(chance.integers(60, 700))])),
                "description": f"{attribute.capitalize()} {category} in {material}.",
            }
        )
    return rows


def _style(
    number: int, row: Mapping[str, Any], data: Mapping[str, Any], categories: Mapping[str, Category], end: date
) -> Style:
    return Style(
        product_id=f"P{_FIRST_PRODUCT + number}",
        name=row["name"],
        category=categories[row["category"]],
        department=row["department"],
        material=row["material"],
        attributes=tuple(row["attributes"].split(";")),
        description=row["description"],
        supplier=data["suppliers"][number % len(data["suppliers"])],
        price_eur=float(row["price"]),
        colours=tuple(row["colours"]),
        sizes=data["sizes"][row["sizes"]],
        popularity=row["popularity"],
        fit={"small": "small", "large": "large"}.get(str(row["fit"]), "true"),  # type: ignore[arg-type] # closed above
        lead_time_days=row["lead"],
        pack_size_units=row["pack"],
        launched_on=end - timedelta(days=row.get("launched", _LONG_AGO_DAYS)),
        stores=row.get("stores"),
    )


def _skus(styles: tuple[Style, ...], variants: tuple[tuple[int, str], ...]) -> list[Sku]:
    found: list[Sku] = []
    for variant, (number, colour) in enumerate(variants):
        style = styles[number]
        weights = 1 / (np.arange(len(style.colours)) + 1.0) ** 0.7
        colour_share = weights[style.colours.index(colour)] / weights.sum()
        first = style.colours.index(colour) * len(style.sizes) + 1
        for place, (size, size_share) in enumerate(style.sizes.items()):
            found.append(
                Sku(
                    sku_id=f"{_FIRST_PRODUCT + number}{first + place:02d}",
                    style=number,
                    variant=variant,
                    colour=colour,
                    size=size,
                    share=float(colour_share * size_share),
                    unit_cost=round(style.price_eur * 0.27, 2),
                )
            )
    return found


def products_frame(range_: Range) -> pl.DataFrame:
    """Table `products`."""
    return pl.DataFrame(
        [
            {
                "product_id": style.product_id,
                "name": style.name,
                "category": style.category.name,
                "department": style.department,
                "brand": None,
                "material": style.material,
                "attributes": ";".join(style.attributes),
                "description": style.description,
                "supplier": style.supplier,
                "lead_time_days": style.lead_time_days,
                "launched_on": style.launched_on,
            }
            for style in range_.styles
        ],
        schema=PRODUCTS.schema,
    )


def skus_frame(range_: Range) -> pl.DataFrame:
    """Table `skus`."""
    return pl.DataFrame(
        [
            {
                "sku_id": sku.sku_id,
                "product_id": range_.styles[sku.style].product_id,
                "colour": sku.colour,
                "size": sku.size,
                "unit_cost": sku.unit_cost,
                "pack_size_units": range_.styles[sku.style].pack_size_units,
            }
            for sku in range_.skus
        ],
        schema=SKUS.schema,
    )
