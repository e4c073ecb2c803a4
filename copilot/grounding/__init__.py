"""Is each figure, date and quote of a text held by the evidence that it cites?"""

from copilot.grounding.check import Problem, ProblemKind, check_text, check_texts

__all__ = ["Problem", "ProblemKind", "check_text", "check_texts"]
