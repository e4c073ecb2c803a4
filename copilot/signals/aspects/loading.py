"""The reader of aspects that the settings ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from copilot.settings import AspectSettings
from copilot.signals.aspects.lexicon import load_words
from copilot.signals.aspects.records import AspectReader, Finding
from vectorstore.encoder import Encoder, knows_meaning

PACKAGED, WORDS = "packaged", "words"


class WordAspects:
    """Reads English clauses by lists of words alone: quick, without a model, and less sure."""

    fingerprint = "words"

    def read(self, clauses: Sequence[str]) -> list[list[Finding]]:
        """What each clause says; how sure that is nobody knows, so all are called equally sure."""
        words = load_words()
        return [
            [Finding(aspect=aspect, polarity=polarity, surety=0.5) for aspect, polarity in words.read(clause).items()]
            for clause in clauses
        ]


def load_reader(settings: AspectSettings, encoder: Callable[[], Encoder]) -> AspectReader:
    """What reads clauses; `encoder` gives the default encoder, and is only asked by the packaged model.

    Where the encoder knows no meaning (the fake of tests), words alone are read. Raises `AspectModelError` for a model
    that cannot be loaded, and what `encoder` raises.
    """
    if settings.model == WORDS:
        return WordAspects()
    if settings.model != PACKAGED:
        from copilot.signals.aspects.larger import load_larger

        return load_larger(settings.model)
    found = encoder()
    if not knows_meaning(found.fingerprint):
        return WordAspects()
    from copilot.signals.aspects.packaged import PackagedAspects

    return PackagedAspects(found)


def reads_english_alone(settings: AspectSettings) -> bool:
    """Whether texts in other languages are put into English words before they are read."""
    return settings.model in (PACKAGED, WORDS)
