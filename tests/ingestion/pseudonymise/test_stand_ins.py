"""The forms of stand-ins, and what kind gets which."""

from __future__ import annotations

import re
import subprocess
import sys

import polars as pl
import pytest

from ingestion.pseudonymise.detector import KINDS
from ingestion.pseudonymise.known_names import AUTHOR
from ingestion.pseudonymise.policy import POLICY, policy_version
from ingestion.pseudonymise.stand_ins import LABELS, STAND_IN, as_words, label
from tests.ingestion.pseudonymise.marked import french_sentences
from tests.ingestion.raw_posts import pseudonymiser, raw_post

KEYED = {"author", "email", "phone", "name"}


def test_every_kind_has_a_treatment_and_every_label_a_kind() -> None:
    assert {kind.name for kind in KINDS} | {AUTHOR} == set(POLICY)
    assert set(POLICY.values()) - KEYED == set(LABELS)


def test_every_stand_in_of_a_text_is_known_as_one() -> None:
    made = pseudonymiser()
    for sentence in french_sentences():
        text, kinds = made.replace(sentence.text, language="fr")
        assert len(re.findall(STAND_IN, text)) >= len(kinds)
        assert bool(re.search(STAND_IN, text)) is bool(kinds)


def test_polars_knows_stand_ins_too() -> None:
    post = pseudonymiser().post(raw_post(text="écris à a@example.com, je m'appelle Camille, IBAN"), ())
    left = pl.Series([post.text]).str.replace_all(STAND_IN, "").item()
    assert left == "écris à , je m'appelle , IBAN"


def test_no_digit_of_a_stand_in_is_left_in_words() -> None:
    post = pseudonymiser().post(raw_post(text="@lea_m et Camille au 06 12 34 56 78, commande n° 9876543"), ())
    assert as_words(post.text) == "someone et Camille au phone, commande n° order"


def test_an_unknown_label_is_refused() -> None:
    with pytest.raises(ValueError, match="'shoe'"):
        label("shoe")


def test_the_version_is_one_in_every_process() -> None:
    command = "from ingestion.pseudonymise.policy import policy_version; print(policy_version())"
    other = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True).stdout.strip()
    assert policy_version() == other == pseudonymiser().policy_version
    assert re.fullmatch("[0-9a-f]{12}", other)


def test_the_version_follows_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    before = policy_version()
    monkeypatch.setattr("ingestion.pseudonymise.policy.POLICY", {**POLICY, "POSTCODE": "address"})
    assert policy_version() != before
