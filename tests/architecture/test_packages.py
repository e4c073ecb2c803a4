"""Conventions that no linter knows."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("copilot", "ingestion", "prompts", "vectorstore", "evals")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
BANNED_NAMES = {"utils", "util", "helpers", "helper", "base", "common", "manager", "misc"}
HEAVY = {"torch", "transformers", "presidio_analyzer", "openvino", "langchain", "chainlit", "matplotlib", "scipy"}


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_is_one_readable_concept(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400, "restructure: a module stays within 400 lines"
    assert path.stem not in BANNED_NAMES, "name the module for its concept"
    for function in _functions(ast.parse(text)):
        first = function.body[0].lineno
        assert (function.end_lineno or first) - first < 60, f"{function.name}: a body stays within 60 lines"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_public_names_have_docstrings(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    bare = [node.name for node in named if not node.name.startswith("_") and not ast.get_docstring(node)]
    assert not bare, f"say what these do: {bare}"


@pytest.mark.parametrize(
    "statement",
    ["import copilot.cli, copilot.commands.status", "import ingestion.warehouse", "import vectorstore.store"],
)
def test_quick_commands_import_nothing_heavy(statement: str) -> None:
    code = f"import sys; {statement}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(loaded.stdout.split())


def test_only_pseudonymise_makes_a_post() -> None:
    makers = [
        str(path.relative_to(ROOT))
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Post"
    ]
    assert all(maker.startswith("ingestion/pseudonymise/") for maker in makers)


def test_readme_shows_the_packages_as_they_are() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= 150
    for package in PACKAGES:
        rooms = {
            path.parent.name if path.name == "__init__.py" else path.stem
            for path in (ROOT / package).glob("*/__init__.py")
        }
        missing = [room for room in rooms if f"{room}/" not in readme]
        assert not missing, f"the picture in README.md lacks {missing} of {package}/"
