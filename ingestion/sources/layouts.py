"""Layouts of exports that are known without a mapping file, and what columns are called elsewhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from ingestion.data_files import read_yaml
from ingestion.records import PostKind


class Layout(BaseModel):
    """The columns of one platform's export, under plain names (see `plain_name`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: PostKind
    needs: tuple[str, ...]
    """Columns by which the layout is known; `a|b` stands for either."""
    columns: Mapping[str, tuple[str, ...]]
    """Field of a post -> names that its column may have, the best first."""
    empty: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """What posts of such exports carry as their source: ids are the platform's own, whatever a file is called."""
        return self.name.partition(" (")[0]

    def fits(self, names: Mapping[str, str]) -> bool:
        """Whether a file with these columns (plain name -> name) has all that the layout is known by."""
        return all(any(name in names for name in need.split("|")) for need in self.needs)

    def found(self, names: Mapping[str, str]) -> dict[str, list[str]]:
        """Field -> the file's columns that may hold it, the best first."""
        found = {field: [names[name] for name in known if name in names] for field, known in self.columns.items()}
        return {field: columns for field, columns in found.items() if columns}


class Layouts(BaseModel):
    """All that layouts.yaml says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    layouts: tuple[Layout, ...]
    no_author: frozenset[str]
    """What platforms write for no name, in lower case: taken for one author, these would be the busiest of all."""
    names: Mapping[str, str]
    """Field -> usual names of its column, parted by spaces."""


@cache
def known_layouts() -> Layouts:
    """The layouts that are shipped."""
    return Layouts.model_validate(read_yaml(files("ingestion.sources").joinpath("layouts.yaml")))


def detect_layout(columns: Sequence[str]) -> Layout | None:
    """The layout that these columns are of: of those that fit, the one that accounts for most of them."""
    names = plain_names(columns)
    fitting = [layout for layout in known_layouts().layouts if layout.fits(names)]
    return max(fitting, key=lambda layout: (len(layout.needs), len(layout.found(names))), default=None)


def plain_names(columns: Sequence[str]) -> dict[str, str]:
    """Plain name -> the file's own, the first column of equal ones."""
    return {plain_name(column): column for column in reversed(columns)}


def plain_name(column: str) -> str:
    """In lower case without accents, what is no letter or digit as one `_`."""
    return re.sub(r"[^a-z0-9]+", "_", ascii_text(column)).strip("_")


def ascii_text(text: str) -> str:
    """In lower case, accents off, other letters gone."""
    return unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
