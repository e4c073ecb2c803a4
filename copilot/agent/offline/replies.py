"""What is said without evidence: greetings, what is not in the data, which one is meant."""

from __future__ import annotations

from collections.abc import Sequence

from copilot import wording
from copilot.agent.names import Ambiguous, Names, Unknown
from copilot.agent.offline.intents import MISSING, TALK, Intent
from copilot.settings import Language


def small_talk(intent: Intent | None, language: Language) -> str:
    """The reply to an intent that needs no lookup; empty for a task."""
    if intent in TALK:
        return wording.phrase(f"agent.talk.{intent}", language)
    if intent in MISSING:
        return wording.phrase(f"agent.missing.{intent}", language)
    return ""


def not_understood(language: Language) -> str:
    """What can be asked."""
    return wording.phrase("agent.not_understood", language)


def which_one(ambiguous: Ambiguous, language: Language) -> str:
    """A name that means several things: which?"""
    *first, last = [quoted(candidate, language) for candidate in ambiguous.candidates]
    candidates = wording.phrase("agent.or", language, first=", ".join(first), last=last) if first else last
    return wording.phrase("agent.ask_which", language, said=ambiguous.text, candidates=candidates)


def unknown(names: Sequence[Unknown], language: Language) -> str:
    """Names that mean nothing here, and what comes closest."""
    return " ".join(_unknown(name, language) for name in names)


def _unknown(name: Unknown, language: Language) -> str:
    if name.places:
        places = wording.listing(name.places, language)
        return wording.phrase("agent.unknown_place", language, said=name.text, places=places)
    if not name.closest:
        return wording.phrase("agent.unknown_name", language, said=name.text)
    closest = wording.listing([quoted(close, language) for close in name.closest], language)
    return wording.phrase("agent.unknown_name_closest", language, said=name.text, closest=closest)


def quoted(name: str, language: Language) -> str:
    """A name between the language's quotation marks."""
    return f"“{name}”" if language == "en" else f"« {name} »"


def failed(reason: str, language: Language) -> str:
    """A lookup that failed: what is missing and what to do."""
    return wording.phrase("agent.failed", language, reason=reason)


def is_about_unknown(names: Names, intent: Intent | None) -> bool:
    """Whether an unknown name is what the question is about: nothing that is known says so.

    A figure of all places is no answer for one that is unknown.
    """
    if any(name.places for name in names.unknown) and not names.names_places:
        return True
    named = names.names_products or (intent == "trends" and bool(names.term_ids))
    return any(not name.places for name in names.unknown) and not named
