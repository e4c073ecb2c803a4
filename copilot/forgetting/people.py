"""Who a request is about: the pseudonyms that stand for one handle."""

from __future__ import annotations

from copilot.errors import CopilotError
from copilot.workspace import Workspace
from ingestion.pseudonymise.keys import PseudonymKey, load_key
from ingestion.pseudonymise.pseudonyms import Pseudonyms, normal_handle


def key_of(workspace: Workspace) -> PseudonymKey:
    """The workspace's pseudonym key. Raises `KeyMissingError` and `KeyMismatchError`."""
    return load_key(workspace.settings.pseudonym, workspace.home)


def tokens_of(handle: str, key: PseudonymKey) -> tuple[str, ...]:
    """Pseudonyms of a person: the author's first, then those of an e-mail address or phone number given as handle.

    Raises `CopilotError` where the handle is empty.
    """
    if not normal_handle(handle):
        raise CopilotError("No handle was given: name the author as the source does.")
    pseudonyms = Pseudonyms(key)
    tokens = [pseudonyms.author(handle)]
    if "@" in handle.strip().strip("@"):
        tokens.append(pseudonyms.email(handle))
    if handle.strip().startswith("+") and handle.strip()[1:].replace(" ", "").isdigit():
        tokens.append(pseudonyms.phone(handle))
    return tuple(tokens)
