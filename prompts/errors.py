"""Errors of the prompts.

PromptError    a prompt that is missing, badly written, or rendered with the wrong variables
"""

from __future__ import annotations


class PromptError(Exception):
    """A prompt that is missing, badly written, or rendered with the wrong variables."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"Prompt {name!r}: {problem}.")
        self.name = name
