"""Questions understood through the lexicon and the dictionary of review words."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.errors import SettingsError
from copilot.lookups.meanings import REVIEW_WORDS_FILE, load_meanings, read_review_words
from copilot.lookups.query_terms import language_of, understand
from copilot.signals.lexicon import load_lexicon
from vectorstore.matching import Matcher
from vectorstore.wanted import Wanted

LEXICON = load_lexicon()


def answers(question: str, text: str, language: str) -> set[int]:
    """Which of the things asked for the text says."""
    wanted = understand(question, LEXICON)
    return {match.wish for match in Matcher(wanted).match(text, language).found}


def wishes(wanted: Wanted) -> list[str]:
    return [" ".join(wish.wordings[0].words) for wish in wanted.wishes]


@pytest.mark.parametrize(
    ("question", "text", "language"),
    [
        ("robe en lin", "Two linen dresses", "en"),
        ("linen dress", "Une robe en lin", "fr"),
        ("robes en lin", "summer #linendress", "en"),
        ("linen dresses", "l'été #robeenlin", "fr"),
        ("#robeenlin", "a dress of linen", "en"),
        ("#LinenDress", "robe de lin", "fr"),
        ("robe en lin", "vestito di lino", "it"),
        ("robe en lin", "Kleid aus Leinen", "de"),
        ("butter yellow skirt", "jupe jaune beurre, si beurre, si jaune", "fr"),
        ("lavage en machine", "machine washed", "en"),
        ("fast delivery", "livraison rapide", "fr"),
        ("vestiti di lino", "linen dresses, #linendress", "en"),
        ("Kleid aus Leinen", "une robe en lin", "fr"),
        ("vestido de lino", "a linen dress", "en"),
        ("Leinenkleider", "a linen dress", "en"),
        ("robe en lin", "ein Leinenkleid", "de"),
        ("robe en lin", "estate! #vestitodilino", "it"),
        ("linen dress", "#vestidodelino", "es"),
        ("der Pullover kratzte", "this sweater itches", "en"),
        ("la cremallera está rota", "broken zipper", "en"),
        ("il vestito è troppo corto", "vestido demasiado corto", "es"),
        ("🔥 robe", "dress 🔥🔥", "en"),
        ("#cottagecore", "so cottagecore", "en"),
        ("cottagecore", "robe #cottagecore", "fr"),
    ],
)
def test_a_question_is_answered_in_another_language(question: str, text: str, language: str) -> None:
    asked = understand(question, LEXICON).telling()
    assert {match.wish for match in Matcher(asked).match(text, language).found} == set(range(len(asked.wishes)))


@pytest.mark.parametrize(
    ("question", "text"),
    [("robe en lin", "a bath robe"), ("couture", "haute couture"), ("trop long", "too short")],
)
def test_words_that_only_look_alike_do_not_answer(question: str, text: str) -> None:
    assert answers(question, text, "en") == set()


@pytest.mark.parametrize(
    ("question", "english"),
    [
        ("robe en lin", "dress linen"),
        ("jupe trop courte", "skirt too short"),
        ("Odette est-elle confortable ?", "odette comfortable"),
        ("linen dress", ""),
        ("vestito di lino troppo corto", "dress linen too short"),
        ("das Kleid ist eingelaufen", "dress shrinks"),
        ("los botones se caen", "button fell off"),
        ("#robeenlin", "dress linen"),
    ],
)
def test_an_english_encoder_gets_english(question: str, english: str) -> None:
    assert understand(question, LEXICON).meaning == english


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("le tissu gratte", 1.0),
        ("prix de l'essence", 0.5),
        ("cuisson du riz", 0.0),
        ("how are the interest rates", 1.0),
    ],
)
def test_how_much_of_a_question_its_english_says(question: str, share: float) -> None:
    assert understand(question, LEXICON, language="fr").known == share


def test_words_that_are_not_known_stay_as_asked_in_any_language() -> None:
    wanted = understand("robe Odette", LEXICON)
    assert wanted.words == "odette"
    assert wanted.further["fr"]["robe"] == 1.0
    assert wanted.further["en"]["dress"] < 1.0


def test_a_question_of_small_words_alone_still_asks() -> None:
    assert wishes(understand("how is it", LEXICON)) == ["how", "is", "it"]


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("la robe est trop petite", "fr"),
        ("the dress is too small", "en"),
        ("nettoyage à sec", "fr"),
        ("il vestito di lino", "it"),
        ("la falda es corta", "es"),
        ("das Kleid ist zu klein", "de"),
        ("camel", "xx"),
        ("Odette", "xx"),
    ],
)
def test_the_language_of_a_question(question: str, language: str) -> None:
    assert language_of(question.split(), load_meanings(LEXICON), default="xx") == language


def test_the_dictionary_holds_some_hundred_meanings_each_once() -> None:
    entries = read_review_words(REVIEW_WORDS_FILE)
    assert len(entries) > 250
    assert all(entry["en"] and entry["fr"] for entry in entries)
    assert sum({"it", "de", "es"} <= set(entry) for entry in entries) > 250


def test_an_entry_without_both_languages_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.yaml"
    path.write_text("- {en: [size]}\n")
    with pytest.raises(SettingsError, match="English and French"):
        read_review_words(path)
