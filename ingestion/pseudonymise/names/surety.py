"""How sure the head must be of a word, by what is known of the word before it is read in its sentence."""

from __future__ import annotations

from ingestion.pseudonymise.names.gazetteer import FIRST, LAST, PLACE, Gazetteer

DOUBTFUL = 0.5
"""For what is seldom a name: common words in no list of names, and words all in capitals amid others that are not."""
PLACES = 0.999
"""For places in no list of names: by themselves hardly ever a name."""
HASHTAG = 0.15
"""For a hashtag. Few are names, so that the head is rarely sure of one; nothing of a sentence is lost with it."""
_NAMES = FIRST | LAST


class Surety:
    """The least probability at which a word is a name."""

    def __init__(self, threshold: float, gazetteer: Gazetteer | None = None) -> None:
        """`threshold` goes for all words but the doubtful ones and hashtags; without a gazetteer for these too."""
        for level in (threshold, DOUBTFUL, HASHTAG):
            if not 0.0 < level < 1.0:
                raise ValueError(f"A threshold lies between 0 and 1: {level!r}.")
        self.threshold = threshold
        self._gazetteer = gazetteer

    @property
    def lowest(self) -> float:
        """The least that any word needs."""
        return self.threshold if self._gazetteer is None else min(self.threshold, HASHTAG)

    def needed(self, text: str, start: int, end: int, plain: str) -> float:
        """The least probability for the word at `start` up to `end`, `plain` being its folded form."""
        if self._gazetteer is None:
            return self.threshold
        if text[start - 1 : start] == "#":
            return min(self.threshold, HASHTAG)
        flags = self._gazetteer.look_up_form(plain)
        in_capitals = text[start:end].isupper() and not text.isupper()
        if flags & _NAMES or not (flags or in_capitals):
            return self.threshold
        return PLACES if flags & PLACE else max(self.threshold, DOUBTFUL)
