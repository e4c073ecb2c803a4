"""Posts read clause by clause, once."""

from __future__ import annotations

from collections.abc import Sequence

from copilot.signals.aspects.loading import WordAspects
from copilot.signals.aspects.reading import PostReader, PostText
from copilot.signals.aspects.records import Finding


class _Counting(WordAspects):
    def __init__(self) -> None:
        self.asked: list[str] = []

    def read(self, clauses: Sequence[str]) -> list[list[Finding]]:
        self.asked += clauses
        return super().read(clauses)


def _post(number: int, text: str, language: str = "en", digest: str = "a") -> PostText:
    return PostText(post_id=f"p{number}", content_hash=digest, language=language, text=text)


def test_findings_have_their_place_in_the_text() -> None:
    text = "Lovely colour, but the seam ripped."
    (said,) = PostReader(WordAspects(), lambda text, _: text).read([_post(1, text)])
    assert [(one.finding.aspect, text[one.start : one.end]) for one in said] == [
        ("colour", "Lovely colour"),
        ("quality", "but the seam ripped"),
    ]


def test_what_was_read_is_not_read_again_until_it_changes() -> None:
    counting = _Counting()
    reader = PostReader(counting, lambda text, _: text)
    first = reader.read([_post(1, "Great price"), _post(2, "Too tight")])
    assert reader.read([_post(2, "Too tight"), _post(1, "Great price")]) == first[::-1]
    assert counting.asked == ["Great price", "Too tight"]
    reader.read([_post(1, "Awful price", digest="b")])
    assert counting.asked[2:] == ["Awful price"]


def test_other_languages_are_put_into_words_that_are_read() -> None:
    reader = PostReader(WordAspects(), lambda text, language: "too tight" if language == "fr" else text)
    (said,) = reader.read([_post(1, "Trop serré", "fr")])
    assert [(one.finding.aspect, one.finding.polarity) for one in said] == [("fit", "negative")]
