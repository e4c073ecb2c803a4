"""The fashion lexicon: what posts can be about, in five languages, and how it is found in a text."""

from copilot.signals.lexicon.lexicon import Lexicon, load_lexicon
from copilot.signals.lexicon.tokens import fold

__all__ = ["Lexicon", "fold", "load_lexicon"]
