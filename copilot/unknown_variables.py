"""Environment variables that look like settings and are none: a misspelt one would be passed over in silence.

A key that is set by a wrong name is worse than none, as another is made in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from pydantic import BaseModel

from copilot.errors import SettingsError

_OWN = frozenset({"REASSORT_TRACE", "REASSORT_REAL_DATA"})
"""Read by the command line, and by tests and benchmarks."""


def check_variables(names: Iterable[str], settings: type[BaseModel], *, prefix: str, delimiter: str) -> None:
    """Raises `SettingsError` for a variable with the prefix whose first part is no setting, naming what it may mean."""
    for name in sorted(names):
        upper = name.upper()
        first = upper.removeprefix(prefix).split(delimiter)[0].lower()
        if not upper.startswith(prefix) or upper in _OWN or first in settings.model_fields:
            continue
        near = get_close_matches(upper.removeprefix(prefix), list(_variables(settings, "", delimiter)), n=1)
        remedy = f"Did you mean {prefix}{near[0]}?" if near else "docs/configuration.md lists all."
        raise SettingsError(f"{name} is set and is no setting. {remedy} Parts are joined by two underscores.")


def _variables(settings: type[BaseModel], start: str, delimiter: str) -> Iterator[str]:
    for name, field in settings.model_fields.items():
        own = f"{start}{name.upper()}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _variables(field.annotation, f"{own}{delimiter}", delimiter)
        else:
            yield own
