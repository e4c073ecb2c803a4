"""Environment variables that look like settings and are none: a misspelt one would be passed over in silence.

A key that is set by a wrong name is worse than none, as another is made in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from pydantic import BaseModel

from copilot.errors import SettingsError

_OWN = frozenset({"REASSORT_TRACE", "REASSORT_REAL_DATA"})
"""Read by the command line, and by tests and benchmarks."""
_OF_KUBERNETES = re.compile(r"SERVICE_(HOST|PORT\w*)|PORT(_\d+_(TCP|UDP)\w*)?")
"""What Kubernetes sets in every container, without the prefix, where a service is named `reassort`."""


def check_variables(names: Iterable[str], settings: type[BaseModel], *, prefix: str, delimiter: str) -> None:
    """Raises `SettingsError` for a variable with the prefix whose first part is no setting, naming what it may mean."""
    for name in sorted(names):
        upper = name.upper()
        own = upper.removeprefix(prefix)
        first = own.split(delimiter)[0].lower()
        if not upper.startswith(prefix) or upper in _OWN or first in settings.model_fields:
            continue
        if _OF_KUBERNETES.fullmatch(own):
            continue
        near = get_close_matches(own, list(_variables(settings, "", delimiter)), n=1)
        remedy = f"Did you mean {prefix}{near[0]}?" if near else "docs/configuration.md lists all."
        raise SettingsError(f"{name} is set and is no setting. {remedy} Parts are joined by two underscores.")


def _variables(settings: type[BaseModel], start: str, delimiter: str) -> Iterator[str]:
    for name, field in settings.model_fields.items():
        own = f"{start}{name.upper()}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _variables(field.annotation, f"{own}{delimiter}", delimiter)
        else:
            yield own
