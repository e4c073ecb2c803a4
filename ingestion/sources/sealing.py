"""Small texts kept beside the data that nobody reads without the pseudonym key."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken

from ingestion.pseudonymise.keys import PseudonymKey


class Seal:
    """Encrypts for one purpose (Fernet: AES-128-CBC with HMAC-SHA-256), under a key derived from the workspace's."""

    def __init__(self, key: PseudonymKey, purpose: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(key.digest(purpose)))

    def closed(self, text: str) -> str:
        """The text, unreadable without the key."""
        return self._fernet.encrypt(text.encode()).decode()

    def opened(self, sealed: str) -> str:
        """What was sealed; empty where that was nothing, or under another key."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return ""
