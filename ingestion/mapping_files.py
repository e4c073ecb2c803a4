"""Mapping files, of tables and of posts alike: read, and held against the columns of the file that they map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from rapidfuzz import fuzz, process, utils

from ingestion.errors import MappingError

_NEAR = 60.0
_LONGEST_NAME = 60


def read_mapping_file(path: Path, *, remedy: str = "Check the path given with --map.") -> dict[str, Any]:
    """What a YAML file says by key, unchecked; `remedy`: what to do where it cannot be read. Raises `MappingError`."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise MappingError(str(path), f"cannot be read ({error.strerror})", remedy) from error
    except UnicodeDecodeError as error:
        raise MappingError(str(path), "is not UTF-8", "Save it as UTF-8.") from error
    except yaml.YAMLError as error:
        # What stands there is not repeated: it may be a key, written where its variable's name belongs.
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark is not None else ""
        raise MappingError(str(path), f"is not valid YAML{line}", "Correct it there.") from None
    if not isinstance(content, dict):
        raise MappingError(str(path), "holds no `key: value` lines", "The docs show a whole one.")
    return content


def misfits(error: ValidationError) -> str:
    """The entries that do not fit, each with what is wrong with it; never with its value."""
    return "; ".join(
        f"{'.'.join(map(str, found['loc'])) or 'mapping'}: {found['msg']}"
        for found in error.errors(include_input=False)
    )


def check_named_columns(named: Iterable[str], file_columns: Sequence[str], *, where: str) -> None:
    """Raise `MappingError` for the first of the named columns that the file lacks, with the nearest that it has."""
    for name in named:
        if name not in file_columns:
            near = process.extractOne(
                name, file_columns, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=_NEAR
            )
            hint = f"Did you mean {near[0]!r}?" if near else "Correct the mapping."
            raise MappingError(where, f"has no column {name!r}", f"It has {listed(file_columns)}. {hint}")


def listed(names: Iterable[str]) -> str:
    """The names in quotes, separated by commas, as messages show them; of one that is rather a value, of a file whose
    first row holds no names, nothing.
    """
    return ", ".join(repr(name) if len(name) <= _LONGEST_NAME and "@" not in name else "..." for name in names)
