from __future__ import annotations

import re
from pathlib import Path

import pytest

from copilot.errors import SettingsError, UnknownNameError
from copilot.signals import lexicon as package
from copilot.signals.lexicon import fold, load_lexicon

_DEMO_TERMS = [
    "butter_yellow",
    "barrel_leg",
    "leopard",
    "cherry_red",
    "polka_dots",
    "balletcore",
    "suede",
    "camel_coat",
    "mesh_flats",
    "linen",
    "sandals",
    "wool",
    "coat",
    "barbie_pink",
    "quiet_luxury",
]


def test_package_exports_what_it_names() -> None:
    assert all(hasattr(package, name) for name in package.__all__)


def test_lexicon_has_its_terms_with_labels_and_forms() -> None:
    lexicon = load_lexicon()

    assert len(lexicon.terms) >= 150
    assert set(_DEMO_TERMS) <= set(lexicon.terms)
    assert all({"en", "fr"} <= set(term.labels) for term in lexicon.terms.values())
    assert all({"en", "fr", "it", "de"} <= set(term.forms) for term in lexicon.terms.values())
    assert all(
        re.fullmatch(r"(category|colour|material|attribute):[^|:]+", one)
        for term in lexicon.terms.values()
        for wanted in term.attributes
        for one in wanted.split("|")
    )


def test_every_form_is_found_in_its_language() -> None:
    lexicon = load_lexicon()

    lost = [
        (term.term_id, language, form)
        for term in lexicon.terms.values()
        for language, forms in term.forms.items()
        for form in forms
        if term.term_id not in lexicon.find(f"Voilà: {form}!", language)
    ]

    assert lost == []


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("I love my camel coat.", "en", ["camel_coat"]),
        ("Un manteau camel et des MANTEAUX CAMEL", "fr", ["camel_coat"]),
        ("#mantocamel #meshflats #JauneBeurre", "fr", ["camel_coat", "mesh_flats", "butter_yellow"]),
        ("#butteryellowdress2026", "en", ["butter_yellow", "dress"]),
        ("#butter_yellow", "en", ["butter_yellow"]),
        ("Robe à pois, l'imprimé léopard", "fr", ["dress", "polka_dots", "leopard"]),
        ("robe a pois et jean tonneau", "fr", ["dress", "polka_dots", "barrel_leg"]),
        ("Gonne lunghe a pois", "it", ["maxi_skirt", "polka_dots"]),
        ("Mein Leinenkleid in Buttergelb", "de", ["linen", "dress", "butter_yellow"]),
        ("ein schöner Mantel in Camel", "de", ["camel_coat"]),
        ("Des petits pois au beurre", "fr", []),
        ("Chemise en lin", "fr", ["shirt", "linen"]),
        ("Lin came to lunch", "en", []),
        ("Pull the hose over there", "en", []),
        ("un pull en laine", "fr", ["jumper", "wool"]),
        ("I like butter. Yellow too", "en", ["yellow"]),
        ("coating, coats", "en", ["coat"]),
        ("sandales, sandale, sandals", "fr", ["sandals"]),
        ("𝓼𝓾𝓮𝓭𝓮 boots", "en", ["suede", "boots"]),
        ("", "en", []),
    ],
)
def test_find(text: str, language: str, expected: list[str]) -> None:
    assert load_lexicon().find(text, language) == expected


def test_longest_form_counts_alone() -> None:
    assert load_lexicon().find("a camel coat, and a coat", "en") == ["camel_coat", "coat"]


@pytest.mark.parametrize(
    ("text", "folded"), [("Écru", "ecru"), ("Weiß", "weiss"), ("NŒUD", "noeud"), ("Bleu_Ciel", "bleu ciel")]
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize("name", ["camel_coat", "Manteau Camel", "camel-coat", "cappotto cammello", "manteaux camel"])
def test_term_is_found_by_any_of_its_names(name: str) -> None:
    assert load_lexicon().named(name).term_id == "camel_coat"


def test_unknown_names_come_with_near_misses() -> None:
    with pytest.raises(UnknownNameError) as caught:
        load_lexicon().named("zibelinette")
    assert caught.value.closest

    with pytest.raises(UnknownNameError, match="camel_coat"):
        load_lexicon().term("camel_coats")


def test_label_falls_back_on_english() -> None:
    lexicon = load_lexicon()

    assert lexicon.label("linen", "fr") == "lin"
    assert lexicon.label("linen", "pt") == "linen"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("- {id: a, kind: colour, en: [x], fr: [y]}\n- {id: a, kind: colour, en: [z], fr: [w]}", "a occur twice"),
        ("- {id: a, kind: colour, en: [x], fr: [y]}\n- {id: b, kind: colour, en: [x], fr: [w]}", "'x' is a form of"),
        ("- {id: a, kind: colour, en: [x], fr: [y], bound: [q]}", "binds"),
        ("- {id: A b, kind: colour, en: [x], fr: [y]}", "'A b'"),
        ("- {id: a, kind: colour, en: [x]}", "term 'a'"),
        ("- {id: a, kind: taste, en: [x], fr: [y]}", "term 'a'"),
        ("- {id: a, kind: colour, en: [x], fr: [y], hue: 3}", "term 'a'"),
        ("- {id: a", "not valid YAML"),
        ("", "no terms"),
    ],
)
def test_faulty_lexicon_is_refused(tmp_path: Path, content: str, problem: str) -> None:
    (tmp_path / "terms.yaml").write_text(content, encoding="utf-8")

    with pytest.raises(SettingsError, match=problem):
        load_lexicon(tmp_path)


def test_a_form_may_mean_two_things_in_two_languages(tmp_path: Path) -> None:
    (tmp_path / "terms.yaml").write_text(
        "- {id: pink, kind: colour, en: [pink], fr: [rose], bound: [rose]}\n"
        "- {id: flower, kind: pattern, en: [rose], fr: [fleur], bound: [rose]}\n",
        encoding="utf-8",
    )
    lexicon = load_lexicon(tmp_path)

    assert lexicon.find("rose", "fr") == ["pink"]
    assert lexicon.find("rose", "en") == ["flower"]
    assert lexicon.find("rose", "und") == []


def test_digest_changes_with_the_terms(tmp_path: Path) -> None:
    for name, form in (("one", "x"), ("two", "z")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "t.yaml").write_text(f"- {{id: a, kind: colour, en: [{form}], fr: [y]}}", encoding="utf-8")

    digests = {load_lexicon(tmp_path / name).digest for name in ("one", "two")}

    assert len(digests) == 2
