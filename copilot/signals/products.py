"""Products that a term is about: by what they are, by what they are called, and by what their reviews say.

Each reason is worth a share of certainty, and reasons that agree add up as independent ones do: 1 - (1 - a)(1 - b).
A range that has nothing like the term gives no link.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from copilot.signals.lexicon import Lexicon, fold, load_lexicon
from copilot.signals.mentions import MENTIONS
from copilot.signals.records import MENTIONS_SCHEMA, ProductLink, Term
from ingestion.errors import TableMissingError
from ingestion.lake import Lake
from ingestion.warehouse import Warehouse

_BY_ATTRIBUTES = 0.8
_BY_NAME = 0.5
_BY_REVIEWS = 0.5
"""Of a product whose every reviewer says the term."""
_FEWEST_REVIEWERS = 5
_LEAST_REVIEW_SHARE = 0.1
_LANGUAGES = ("en", "fr", "it", "de", "es")


@dataclass(frozen=True, kw_only=True)
class _Product:
    product_id: str
    values: Mapping[str, tuple[str, ...]]
    """`category`, `material`, `colour`, `attribute` -> values."""
    words: str
    """Name and description."""


class ProductLinks:
    """Links terms to the products of a catalogue. What is read once serves every term."""

    def __init__(
        self,
        catalogue: pl.DataFrame,
        mentions: pl.DataFrame,
        lexicon: Lexicon,
        *,
        minimum_reviewers: int = _FEWEST_REVIEWERS,
    ) -> None:
        """`catalogue` has a row a SKU, as the warehouse gives it; `mentions` is MENTIONS_SCHEMA.

        `minimum_reviewers`: distinct authors from which on what reviews say is a reason.
        """
        self._lexicon = lexicon
        self._products = [_product(row) for row in _by_product(catalogue)]
        self._reviewers = _reviewers(mentions, minimum_reviewers)
        self._named = {p.product_id: self._terms_in(p.words) for p in self._products}
        self._values: dict[tuple[str, str], frozenset[str]] = {}

    def of(self, term_id: str) -> list[ProductLink]:
        """Links of the term, surest first. Raises `UnknownNameError` for a term that the lexicon lacks."""
        term = self._lexicon.term(term_id)
        links = [link for product in self._products if (link := self._link(term, product)) is not None]
        return sorted(links, key=lambda link: (-link.score, link.product_id))

    def _link(self, term: Term, product: _Product) -> ProductLink | None:
        doubt, reasons = 1.0, []
        matched = self._matched(term, product)
        if matched:
            doubt *= 1.0 - _BY_ATTRIBUTES
            reasons += matched
        if term.term_id in self._named[product.product_id]:
            doubt *= 1.0 - _BY_NAME
            reasons.append("named")
        share = self._reviewers.get((term.term_id, product.product_id), 0.0)
        if share >= _LEAST_REVIEW_SHARE:
            doubt *= 1.0 - _BY_REVIEWS * share
            reasons.append("mentioned_in_reviews")
        if not reasons:
            return None
        return ProductLink(
            term_id=term.term_id, product_id=product.product_id, score=round(1.0 - doubt, 4), reasons=tuple(reasons)
        )

    def _matched(self, term: Term, product: _Product) -> list[str]:
        """What the product has of each thing that the term asks for; empty unless it has all."""
        found = []
        for wanted in term.attributes:
            held = next((one for one in wanted.split("|") if self._holds(product, one)), None)
            if held is None:
                return []
            found.append(held)
        return found

    def _holds(self, product: _Product, wanted: str) -> bool:
        key, _, value = wanted.partition(":")
        return any(self._means(key, has, value) for has in product.values.get(key, ()))

    def _means(self, key: str, has: str, wanted: str) -> bool:
        """Whether a value of the catalogue is the wanted one, or holds its words, or says it in another language."""
        if _words(wanted) <= _words(has):
            return True
        if (key, has) not in self._values:
            self._values[key, has] = frozenset(
                one
                for term_id in self._terms_in(has)
                if len(self._lexicon.terms[term_id].attributes) == 1
                for one in self._lexicon.terms[term_id].attributes[0].split("|")
            )
        return f"{key}:{wanted}" in self._values[key, has]

    def _terms_in(self, text: str) -> frozenset[str]:
        return frozenset(term_id for language in _LANGUAGES for term_id in self._lexicon.find(text, language))


def product_links(
    warehouse: Warehouse, lake: Lake, as_of: date, *, minimum_reviewers: int = _FEWEST_REVIEWERS
) -> ProductLinks:
    """What links terms to the products of the warehouse, by posts before `as_of` and posts without a date.

    Raises `TableMissingError` where there are no products.
    """
    try:
        known = pl.col("date").is_null() | (pl.col("date") < as_of)
        mentions = lake.scan(MENTIONS).filter(known).collect()
    except TableMissingError:
        mentions = MENTIONS_SCHEMA.to_frame()
    return ProductLinks(warehouse.catalogue(), mentions, load_lexicon(), minimum_reviewers=minimum_reviewers)


def _by_product(catalogue: pl.DataFrame) -> Iterator[dict[str, object]]:
    columns = ["name", "category", "material", "attributes", "description"]
    products = catalogue.group_by("product_id", maintain_order=True).agg(
        *[pl.col(column).first().fill_null("") for column in columns], pl.col("colour").drop_nulls().unique().sort()
    )
    return products.sort("product_id").iter_rows(named=True)


def _product(row: dict[str, object]) -> _Product:
    colours = row["colour"]
    return _Product(
        product_id=str(row["product_id"]),
        values={
            "category": (str(row["category"]),),
            "material": (str(row["material"]),),
            "colour": tuple(colours) if isinstance(colours, list) else (),
            "attribute": tuple(value.strip() for value in str(row["attributes"]).split(";") if value.strip()),
        },
        words=f"{row['name']}. {row['description']}",
    )


def _reviewers(mentions: pl.DataFrame, fewest: int) -> dict[tuple[str, str], float]:
    """(term_id, product_id) -> share of the product's reviewers who say the term, where several do."""
    reviews = mentions.filter(pl.col("product_id") != "")
    everyone = reviews.group_by("product_id").agg(all=pl.col("author").n_unique())
    found = (
        reviews.group_by("term_id", "product_id")
        .agg(said=pl.col("author").n_unique())
        .filter(pl.col("said") >= fewest)
        .join(everyone, on="product_id")
    )
    return {(term, product): said / of_all for term, product, said, of_all in found.iter_rows()}


def _words(value: str) -> frozenset[str]:
    """Words without case, accents and plural endings."""
    return frozenset(word.removesuffix("s") for word in fold(value).replace("-", " ").split())
