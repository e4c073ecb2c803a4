"""Products that a term is about: by what they are, what they are called, what their pictures show, what reviews say.

Each reason is worth a share of certainty, and reasons that agree add up as independent ones do: 1 - (1 - a)(1 - b).
A range that has nothing like the term gives no link.

A phrase that nobody listed is taken word by word: each word has its certainty in a product, by the terms that it means
or as itself. The product is as much like the phrase as the mean over its words, times the square of the share of words
that it has at all: boots are nothing like `mesh flats` for being flat. Terms of several words are compared so too, and
a product is like one by whichever way says more. A range carries nothing like it where no product reaches `LIKE`, which
was set on the demo's ranges with and without the products that terms are about (`benchmarks/range_gaps.py`).

What a picture shows is an attribute `image: ...`, as an image model or a person wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from copilot.signals.concepts import Meaning, load_concepts
from copilot.signals.lexicon import Lexicon, fold, load_lexicon
from copilot.signals.mentions import MENTIONS
from copilot.signals.records import MENTIONS_SCHEMA, ProductLink, Term
from ingestion.errors import TableMissingError
from ingestion.lake import Lake
from ingestion.warehouse import Warehouse
from vectorstore.stems import stemmer

_BY_ATTRIBUTES = 0.8
_BY_NAME = 0.5
_BY_REVIEWS = 0.5
"""Of a product whose every reviewer says the term."""
_BY_IMAGE = 0.5
LIKE = 0.4
"""Score from which on a product is something like a term or a phrase."""
_IMAGE = "image:"
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
    image: str
    """What its pictures show."""


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
        self._shown = {p.product_id: self._terms_in(p.image) if p.image else frozenset() for p in self._products}
        self._said = {p.product_id: (_word_ids(p.words), _word_ids(p.image)) for p in self._products}
        self._values: dict[tuple[str, str], frozenset[str]] = {}

    def of(self, term_id: str) -> list[ProductLink]:
        """Links of the term, surest first. Raises `UnknownNameError` for a term that the lexicon lacks."""
        term = self._lexicon.term(term_id)
        links = [link for product in self._products if (link := self._link(term, product)) is not None]
        return sorted(links, key=lambda link: (-link.score, link.product_id))

    def like_term(self, term_id: str) -> list[ProductLink]:
        """Products that are at all like the term, surest first: those linked, and those that have part of it.

        Raises `UnknownNameError` for a term that the lexicon lacks.
        """
        term = self._lexicon.term(term_id)
        concepts = load_concepts(self._lexicon)
        parts = concepts.of(term.labels["en"], "en", without=term_id)
        linked = {link.product_id: link for link in self.of(term_id)}
        found = {link.product_id: link for link in self._like(term_id, parts)} if len(parts) > 1 else {}
        best = [max(both, key=lambda link: link.score) for both in _pairs(linked, found)]
        return sorted(best, key=lambda link: (-link.score, link.product_id))

    def like_phrase(self, phrase_id: str, phrase: str, language: str) -> list[ProductLink]:
        """Products that are at all like a phrase in that language (ISO 639-1), surest first, linked to `phrase_id`."""
        concepts = load_concepts(self._lexicon)
        meanings = concepts.of(phrase, language)
        term_id = concepts.term_of(meanings) if meanings else ""
        if not term_id:
            return self._like(phrase_id, meanings)
        return [replace(link, term_id=phrase_id) for link in self.like_term(term_id)]

    def _like(self, about: str, meanings: Sequence[Meaning]) -> list[ProductLink]:
        links = []
        for product in self._products if meanings else ():
            certain = [self._certainty(meaning, product) for meaning in meanings]
            share = sum(one > 0.0 for one, _ in certain) / len(certain)
            score = share**2 * sum(one for one, _ in certain) / len(certain)
            reasons = tuple(dict.fromkeys(reason for _, reasons in certain for reason in reasons))
            if score > 0.0:
                link = ProductLink(term_id=about, product_id=product.product_id, score=round(score, 4), reasons=reasons)
                links.append(link)
        return sorted(links, key=lambda link: (-link.score, link.product_id))

    def _certainty(self, meaning: Meaning, product: _Product) -> tuple[float, list[str]]:
        """How sure it is that the product has what a word means, and why."""
        terms = sorted(id for id in meaning if id in self._lexicon.terms)
        ways = [self._evident(self._lexicon.terms[id], product) for id in terms]
        words, image = self._said[product.product_id]
        if not terms:
            spelt = min((id[1:] for id in meaning if id[0] == "="), default="")
            doubt, reasons = 1.0, []
            for found, worth, reason in ((words, _BY_NAME, "says"), (image, _BY_IMAGE, "shows")):
                if not meaning.isdisjoint(found):
                    doubt *= 1.0 - worth
                    reasons.append(f"{reason}:{spelt}")
            ways.append((1.0 - doubt, reasons))
        return max(ways, key=lambda way: way[0])

    def _evident(self, term: Term, product: _Product) -> tuple[float, list[str]]:
        """How sure it is, by the catalogue alone, that the product is one of the term's, and why."""
        doubt, reasons = 1.0, self._matched(term, product)
        if reasons:
            doubt *= 1.0 - _BY_ATTRIBUTES
        if term.term_id in self._named[product.product_id]:
            doubt *= 1.0 - _BY_NAME
            reasons = [*reasons, "named"]
        if term.term_id in self._shown[product.product_id]:
            doubt *= 1.0 - _BY_IMAGE
            reasons = [*reasons, "pictured"]
        return 1.0 - doubt, reasons

    def _link(self, term: Term, product: _Product) -> ProductLink | None:
        certainty, reasons = self._evident(term, product)
        doubt = 1.0 - certainty
        share = self._reviewers.get((term.term_id, product.product_id), 0.0)
        if share >= _LEAST_REVIEW_SHARE:
            doubt *= 1.0 - _BY_REVIEWS * share
            reasons = [*reasons, "mentioned_in_reviews"]
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
    attributes = [value.strip() for value in str(row["attributes"]).split(";") if value.strip()]
    return _Product(
        product_id=str(row["product_id"]),
        values={
            "category": (str(row["category"]),),
            "material": (str(row["material"]),),
            "colour": tuple(colours) if isinstance(colours, list) else (),
            "attribute": tuple(value for value in attributes if not value.startswith(_IMAGE)),
        },
        words=f"{row['name']}. {row['description']}",
        image=". ".join(value.removeprefix(_IMAGE).strip() for value in attributes if value.startswith(_IMAGE)),
    )


def _pairs(linked: Mapping[str, ProductLink], found: Mapping[str, ProductLink]) -> Iterator[tuple[ProductLink, ...]]:
    """The links of each product that has one in either, those `linked` first: they win where both say as much."""
    for product_id in {**linked, **found}:
        yield tuple(links[product_id] for links in (linked, found) if product_id in links)


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


def _word_ids(text: str) -> frozenset[str]:
    """The words of a text as `Concepts` writes words that no term means, in any language."""
    found = set()
    for word in re.findall(r"[^\W_]+", fold(text)):
        found |= {f"={word}", *(f"~{language}:{stemmer(language)(word)}" for language in _LANGUAGES)}
    return frozenset(found)
