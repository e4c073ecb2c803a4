"""Traces: found in whatever form they are written, and taken out with the words around them."""

from __future__ import annotations

import json
from uuid import UUID

import polars as pl
import pytest

from ingestion.privacy.traces import Traces, distinctive, passages_of

TOKEN = "author_0123456789abcdef"
POST_ID = "6f1c2a3b-4d5e-8f60-8123-456789abcdef"
TEXT = "La robe à fleurs a rétréci au premier lavage, quelle déception pour ce prix"
TRACES = Traces(tokens=(TOKEN,), post_ids=(POST_ID,), passages=tuple(passages_of([TEXT])), texts=(TEXT,))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (f"by {TOKEN}, yesterday".encode(), "pseudonym"),
        (f'{{"post_id": "{POST_ID}"}}'.encode(), "post id"),
        (UUID(POST_ID).bytes, "post id"),
        (UUID(POST_ID).bytes[::-1], "post id"),
        (TEXT.encode(), "text"),
        (json.dumps(TEXT).encode(), "text"),
        (b"\xff\x00" + TEXT.encode() + b"\x81", "text"),
    ],
    ids=["pseudonym", "id", "id in 16 bytes", "id in 16 bytes reversed", "words", "words in JSON", "words in a blob"],
)
def test_every_form_is_found(data: bytes, kind: str) -> None:
    assert set(TRACES.find_in_bytes(data)) == {kind}


def test_other_data_holds_no_trace() -> None:
    other = "La robe est belle, author_fedcba9876543210 le dit aussi, 6f1c2a3b-0000-8f60-8123-456789abcdef"
    assert not TRACES.find_in_bytes(other.encode())
    assert TRACES.redacted(other) == other


def test_a_trace_across_two_chunks_is_found() -> None:
    data = TEXT.encode()
    for cut in range(1, len(data)):
        assert TRACES.find_in_chunks([data[:cut], data[cut:]]), cut


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Thanks @{TOKEN}!", "Thanks [name]!"),
        (f"{TOKEN} wrote {POST_ID}", "[name] wrote [removed]"),
        (f"One says « {TEXT} » and more.", "One says « [removed] » and more."),
        ("They said: la robe à fleurs a rétréci AU PREMIER lavage. Rétréci au premier lavage: sad.", None),
    ],
)
def test_redacted_text_holds_no_trace(text: str, expected: str | None) -> None:
    redacted = TRACES.redacted(text)
    assert not TRACES.find_in_bytes(redacted.encode())
    assert expected is None or redacted == expected


def test_words_that_others_wrote_too_are_no_trace() -> None:
    passages = passages_of(["all of these words are common words", "only I would ever write such things"])
    others = [pl.Series(["Indeed: all of these words are common"])]
    assert distinctive(passages, others) == ("only I would ever write",)


def test_traces_print_nothing() -> None:
    assert TOKEN not in repr(TRACES)
    assert POST_ID not in repr(TRACES)
    assert "robe" not in repr(TRACES)
