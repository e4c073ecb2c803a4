"""How a style's demand splits over locations, sizes and colours: by shares of its group, see `shares`.

Locations by category; sizes by category, then by category and country, each leaning on the one before; colours by their
place in the style (the first is often the one that is shown) and then by name. A location that nothing tells of takes
the mean of its kind and country. Options that a style lacks have no share: the others add up to all of it.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from copilot.planning.arrays import Floats, Integers, codes_of, group_codes, group_sums
from copilot.planning.launches.shares import Sold, concentration_of, leaning_shares, wide_shares

_COLOUR_PRIOR_UNITS = 100.0


def series_shares(series: pl.DataFrame, rates: Floats, units: Floats, told: pl.Series) -> Floats:
    """Share of each series in its product's demand, had all locations carried all of it, (series,).

    `series` is as in a panel; `rates` and `units` (series,) are each one's rate and what it rests on; `told` marks the
    series that shares are learnt from. All shares are above 0.
    """
    learnt = _learnt(series, rates, units, told)
    places = tuple(series["location_id"].unique().sort().to_list())
    categories = tuple(learnt["category"].unique().sort().to_list())
    located = _located(learnt, places, categories)
    located = _filled(located, series, places)
    of_location = located[codes_of(series["category"], categories), codes_of(series["location_id"], places)]
    return of_location * _of_skus(series, learnt)


def _learnt(series: pl.DataFrame, rates: Floats, units: Floats, told: pl.Series) -> pl.DataFrame:
    """Series that teach, with `sold`: the product's units spread by rate, so that days out of stock do not count."""
    frame = series.with_columns(rate=pl.Series(rates), units=pl.Series(units), told=told).filter("told")
    spread = pl.col("rate") * pl.col("units").sum().over("product_id") / pl.col("rate").sum().over("product_id")
    return frame.with_columns(sold=spread)


def _located(learnt: pl.DataFrame, places: tuple[str, ...], categories: tuple[str, ...]) -> Floats:
    """(categories + 1, places); the last row is of all categories."""
    rows = learnt.group_by("product_id", "category", "location_id", maintain_order=True).agg(pl.col("sold").sum())
    sold = _sold(rows, "product_id", codes_of(rows["location_id"], places), codes_of(rows["category"], categories))
    return _leaning(sold, wide_shares(sold, len(places)), len(categories))


def _filled(located: Floats, series: pl.DataFrame, places: tuple[str, ...]) -> Floats:
    """Locations without a share take the mean of those like them."""
    facts = pl.DataFrame({"location_id": places}).join(
        series.select("location_id", "kind", "country").unique("location_id"), on="location_id", maintain_order="left"
    )
    none = located[-1] <= 0.0
    for columns in (("kind", "country"), ("kind",), ()):
        alike = np.zeros(len(places), np.int64) if not columns else group_codes(facts, *columns)[0]
        for code in np.unique(alike[none]):
            mates = (alike == code) & ~none
            if mates.any():
                here = none & (alike == code)
                located[:, here] = located[:, mates].mean(axis=1, keepdims=True)
                none = none & ~here
    return np.where(none[None, :], 1.0 / max(len(places), 1), located)


def _of_skus(series: pl.DataFrame, learnt: pl.DataFrame) -> Floats:
    """Share of each series' SKU in its product, in the country of its location, (series,)."""
    sizes = tuple(series["size"].unique().sort().to_list())
    by_size = _sizes(learnt, sizes)
    colours = _colours(series, learnt)
    skus = (
        series.select("sku_id", "product_id", "category", "colour", "size", "country")
        .unique(["sku_id", "country"], maintain_order=True)
        .join(colours, on=["product_id", "colour"], how="left")
        .join(by_size, on=["category", "country", "size"], how="left")
        .join(
            by_size.filter(country="").rename({"size_share": "anywhere"}).drop("country"),
            on=["category", "size"],
            how="left",
        )
        .join(_sizes_of_all(by_size), on="size", how="left")
        .with_columns(raw=pl.coalesce("size_share", "anywhere", "of_all", pl.lit(1.0)) * pl.col("colour_share"))
        .with_columns(part=pl.col("raw") / pl.col("raw").sum().over("product_id", "country"))
    )
    found = series.select("sku_id", "country").join(
        skus.select("sku_id", "country", "part"), on=["sku_id", "country"], how="left", maintain_order="left"
    )
    return found["part"].to_numpy()


def _sizes(learnt: pl.DataFrame, sizes: tuple[str, ...]) -> pl.DataFrame:
    """category, country (empty: all), size, size_share."""
    schema = {"category": pl.String, "country": pl.String, "size": pl.String, "size_share": pl.Float64}
    if learnt.is_empty():
        return pl.DataFrame(schema=schema)
    rows = learnt.group_by("product_id", "category", "country", "size", maintain_order=True).agg(pl.col("sold").sum())
    rows = rows.with_columns(item=pl.format("{}|{}", "product_id", "country"))
    categories = tuple(rows["category"].unique().sort().to_list())
    pairs = rows.select("category", "country").unique().sort("category", "country")
    size = codes_of(rows["size"], sizes)
    sold = _sold(rows, "item", size, codes_of(rows["category"], categories))
    by_category = _leaning(sold, wide_shares(sold, len(sizes)), len(categories))
    key = tuple(pairs.select(pl.format("{}|{}", "category", "country")).to_series().to_list())
    own = codes_of(rows.select(pl.format("{}|{}", "category", "country")).to_series(), key)
    wide = by_category[codes_of(pairs["category"], categories)]
    narrow = _sold(rows, "item", size, own)
    a = concentration_of(narrow, wide, groups=len(key))
    by_pair = leaning_shares(narrow, wide, groups=len(key), concentration=a)
    frames = [
        pl.DataFrame(
            {"category": [category] * len(sizes), "country": [country] * len(sizes), "size": sizes, "size_share": row},
            schema=schema,
        )
        for (category, country), row in [
            *zip(pairs.rows(), by_pair, strict=True),
            *zip([(category, "") for category in categories], by_category[:-1], strict=True),
        ]
    ]
    # A size that the category never sold says nothing: it is taken from all categories.
    return pl.concat(frames).filter(pl.col("size_share") > 1e-5)


def _sizes_of_all(by_size: pl.DataFrame) -> pl.DataFrame:
    return by_size.filter(country="").group_by("size", maintain_order=True).agg(of_all=pl.col("size_share").mean())


def _colours(series: pl.DataFrame, learnt: pl.DataFrame) -> pl.DataFrame:
    """product_id, colour, colour_share: by place, times how much better the colour sells than its place."""
    places = (
        series.group_by("product_id", "colour")
        .agg(first=pl.col("sku_id").min())
        .with_columns(place=pl.col("first").rank("ordinal").over("product_id").cast(pl.Int64) - 1)
        .sort("product_id", "place")
    )
    rows = (
        learnt.group_by("product_id", "colour", maintain_order=True)
        .agg(pl.col("sold").sum())
        .join(places, on=["product_id", "colour"])
    )
    if rows.is_empty():
        return places.with_columns(colour_share=pl.lit(1.0))
    count = int(places["place"].to_numpy().max()) + 1
    sold = _sold(rows, "product_id", rows["place"].to_numpy(), np.zeros(rows.height, np.int64))
    by_place = np.maximum(wide_shares(sold, count), 1e-4)
    expected = _expected(sold, by_place)
    names = tuple(rows["colour"].unique().sort().to_list())
    name = codes_of(rows["colour"], names)
    ratio = (group_sums(name, sold.units, len(names)) + _COLOUR_PRIOR_UNITS) / (
        group_sums(name, expected, len(names)) + _COLOUR_PRIOR_UNITS
    )
    every = np.append(ratio, 1.0)[codes_of(places["colour"], names)]
    return places.with_columns(colour_share=pl.Series(by_place[places["place"].to_numpy()] * every))


def _expected(sold: Sold, shares: Floats) -> Floats:
    items = int(sold.item.max(initial=-1)) + 1
    own = shares[sold.option]
    expected: Floats = (group_sums(sold.item, sold.units, items) / group_sums(sold.item, own, items))[sold.item] * own
    return expected


def _sold(rows: pl.DataFrame, item: str, option: Integers, group: Integers) -> Sold:
    items = rows[item].rank("dense").cast(pl.Int64).to_numpy() - 1
    return Sold(item=items, option=option, group=group, units=rows["sold"].to_numpy())


def _leaning(sold: Sold, wide: Floats, groups: int) -> Floats:
    """Shares of each group about those of all, and those of all as the last row, (groups + 1, options)."""
    table = np.broadcast_to(wide, (groups, len(wide)))
    a = concentration_of(sold, table, groups=groups)
    return np.concatenate([leaning_shares(sold, table, groups=groups, concentration=a), wide[None]])
