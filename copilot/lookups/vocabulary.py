"""The names that a workspace knows, as planners say them in French and English, ready to be found in a text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl
from babel import Locale
from pydantic import BaseModel, ConfigDict

from copilot.lookups.product_names import ProductNames
from copilot.lookups.text import fold, phrase_of, tokens
from copilot.signals.lexicon import Lexicon
from ingestion.data_files import read_yaml

_KNOWN_SHARE = 0.5
"""Of a column's values, what must be listed before one can be said to lack."""

Phrase = tuple[str, ...]
Phrases = Mapping[Phrase, tuple[str, ...]]
"""Folded, singular words -> the catalogue values or ids that they mean."""


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    words: tuple[str, ...]
    categories: tuple[str, ...]


class _Words(BaseModel):
    """What `words.yaml` holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    categories: dict[str, tuple[str, ...]]
    groups: dict[str, _Group]
    materials: dict[str, tuple[str, ...]]
    colours: dict[str, tuple[str, ...]]
    departments: dict[str, tuple[str, ...]]
    cities: dict[str, tuple[str, ...]]
    countries: dict[str, tuple[str, ...]]
    kinds: dict[str, tuple[str, ...]]
    common: str


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """Every name of one workspace."""

    categories: Phrases
    """Those of the catalogue, and listed ones that it lacks: a down jacket is no jacket."""
    materials: Phrases
    colours: Phrases
    departments: Phrases
    countries: Phrases
    locations: Phrases
    """Phrase -> location ids: a city means all its stores, `web` all web shops."""
    sizes: Mapping[str, str]
    """Folded size -> size as the catalogue has it."""
    skus: Mapping[str, str]
    """Folded SKU id -> SKU id."""
    products: ProductNames
    spellings: frozenset[str]
    """Folded words that misspelt ones may be read as."""
    common: frozenset[str]
    """Folded words that are never read as a misspelt name."""
    absent: Mapping[str, Phrases]
    """`colours` and `materials` -> phrases for listed ones that the catalogue lacks."""
    listed: frozenset[str]
    """Folded words for what any catalogue may have: not misspelt either, whether this one has it or not."""
    place_names: tuple[str, ...]
    """Names of locations, to offer near misses from."""
    cities: tuple[str, ...]
    """Where stores are; the names of locations where no store has a city."""


def build_vocabulary(catalogue: pl.DataFrame, locations: pl.DataFrame, lexicon: Lexicon) -> Vocabulary:
    """The names of a catalogue and its locations, with the lexicon's words for what the catalogue has."""
    words = _words()
    said = _said_in_lexicon(lexicon)
    categories = _values(catalogue, "category", words.categories, said) | _groups(catalogue, words)
    materials = _values(catalogue, "material", words.materials, said)
    colours = _values(catalogue, "colour", words.colours, said)
    departments = _values(catalogue, "department", words.departments, said)
    absent_materials, materials_in_part = _absent(_distinct(catalogue, "material"), words.materials)
    absent_colours, colours_in_part = _absent(_distinct(catalogue, "colour"), words.colours)
    materials, colours = dict(materials_in_part) | materials, dict(colours_in_part) | colours
    absent_categories = _absent_categories(catalogue, words, (categories, materials, colours))
    places = _places(locations, words)
    countries = _countries(locations, words)
    phrases = (categories, materials, colours, departments, countries, places)
    common = frozenset(token.word for token in tokens(words.common))
    generic = {word for kind in (categories, materials, colours, departments) for phrase in kind for word in phrase}
    products = ProductNames(catalogue, generic=generic | common)
    known = {word for kind in phrases for phrase in kind for word in phrase}
    return Vocabulary(
        categories={**absent_categories, **categories},
        materials=materials,
        colours=colours,
        departments=departments,
        countries=countries,
        locations=places,
        sizes={fold(size): size for size in _distinct(catalogue, "size")},
        skus={fold(sku_id): sku_id for sku_id in catalogue["sku_id"]},
        products=products,
        spellings=frozenset(known | products.words | _written(words, catalogue)),
        common=common,
        absent={"colours": absent_colours, "materials": absent_materials},
        listed=_listed(words),
        place_names=tuple(locations["name"]),
        cities=tuple(_distinct(locations.filter(pl.col("kind") == "store"), "city")) or tuple(locations["name"]),
    )


@cache
def _words() -> _Words:
    return _Words.model_validate(read_yaml(Path(__file__).with_name("words.yaml")))


def _listed(words: _Words) -> frozenset[str]:
    kinds = (words.categories, words.materials, words.colours, words.departments)
    forms = [form for kind in kinds for value, others in kind.items() for form in (value, *others)]
    return frozenset(token.word for form in forms for token in tokens(form))


def _said_in_lexicon(lexicon: Lexicon) -> dict[str, tuple[str, ...]]:
    """`category:dress` -> how the lexicon says it, for terms that are about that one value."""
    said: dict[str, list[str]] = defaultdict(list)
    for term in lexicon.terms.values():
        if len(term.attributes) == 1 and "|" not in term.attributes[0]:
            said[term.attributes[0]] += [*term.forms.get("en", ()), *term.forms.get("fr", ())]
    return {attribute: tuple(forms) for attribute, forms in said.items()}


def _values(
    catalogue: pl.DataFrame, column: str, words: Mapping[str, Sequence[str]], said: Mapping[str, Sequence[str]]
) -> dict[Phrase, tuple[str, ...]]:
    """Phrases for the values that the column has. A value's own words beat another value's listed ones."""
    values = _distinct(catalogue, column)
    own = _merged((phrase_of(value), value) for value in values)
    listed = _merged((phrase_of(form), value) for value in values for form in words.get(value, ()))
    found = _merged((phrase_of(form), value) for value in values for form in said.get(f"{column}:{value}", ()))
    return found | listed | own


def _absent(own: Sequence[str], words: Mapping[str, Sequence[str]]) -> tuple[Phrases, Phrases]:
    """What is said for listed values that a column with the values `own` lacks, and for those that it has in part.

    The second means the values that hold the word: `yellow` is `butter yellow` where no other yellow is there. Both are
    empty where the column says nothing, or mostly what is not listed: codes, or another language.
    """
    listed = {phrase_of(form) for value, forms in words.items() for form in (value, *forms)}
    if sum(phrase_of(value) in listed for value in own) <= _KNOWN_SHARE * len(own):
        return {}, {}
    said = {phrase_of(form) for value in own for form in (value, *words.get(value.lower(), ()))}
    absent: dict[Phrase, tuple[str, ...]] = {}
    in_part: dict[Phrase, tuple[str, ...]] = {}
    for value, forms in words.items():
        phrases = [phrase_of(form) for form in (value, *forms)]
        holders = tuple(held for held in own if any(set(phrase) <= set(phrase_of(held)) for phrase in phrases))
        found = in_part if holders else absent
        found |= {phrase: holders or (value,) for phrase in phrases if phrase not in said}
    return absent, in_part


def _absent_categories(
    catalogue: pl.DataFrame, words: _Words, known: Sequence[Phrases]
) -> dict[Phrase, tuple[str, ...]]:
    """Phrases for listed categories that the catalogue lacks, save those made of words for what it may have.

    A leather jacket is a jacket of leather, whether one is there or not. Everyday words (`basket`) say too little.
    """
    absent, _ = _absent(_distinct(catalogue, "category"), words.categories)
    common = {phrase_of(token.word) for token in tokens(words.common)}
    materials = {phrase_of(form) for value, forms in words.materials.items() for form in (value, *forms)}
    said = materials.union(*known)
    return {
        phrase: values
        for phrase, values in absent.items()
        if phrase not in said and phrase not in common and not all((word,) in said for word in phrase)
    }


def _groups(catalogue: pl.DataFrame, words: _Words) -> dict[Phrase, tuple[str, ...]]:
    there = set(_distinct(catalogue, "category"))
    grouped: dict[Phrase, tuple[str, ...]] = {}
    for group in words.groups.values():
        members = tuple(category for category in group.categories if category in there)
        grouped |= {phrase_of(word): members for word in group.words if members}
    return grouped


def _places(locations: pl.DataFrame, words: _Words) -> dict[Phrase, tuple[str, ...]]:
    """Kinds, cities under all their names, parts of names that only one location has, and whole names."""
    found: dict[Phrase, tuple[str, ...]] = {}
    stores = locations.filter(pl.col("kind") == "store")
    for kind, forms in words.kinds.items():
        ids = tuple(locations.filter(pl.col("kind") == kind)["location_id"])
        found |= {phrase_of(form): ids for form in forms if ids}
    parts = _merged(
        ((part,), row["location_id"])
        for row in locations.iter_rows(named=True)
        for part in set(phrase_of(row["name"])) - set(phrase_of(row["city"] or ""))
    )
    found = {phrase: ids for phrase, ids in parts.items() if len(ids) == 1 and len(phrase[0]) > 3} | found
    for city, ids in stores.group_by("city").agg("location_id").sort("city").iter_rows():
        found |= {phrase_of(name): tuple(sorted(ids)) for name in (city, *words.cities.get(city, ())) if city}
    # A store that bears its city's name is all of that city's stores where there are several.
    named = _merged((phrase_of(row["name"]), row["location_id"]) for row in locations.iter_rows(named=True))
    coded = _merged((phrase_of(id), id) for id in locations["location_id"])
    return coded | named | {phrase: ids for phrase, ids in found.items() if phrase}


def _countries(locations: pl.DataFrame, words: _Words) -> dict[Phrase, tuple[str, ...]]:
    found: dict[Phrase, tuple[str, ...]] = {}
    for code in _distinct(locations, "country"):
        names = [Locale(language).territories.get(code, code) for language in ("en", "fr")]
        found |= {phrase_of(name): (code,) for name in (*names, *words.countries.get(code, ()))}
    return found


def _written(words: _Words, catalogue: pl.DataFrame) -> set[str]:
    """Words as written, plurals included, of what the catalogue has: closer to a misspelling than their stems."""
    listed = {"category": words.categories, "material": words.materials, "colour": words.colours}
    forms = [
        form
        for column, values in listed.items()
        for value in _distinct(catalogue, column)
        for form in (value, *values.get(value, ()))
    ]
    return {token.word for form in forms for token in tokens(form)}


def _merged(pairs: Iterable[tuple[Phrase, str]]) -> dict[Phrase, tuple[str, ...]]:
    merged: dict[Phrase, list[str]] = defaultdict(list)
    for phrase, value in pairs:
        if phrase and value not in merged[phrase]:
            merged[phrase].append(value)
    return {phrase: tuple(values) for phrase, values in merged.items() if phrase}


def _distinct(frame: pl.DataFrame, column: str) -> list[str]:
    values = frame[column].drop_nulls().unique().sort()
    return [value for value in values if value]
