"""Prompt files: `NAME.LANGUAGE.md` in this folder, read once, checked when read.

Front matter (YAML between two `---` lines) has exactly the fields name, version, language, variables and description.
The text below it holds each declared variable at least once, as `{{ variable }}`, and no other.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from prompts.errors import PromptError

FOLDER = Path(__file__).parent
_FIELDS = frozenset({"name", "version", "language", "variables", "description"})
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """One prompt in one language."""

    name: str
    version: int
    """Raised with every change of meaning."""
    language: str
    variables: tuple[str, ...]
    """What `render` takes, all of it."""
    description: str
    """What it is for."""
    text: str
    """With `{{ variable }}` where a value goes."""
    hash: str
    """First 12 hex digits of SHA-256 over the whole file: what a run records."""

    def render(self, **values: str) -> str:
        """The text with its variables filled in; a value that looks like a variable stays as it is.

        Raises `PromptError` naming what is missing or was not declared.
        """
        missing = sorted(set(self.variables) - values.keys())
        extra = sorted(values.keys() - set(self.variables))
        if missing or extra:
            found = [f"missing {', '.join(missing)}"] * bool(missing) + [f"unknown {', '.join(extra)}"] * bool(extra)
            raise PromptError(self.name, "; ".join(found))
        return _VARIABLE.sub(lambda match: values[match[1]], self.text)


@cache
def load(name: str, language: str) -> Prompt:
    """The prompt `name` (`planner`, `tools/stock`) in `language`. Raises `PromptError` where there is no good one."""
    path = FOLDER / f"{name}.{language}.md"
    if not path.is_file():
        known = ", ".join(sorted(known_name for known_name, known_language in names() if known_language == language))
        raise PromptError(name, f"there is none in {language!r}; known: {known or 'none'}")
    content = path.read_text(encoding="utf-8")
    head, text = _parts(name, content)
    declared = tuple(str(variable) for variable in _list(name, head["variables"]))
    used = set(_VARIABLE.findall(text))
    if used != set(declared):
        raise PromptError(name, f"declares {sorted(declared)} and uses {sorted(used)}")
    if (head["name"], head["language"]) != (name, language):
        raise PromptError(name, f"its file says {head['name']!r} in {head['language']!r}")
    return Prompt(
        name=name,
        version=int(str(head["version"])),
        language=language,
        variables=declared,
        description=str(head["description"]),
        text=text.strip(),
        hash=hashlib.sha256(content.encode()).hexdigest()[:12],
    )


def names() -> tuple[tuple[str, str], ...]:
    """Name and language of every prompt there is."""
    files = sorted(FOLDER.rglob("*.md"))
    return tuple((name, language) for name, _, language in (_name(path).rpartition(".") for path in files))


def _name(path: Path) -> str:
    return path.relative_to(FOLDER).with_suffix("").as_posix()


def _parts(name: str, content: str) -> tuple[dict[str, object], str]:
    match = re.fullmatch(r"---\n(.*?)\n---\n(.*)", content, re.DOTALL)
    head = yaml.safe_load(match[1]) if match else None
    if not match or not isinstance(head, dict) or head.keys() != _FIELDS:
        raise PromptError(name, f"front matter must have exactly {', '.join(sorted(_FIELDS))}")
    return head, match[2]


def _list(name: str, value: object) -> list[object]:
    if not isinstance(value, list):
        raise PromptError(name, "`variables` is a list")
    return value
