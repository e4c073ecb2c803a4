"""How finds of personal data are scored."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.marked_texts import BIRTH, Marked, altered, presidio_sentences, score, tweets
from ingestion.pseudonymise.span import Span


def span(start: int, end: int, kind: str = "PERSON") -> Span:
    return Span(start=start, end=end, kind=kind)


def test_overlap_counts_and_kinds_of_finds_do_not() -> None:
    result = score([Marked(text="x" * 20, spans=(span(0, 4), span(6, 9, "ADDRESS")))], [[span(3, 7, "PHONE_NUMBER")]])
    assert result.recall == 1.0
    assert result.precision == 1.0
    assert result.found == {"PERSON": 1, "ADDRESS": 1}


def test_f2_weighs_what_is_missed_over_what_is_wrong() -> None:
    text = Marked(text="x" * 20, spans=(span(0, 2), span(4, 6)))
    missed, wrong = score([text], [[span(0, 2)]]), score([text], [[span(0, 2), span(4, 6), span(8, 9), span(10, 12)]])
    assert missed.f2 == pytest.approx(5 * 0.5 / (4 + 0.5))
    assert wrong.f2 == pytest.approx(5 * 0.5 / (4 * 0.5 + 1))
    assert missed.f2 < wrong.f2


def test_what_is_ignored_counts_neither_way() -> None:
    result = score([Marked(text="x" * 9, spans=(), ignored=(span(0, 4),))], [[span(2, 5), span(6, 8)]])
    assert (result.finds, result.right) == (1, 0)


def test_nothing_found_is_no_error() -> None:
    result = score([Marked(text="x", spans=(span(0, 1),))], [[]])
    assert (result.recall, result.precision, result.f2) == (0.0, 1.0, 0.0)


def test_altered_is_per_cent_of_texts() -> None:
    assert altered([[], [span(0, 1)], [], []]) == 25.0


def test_dates_of_birth_are_direct_and_other_dates_are_not(tmp_path: Path) -> None:
    date = {"entity_type": "DATE_TIME", "start_position": 12, "end_position": 22}
    rows = [
        {"full_text": f"{words} 01/02/1990", "masked": f"{words} {number}", "spans": [date]}
        for words in ("was born on", "is open til")
        for number in range(40)
    ]
    with gzip.open(tmp_path / "generated_large.json.gz", "wt", encoding="utf-8") as file:
        json.dump(rows, file)
    sentences = presidio_sentences(tmp_path)
    assert 0 < len(sentences) < len(rows)
    for sentence in sentences:
        assert [found.kind for found in sentence.spans] == ([BIRTH] if "born" in sentence.text else [])


def test_a_handle_is_its_sign_and_the_token_after_it(tmp_path: Path) -> None:
    folder = tmp_path / "pii_broad_twitter"
    folder.mkdir()
    lines = ["RT\tO", "@\tB-PER", "lea_m\tB-PER", "met\tO", "Ann\tB-PER", "Lee\tI-PER", ""]
    with gzip.open(folder / "btc.dev.gz", "wt", encoding="utf-8") as file:
        file.write("\n".join(lines))
    (handle,), (name,) = tweets(folder)
    assert [handle.text[found.start : found.end] for found in handle.spans] == ["@lea_m"]
    assert [name.text[found.start : found.end] for found in name.spans] == ["Ann Lee"]
    assert name.ignored == handle.spans
