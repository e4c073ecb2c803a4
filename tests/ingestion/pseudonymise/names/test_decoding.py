"""From logits to names."""

import re

import numpy as np
import pytest

from ingestion.pseudonymise.names.brands import Brands
from ingestion.pseudonymise.names.decoding import NameDecoder
from ingestion.pseudonymise.names.gazetteer import COMMON, FIRST, Gazetteer

_DECODER = NameDecoder(threshold=0.5, brands=Brands(["Kate Spade", "Stan Smith", "Birkin", "? Kelly"]))


def _found(text: str, names: str, decoder: NameDecoder = _DECODER, margin: float = 4.0) -> list[str]:
    """What is found where the head is sure of the words `names`."""
    offsets = [(0, 0), *(match.span() for match in re.finditer(r"\w+|[^\w\s]", text)), (0, 0)]
    logits = np.zeros((len(offsets), 2), dtype=np.float32)
    logits[:, 0] = margin
    for at, (start, end) in enumerate(offsets):
        if end > start and text[start:end] in names.split():
            logits[at] = (0.0, margin)
    return [text[span.start : span.end] for span in decoder.decode(text, offsets, logits)]


@pytest.mark.parametrize(
    ("text", "sure", "names"),
    [
        ("Merci à Sophie du magasin", "Sophie", ["Sophie"]),
        ("Sophie Martin m'a aidée", "Sophie Martin", ["Sophie Martin"]),
        (
            "Vincent van Gogh et Ludwig de la Tour",
            "Vincent Gogh Ludwig Tour",
            ["Vincent van Gogh", "Ludwig de la Tour"],
        ),
        ("John F. Kennedy was here", "John Kennedy", ["John F. Kennedy"]),
        ("Jean-Paul et Anne", "Jean Paul Anne", ["Jean-Paul", "Anne"]),
        ("Sean O'Neil called", "Sean Neil O", ["Sean O'Neil"]),
        ("Julius Erving, Moses Malone", "Julius Erving Moses Malone", ["Julius Erving", "Moses Malone"]),
        ("Sophie. Martin came", "Sophie Martin", ["Sophie. Martin"]),
        ("Sophie! Martin came", "Sophie Martin", ["Sophie", "Martin"]),
        ("Sophie loves Martin", "Sophie Martin", ["Sophie", "Martin"]),
        ("E. J. said", "E J", []),
        ("nothing here", "", []),
        ("", "", []),
    ],
)
def test_words_become_names(text: str, sure: str, names: list[str]) -> None:
    assert _found(text, sure) == names


@pytest.mark.parametrize(
    ("text", "sure", "names"),
    [
        ("my Kate Spade bag", "Kate Spade", []),
        ("my Stan Smith", "Stan", []),
        ("a Birkin or none", "Birkin", []),
        ("Kate Winslet came", "Kate Winslet", ["Kate Winslet"]),
        ("Kelly told me", "Kelly", ["Kelly"]),
        ("Jane Birkin sang", "Jane Birkin", ["Jane Birkin"]),
    ],
)
def test_a_name_that_is_a_brand_as_a_whole_stays(text: str, sure: str, names: list[str]) -> None:
    assert _found(text, sure) == names


def test_words_of_a_handle_are_no_part_of_a_name() -> None:
    assert _found("@sophie_martin Sophie, hi", "sophie_martin sophie martin Sophie") == ["Sophie"]


def test_a_word_that_is_seldom_a_name_goes_with_one_that_is() -> None:
    lists = Gazetteer.of({COMMON: ["lapin"], FIRST: ["Anne"]})
    decoder = NameDecoder(threshold=0.3, brands=Brands([]), gazetteer=lists)
    anne, other, unsure, sure = [0.0, 3.0], [3.0, 0.0], [0.5, 0.0], [0.0, 0.5]

    def found(text: str, *logits: list[float]) -> list[str]:
        spans = decoder.decode(text, [(0, 4), (5, 10)], np.array(logits, dtype=np.float32))
        return [text[span.start : span.end] for span in spans]

    assert found("Anne Lapin", anne, unsure) == ["Anne Lapin"]
    assert found("Cher Lapin", other, unsure) == []
    assert found("Cher Lapin", other, sure) == ["Lapin"]
    assert found("Cher Dupin", other, unsure) == ["Dupin"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("La robe Anne taille grand", []),
        ("La robe Anne !", ["Anne"]),
        ("La robe. Anne", ["Anne"]),
        ("La robe d'Anne est belle", ["Anne"]),
        ("The Anne dress is mine", []),
        ("Anne dress\nmy favourite", []),
        ("I saw Anne dress up", ["Anne"]),
        ("le canal St. Anne", []),
        ("Anne Center, Paris", []),
        ("Anne, center of all", ["Anne"]),
    ],
)
def test_what_only_has_the_name_of_a_person_stays(text: str, names: list[str]) -> None:
    assert _found(text, "Anne") == names


def test_later_pieces_of_a_word_do_not_count() -> None:
    logits = np.array([[4.0, 0.0], [0.0, 4.0]], dtype=np.float32)

    assert _DECODER.decode("Sophie", [(0, 3), (3, 6)], logits) == []
    (span,) = _DECODER.decode("Sophie", [(0, 3), (3, 6)], logits[::-1])
    assert (span.start, span.end, span.kind) == (0, 6, "PERSON")


def test_padding_after_the_tokens_is_ignored() -> None:
    logits = np.array([[4.0, 0.0], [0.0, 9.0]], dtype=np.float32)

    assert _DECODER.decode("Sophie", [(0, 6)], logits) == []


def test_a_higher_threshold_finds_less() -> None:
    strict = NameDecoder(threshold=0.9, brands=Brands([]))

    assert _found("by Sophie", "Sophie", margin=1.0) == ["Sophie"]
    assert _found("by Sophie", "Sophie", strict, margin=1.0) == []


@pytest.mark.parametrize("threshold", [0.0, 1.0, 7.0])
def test_a_threshold_that_is_no_probability_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        NameDecoder(threshold=threshold, brands=Brands([]))
