"""Versioned prompts: one Markdown file a prompt and language, with its variables declared in front matter."""

from prompts.errors import PromptError
from prompts.files import Prompt, load, names

__all__ = ["Prompt", "PromptError", "load", "names"]
