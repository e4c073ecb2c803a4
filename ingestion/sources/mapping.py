"""Mapping files of posts: which columns of an export hold what. YAML, edited by hand.

    source: reviews-web
    kind: review
    columns:
      text: Review Text             # or [Body, Subject]: the first that is not empty
      title: Title
      published_at: Created
    constants: {language: en, market: US}
    date_formats: ["%d/%m/%Y %H:%M"]   # or [epoch]; left out: ISO 8601 and other usual ways
    timezone: Europe/Paris          # of times without a zone; left out: the market's, else UTC
    empty: ["[deleted]"]            # values that stand for none, beside the usual ones

Where no column holds an id, one is made from the whole row: the same row is the same post in every file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import available_timezones

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ingestion.errors import MappingError
from ingestion.mapping_files import misfits, read_mapping_file
from ingestion.records import PostKind
from ingestion.sources.layouts import ascii_text

_CONSTANT_FIELDS = ("author", "language", "market", "product_id")
_USUAL_EMPTY = ("", "null", "none", "nan", "n/a", "#n/a")


class PostColumns(BaseModel):
    """Columns of the file, by what they hold. Left out: the file does not have it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: tuple[str, ...]
    """One column, or several: the first that is not empty is the text, whatever else is mapped to it."""
    title: str | None = None
    author: str | None = None
    source_id: str | None = None
    published_at: str | None = None
    language: str | None = None
    market: str | None = None
    rating: str | None = None
    product_id: str | None = None
    thread: str | None = None

    @field_validator("text", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("text")
    @classmethod
    def _at_least_one(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("needs a column")
        return value

    def named(self) -> Iterator[str]:
        """Every column of the file that is read."""
        yield from self.text
        for field in type(self).model_fields:
            column = getattr(self, field)
            if isinstance(column, str):
                yield column


class PostMapping(BaseModel):
    """How one kind of export becomes posts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    """Name of the source: lower case letters, digits, dots, dashes."""
    kind: PostKind
    encoding: str = ""
    """Empty: found out from the file."""
    delimiter: str = Field(default="", pattern=r'^[^"\r\n]?$')
    """Between the fields of a CSV file; empty: found out from the file."""
    columns: PostColumns
    constants: dict[str, str] = Field(default_factory=dict)
    """The same value in every post: author, language, market or product_id."""
    date_formats: tuple[str, ...] = ()
    """As `strftime` writes them, tried in order, or `epoch`; empty: ISO 8601 and other usual ways of writing them."""
    day_first: bool = True
    """Whether 03/04/2026 is the third of April; asked only where no format is given."""
    timezone: str = ""
    """Zone of times that come without one, such as `Europe/Paris`; empty: that of the post's market where that has one
    alone, else UTC."""
    rating_scale: float = Field(default=5.0, gt=0.0)
    """Highest rating of the file; ratings are brought to 1 to 5 by proportion. `4/10` and stars need no scale."""
    empty: tuple[str, ...] = ()
    """Values that stand for none, whatever their case."""

    @field_validator("timezone")
    @classmethod
    def _zone_known(cls, value: str) -> str:
        if value and value not in available_timezones():
            raise ValueError(f"{value!r} is no time zone; write it as Europe/Paris")
        return value

    @model_validator(mode="after")
    def _constants_fit(self) -> PostMapping:
        for field in self.constants:
            if field not in _CONSTANT_FIELDS:
                raise ValueError(f"constants: {field!r} is none of {', '.join(_CONSTANT_FIELDS)}")
            if getattr(self.columns, field) is not None:
                raise ValueError(f"{field!r} is given by a column and by a constant")
        return self

    @property
    def empty_values(self) -> frozenset[str]:
        """Case-folded texts that stand for no value."""
        return frozenset(_USUAL_EMPTY) | {value.strip().casefold() for value in self.empty}

    def to_yaml(self) -> str:
        """The mapping as a file that `load_post_mapping` reads back to an equal mapping."""
        plain = self.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
        if len(self.columns.text) == 1:
            plain["columns"]["text"] = self.columns.text[0]
        text: str = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)
        return text


def load_post_mapping(path: Path) -> PostMapping:
    """The mapping in a YAML file. Raises `MappingError`, naming the entry and what to do."""
    content = read_mapping_file(path)
    try:
        return PostMapping.model_validate(content)
    except ValidationError as error:
        raise MappingError(str(path), misfits(error), "Correct these entries.") from error


def source_name(text: str) -> str:
    """A name that a source may carry, made from any text (a file's name without its endings)."""
    return re.sub(r"[^a-z0-9._-]+", "-", ascii_text(text)).strip("-._")[:64] or "posts"
