"""Loading the lexicon, and its terms by id and by name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache, cached_property
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rapidfuzz import process

from copilot.errors import SettingsError, UnknownNameError
from copilot.signals.lexicon.matcher import Matcher
from copilot.signals.lexicon.tokens import fold
from copilot.signals.records import Term, TermKind
from ingestion.data_files import read_yaml

_MATCHING = "2"
"""Version of how forms are matched: a change makes every post be counted again."""
_CLOSEST = 3


class _Entry(BaseModel):
    """One term as its file has it."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: TermKind
    en: tuple[str, ...] = Field(min_length=1)
    fr: tuple[str, ...] = Field(min_length=1)
    it: tuple[str, ...] = ()
    de: tuple[str, ...] = ()
    es: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = Field(default=(), alias="except")

    def term(self) -> Term:
        forms = {"en": self.en, "fr": self.fr, "it": self.it, "de": self.de, "es": self.es}
        return Term(
            term_id=self.id,
            kind=self.kind,
            labels={language: found[0] for language, found in forms.items() if found},
            forms={language: found for language, found in forms.items() if found},
            attributes=self.attributes,
            bound=self.bound,
            exceptions=self.exceptions,
        )


class Lexicon:
    """The terms, and how to find them in texts.

    Raises `SettingsError` for an id used twice, a form with two meanings in one language, a bound form that the term
    does not list.
    """

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms: Mapping[str, Term] = {term.term_id: term for term in terms}
        if len(self.terms) < len(terms):
            ids = [term.term_id for term in terms]
            raise SettingsError(f"Lexicon: {', '.join(sorted({i for i in ids if ids.count(i) > 1}))} occur twice.")
        for term in terms:
            strangers = set(term.bound) - {form for forms in term.forms.values() for form in forms}
            if strangers:
                raise SettingsError(f"Lexicon: {term.term_id} binds {sorted(strangers)}, which it does not list.")
        self._matcher = Matcher(terms)

    @cached_property
    def digest(self) -> str:
        """Hash of the terms: mentions found with another lexicon are counted again."""
        content = json.dumps([_MATCHING, *(asdict(term) for term in self.terms.values())], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def find(self, text: str, language: str = "") -> list[str]:
        """Ids of the terms in a text of that language (ISO 639-1), in order of first mention."""
        return self._matcher.find(text, language)

    def term(self, term_id: str) -> Term:
        """The term of that id. Raises `UnknownNameError` with the closest ids."""
        if term_id not in self.terms:
            raise UnknownNameError(term_id, "term", _closest(term_id, list(self.terms)))
        return self.terms[term_id]

    def label(self, term_id: str, language: str) -> str:
        """How the term is called in that language; in English where the lexicon has no word in it."""
        labels = self.term(term_id).labels
        return labels.get(language, labels["en"])

    def named(self, name: str) -> Term:
        """The term that a person calls `name`, by id, label or form. Raises `UnknownNameError` with the closest."""
        term_id = fold(name).strip().replace(" ", "_").replace("-", "_")
        if term_id in self.terms:
            return self.terms[term_id]
        for language in ("", "en", "fr", "it", "de", "es"):
            found = self.find(name, language)
            if found:
                return self.terms[found[0]]
        labels = [label for term in self.terms.values() for label in term.labels.values()]
        raise UnknownNameError(name, "term", _closest(name, labels))


def load_lexicon(folder: Path | None = None) -> Lexicon:
    """The lexicon of a folder of YAML files (default: the one that ships), validated.

    Raises `SettingsError` naming the file and the term.
    """
    return _load(folder or Path(__file__).parent)


@cache
def _load(folder: Path) -> Lexicon:
    terms = [term for path in sorted(folder.glob("*.yaml")) for term in _read(path)]
    if not terms:
        raise SettingsError(f"Lexicon: no terms in {folder}.")
    return Lexicon(terms)


def _read(path: Path) -> list[Term]:
    try:
        entries = read_yaml(path)
    except yaml.YAMLError as error:
        raise SettingsError(f"{path}: not valid YAML: {error}.") from error
    terms = []
    for entry in entries or []:
        try:
            terms.append(_Entry.model_validate(entry).term())
        except ValidationError as error:
            name = entry.get("id") if isinstance(entry, dict) else entry
            raise SettingsError(f"{path}, term {name!r}: {error.errors(include_url=False)[0]['msg']}.") from error
    return terms


def _closest(name: str, names: Sequence[str]) -> list[str]:
    return [match[0] for match in process.extract(name, names, limit=_CLOSEST)]
