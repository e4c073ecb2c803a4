"""Errors of the prompt library."""

from __future__ import annotations


class PromptError(Exception):
    """Root of everything this package raises."""
