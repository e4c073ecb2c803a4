"""Prompts: every file is whole, and rendering takes exactly what is declared."""

from __future__ import annotations

from pathlib import Path

import pytest

import prompts
from prompts import Prompt, PromptError, files

GOOD = "---\nname: hello\nversion: 2\nlanguage: en\nvariables: [who]\ndescription: Greets.\n---\nHello {{ who }}!\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in place of the prompts'."""
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    files.load.cache_clear()
    return tmp_path


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    files.load.cache_clear()


def written(folder: Path, content: str) -> Prompt:
    (folder / "hello.en.md").write_text(content, encoding="utf-8")
    return prompts.load("hello", "en")


def test_a_prompt_is_rendered_with_its_variables(folder: Path) -> None:
    prompt = written(folder, GOOD)
    assert (prompt.version, prompt.variables, prompt.description) == (2, ("who",), "Greets.")
    assert prompt.render(who="{{ who }} & co") == "Hello {{ who }} & co!"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "missing who"),
        ({"who": "you", "when": "now"}, "unknown when"),
        ({"whom": "x"}, "missing who; unknown whom"),
    ],
)
def test_missing_and_extra_variables_are_named(folder: Path, values: dict[str, str], message: str) -> None:
    with pytest.raises(PromptError, match=message):
        written(folder, GOOD).render(**values)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("description: Greets.\n", ""), "front matter"),
        (("version: 2", "version: 2\nmood: good"), "front matter"),
        (("[who]", "[who, when]"), "declares"),
        (("{{ who }}", "{{ whom }}"), "uses"),
        (("name: hello", "name: goodbye"), "goodbye"),
        (("[who]", "who"), "list"),
        (("---\nHello", "Hello"), "front matter"),
    ],
)
def test_a_bad_file_is_refused(folder: Path, change: tuple[str, str], message: str) -> None:
    with pytest.raises(PromptError, match=message):
        written(folder, GOOD.replace(*change))


def test_an_unknown_prompt_names_the_known_ones(folder: Path) -> None:
    written(folder, GOOD)
    with pytest.raises(PromptError, match="known: hello"):
        prompts.load("nothing", "en")


def test_the_hash_changes_with_the_text(folder: Path) -> None:
    first = written(folder, GOOD).hash
    files.load.cache_clear()
    assert written(folder, GOOD.replace("Hello", "Hullo")).hash != first


@pytest.mark.parametrize(("name", "language"), prompts.names())
def test_every_prompt_of_the_package_loads(name: str, language: str) -> None:
    prompt = prompts.load(name, language)
    assert prompt.text
    assert prompt.description


def test_prompts_that_readers_meet_are_in_both_languages_with_the_same_variables() -> None:
    both = {name for name, _ in prompts.names() if not name.startswith("tools/")}
    assert both == {"planner", "brief", "retry"}
    for name in both:
        assert prompts.load(name, "en").variables == prompts.load(name, "fr").variables
