"""Stand-ins where finds overlap."""

from __future__ import annotations

from ingestion.pseudonymise.replacement import replace_spans, without_overlaps
from ingestion.pseudonymise.span import Span


def test_partly_overlapping_spans_go_whole_by_the_stronger_kind() -> None:
    spans = [Span(start=2, end=6, kind="PHONE_NUMBER"), Span(start=4, end=9, kind="CREDIT_CARD")]
    joined = without_overlaps(spans)
    assert joined == [(Span(start=2, end=9, kind="CREDIT_CARD"), spans[1])]
    assert replace_spans("0123456789", joined, lambda span: f"<{span.kind}>") == "01<CREDIT_CARD>9"


def test_spans_that_touch_stay_two() -> None:
    spans = [Span(start=3, end=5, kind="HANDLE"), Span(start=0, end=3, kind="HANDLE")]
    assert replace_spans("abcdef", without_overlaps(spans), lambda span: str(span.start)) == "03f"


def test_of_equal_kinds_the_longer_one_says_what_it_is() -> None:
    spans = [Span(start=0, end=3, kind="HANDLE"), Span(start=0, end=5, kind="HANDLE")]
    assert without_overlaps(spans) == [(spans[1], spans[1])]
