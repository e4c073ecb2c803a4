"""Mapping files of JSON APIs: where its pages are, where in them the posts are, and which field holds what. YAML.

url: https://api.example.com/v2/reviews
params: {per_page: 100, sort: newest}
secret_headers: {X-Api-Key: VOICES_KEY}     # header: name of the environment variable that holds it
items: data.reviews                         # dotted path to the list; left out: the answer is the list
paging: {by: cursor, param: after, cursor: meta.next}
since: {param: updated_since, format: iso}  # from the second run on
posts:                                      # as in a mapping file of an export; columns are dotted paths
  kind: review
  columns: {text: body.text, title: headline, author: author.nickname, source_id: id, published_at: created_at}
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ingestion.errors import MappingError
from ingestion.mapping_files import read_mapping_file
from ingestion.settings import check_url
from ingestion.sources.mapping import PostMapping

_NEEDED = {"page": ("param",), "offset": ("param", "size"), "cursor": ("param", "cursor"), "link": (), "none": ()}


class Paging(BaseModel):
    """How one page leads to the next."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Literal["page", "offset", "cursor", "link", "none"] = "none"
    """`page`: a number that grows by one; `offset`: by the entries read; `cursor`: a value in the answer; `link`: the
    Link header; `none`: one page."""
    param: str = ""
    """Parameter that says which page."""
    start: int = Field(default=1, ge=0)
    """First page, where it is by number."""
    size: int = Field(default=0, ge=0)
    """Entries of a full page: a page with fewer is the last. 0: unknown; the first empty page is the last."""
    size_param: str = ""
    """Parameter that asks for `size` entries."""
    cursor: str = ""
    """Dotted path in the answer to the next page's cursor, or to its whole address; absent or empty: the last page."""
    has_more: str = ""
    """Dotted path in the answer to what says whether there is more."""

    @model_validator(mode="after")
    def _is_complete(self) -> Paging:
        for name in _NEEDED[self.by]:
            if not getattr(self, name) and not (name == "param" and self.by == "cursor"):
                raise ValueError(f"by {self.by} needs {name!r}")
        return self


class Since(BaseModel):
    """The parameter that asks only for what is new."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    param: str = Field(min_length=1)
    format: str = "iso"
    """`iso`, `epoch` (seconds), `epoch_ms`, or as `strftime` writes it; in UTC."""


class JsonApiMapping(BaseModel):
    """How one API becomes posts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    params: dict[str, str | int | float | bool] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    secret_headers: dict[str, str] = Field(default_factory=dict)
    """Header -> environment variable that holds its value. Sent to the configured host only."""
    secret_params: dict[str, str] = Field(default_factory=dict)
    """Parameter -> environment variable, for APIs that take keys no other way."""
    items: str = ""
    paging: Paging = Field(default_factory=Paging)
    since: Since | None = None
    newest_first: bool = False
    """Whether a page of entries that are all known ends a run."""
    posts: PostMapping

    @field_validator("url")
    @classmethod
    def _url_fits(cls, value: str) -> str:
        return check_url(value)

    def secrets(self, environment: Mapping[str, str], *, where: str) -> tuple[dict[str, str], dict[str, str]]:
        """Secret headers and parameters. Raises `MappingError`, naming the variable that is not set."""
        for variable in (*self.secret_headers.values(), *self.secret_params.values()):
            if not environment.get(variable):
                raise MappingError(where, f"needs the environment variable {variable!r}, which is not set", "Set it.")
        headers = {name: environment[variable] for name, variable in self.secret_headers.items()}
        return headers, {name: environment[variable] for name, variable in self.secret_params.items()}


def load_json_mapping(path: Path, source: str) -> JsonApiMapping:
    """The mapping in a YAML file; its posts carry the name `source`. Raises `MappingError`."""
    content = read_mapping_file(path, remedy=f"Check `map` of posts.sources.{source}.")
    if isinstance(content.get("posts"), dict):
        content = {**content, "posts": {**content["posts"], "source": source}}
    try:
        return JsonApiMapping.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(_problem(found) for found in error.errors())
        raise MappingError(str(path), problems, "Correct these entries; docs/sources.md shows a whole file.") from None


def _problem(found: Any) -> str:
    key = ".".join(map(str, found["loc"])) or "mapping"
    value = found.get("input")
    # A key written where its variable's name belongs, or into the address, is not shown.
    is_plain = isinstance(value, str | int | float | bool) and "@" not in str(value) and "secret" not in key
    told = f" (it is {value!r})" if is_plain and "headers" not in key else ""
    return f"{key}: {found['msg']}{told}"
