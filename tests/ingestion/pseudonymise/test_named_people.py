"""Names in texts stand in alike where they are one person's."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from ingestion.pseudonymise.keys import PseudonymKey
from ingestion.pseudonymise.named_people import NamedPeople, normal_name
from ingestion.pseudonymise.names.finder import PERSON
from ingestion.pseudonymise.posts import Pseudonymiser
from ingestion.pseudonymise.span import Span
from ingestion.records import Post
from tests.ingestion.raw_posts import pseudonymiser, raw_post

NAME = r"\[name_[0-9a-f]{6}\]"


def named(text: str, *names: str) -> list[Span]:
    """Every place of the names in the text."""
    return [
        Span(start=match.start(), end=match.end(), kind=PERSON)
        for name in names
        for match in re.finditer(re.escape(name), text)
    ]


def post(text: str, *names: str, title: str = "", people: Sequence[str] = (), thread: str = "t", id: str = "1") -> Post:
    raw = raw_post(text=text, title=title, thread=thread, source_id=id)
    found = {"in_title": named(title, *names), "in_text": named(text, *names), "people": people}
    return pseudonymiser().post(raw, (), **found)  # type: ignore[arg-type]


def names_in(text: str) -> list[str]:
    return re.findall(NAME, text)


def test_names_that_a_model_found_go() -> None:
    made = post("Hannah Penhale was kind", "Hannah Penhale")
    assert re.fullmatch(f"{NAME} was kind", made.text)
    assert made.personal_data == (PERSON,)


def test_a_first_name_alone_is_the_full_name_beside_it() -> None:
    made = post("Hannah Penhale helped. Thank you HANNAH, and Hannah's team", "Hannah Penhale", "HANNAH", "Hannah's")
    assert len(names_in(made.text)) == 3
    assert len(set(names_in(made.text))) == 1


def test_title_and_text_are_one_conversation() -> None:
    made = post("Camille a promis", "Camille Durand", "Camille", title="Merci Camille Durand")
    assert names_in(made.title) == names_in(made.text)


def test_a_first_name_of_two_people_is_neither() -> None:
    made = post("Paul Roy, Paul Joly, Paul", "Paul Roy", "Paul Joly", "Paul")
    assert len(set(names_in(made.text))) == 3


def test_one_thread_one_stand_in_another_thread_another() -> None:
    here, there = (post("Merci Camille", "Camille", id=id) for id in ("1", "2"))
    elsewhere = post("Merci Camille", "Camille", thread="u")
    assert here.text == there.text != elsewhere.text


def test_without_a_thread_a_post_stands_alone() -> None:
    first, second = (post("Merci Camille", "Camille", thread="", id=id) for id in ("1", "2"))
    assert first.text != second.text


def test_people_named_elsewhere_in_the_thread_tell_whose_a_first_name_is() -> None:
    whole = post("Camille Durand", "Camille Durand", id="1")
    part = post("Camille", "Camille", people=["Camille Durand"], id="2")
    assert whole.text == part.text


@pytest.mark.parametrize("product", ["Stan Smith", "Stan Smith Lux", "adidas Stan Smith Low"])
def test_names_of_products_stay(product: str) -> None:
    keeping = Pseudonymiser(PseudonymKey(secret=b"k" * 32), languages=("en",), keep=[product])
    text = "My Stan Smith's laces, sold by Stan, Stan Roy"
    replaced, kinds = keeping.replace(text, language="en", found=named(text, "Stan Smith's", "Stan,", "Stan Roy"))
    assert re.fullmatch(f"My Stan Smith's laces, sold by {NAME} {NAME}", replaced)
    assert kinds == {PERSON}


@pytest.mark.parametrize("name", ["Mme Hélène Lefèvre", "HELENE LEFEVRE", "Hélène Lefèvre’s", "helene  lefevre"])
def test_a_name_is_compared_without_accents_titles_and_case(name: str) -> None:
    assert normal_name(name) == "helene lefevre"


def test_a_last_name_alone_is_the_full_name_too() -> None:
    assert NamedPeople(["Anne Le Goff", "Anne"]).whole("Mme Goff") == "anne le goff"
