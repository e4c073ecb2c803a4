"""The secret that pseudonyms are made with: where it is kept, and how it is found.

Tried in order: the setting `pseudonym.key`, then the file that `pseudonym.key_file` names or, where it names none, one
file a workspace under the user's configuration folder. It is never in the workspace, which is what is backed up, copied
and shared. The workspace holds a random id, to find its key by wherever it is moved, and a check value that tells a
wrong key from the right one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_config_path

from ingestion.errors import KeyMismatchError, KeyMissingError, KeyUnreadableError
from ingestion.settings import PseudonymSettings
from ingestion.whole_files import written_whole

_ID_FILE = "pseudonym.json"
_KEY_BYTES = 32
_SETTING = "REASSORT_PSEUDONYM__KEY"


@dataclass(frozen=True, kw_only=True)
class PseudonymKey:
    """The secret; never printed."""

    secret: bytes = field(repr=False)
    """At least 32 bytes."""

    def digest(self, purpose: str, *parts: str) -> bytes:
        """HMAC-SHA-256 over an identifier, given in parts. One identifier gives unrelated digests for two purposes."""
        # Each part with its length: ("a", "bc") and ("ab", "c") are two identifiers.
        message = b"".join(len(part).to_bytes(8) + part for part in (purpose.encode(), *map(_bytes, parts)))
        return hmac.digest(self.secret, message, hashlib.sha256)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def load_key(settings: PseudonymSettings, home: Path) -> PseudonymKey:
    """The key of the workspace at `home`.

    Raises `KeyMissingError` where there is none or it is no key, and `KeyMismatchError` where it is not the one that
    made the pseudonyms in the workspace.
    """
    workspace_id, check = _read_id(home)
    places = [_SETTING, *(str(path) for path in _files(settings, workspace_id))]
    text = _find(settings, workspace_id)
    key = _parse(text)
    if key is None:
        raise KeyMissingError(places, lost=bool(check))
    if check and not hmac.compare_digest(check, _check_value(key)):
        raise KeyMismatchError(str(home))
    return key


def ensure_key(settings: PseudonymSettings, home: Path) -> str:
    """Make the key of the workspace at `home` where it has none; return where the key is.

    A new file is readable by its owner alone. Raises `KeyMissingError` where the workspace had a key that is gone (a
    new one would give every author a second pseudonym), and `KeyMismatchError` as `load_key` does.
    """
    workspace_id, check = _read_id(home)
    if not workspace_id:
        workspace_id = secrets.token_hex(8)
        _write_id(home, workspace_id, check="")
    given = settings.key is not None
    path = _files(settings, workspace_id)[0]
    if not check and not given and not path.exists():
        _write_secret(path, secrets.token_hex(_KEY_BYTES))
    key = load_key(settings, home)
    if not check:
        _write_id(home, workspace_id, check=_check_value(key))
    return _SETTING if given else str(path)


def key_location(settings: PseudonymSettings, home: Path) -> str:
    """Where the key of the workspace at `home` is, or would be: the setting's name or a path. Never the key."""
    if settings.key is not None:
        return _SETTING
    return str(_files(settings, _read_id(home)[0])[0])


def _find(settings: PseudonymSettings, workspace_id: str) -> str:
    if settings.key is not None:
        return settings.key.get_secret_value()
    for path in _files(settings, workspace_id):
        try:
            return path.read_text(encoding="ascii", errors="replace")
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            problem = f"the pseudonym key cannot be read ({error.strerror})"
            raise KeyUnreadableError(str(path), problem, "Check the file, and who may read it.") from error
    return ""


def _files(settings: PseudonymSettings, workspace_id: str) -> list[Path]:
    if settings.key_file is not None:
        return [settings.key_file.expanduser()]
    return [user_config_path("reassort", appauthor=False) / "keys" / f"{workspace_id or 'WORKSPACE_ID'}.key"]


def _parse(text: str) -> PseudonymKey | None:
    try:
        secret = bytes.fromhex(text.strip())
    except ValueError:
        return None
    return PseudonymKey(secret=secret) if len(secret) >= _KEY_BYTES else None


def _check_value(key: PseudonymKey) -> str:
    return key.digest("check").hex()[:16]


def _read_id(home: Path) -> tuple[str, str]:
    path = home / _ID_FILE
    if not path.is_file():
        return "", ""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return str(content["workspace_id"]), str(content["key_check"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = f"does not say which pseudonym key is the workspace's ({type(error).__name__})"
        remedy = "Put it back from a backup, or set REASSORT_PSEUDONYM__KEY to the key and delete the file."
        raise KeyUnreadableError(str(path), problem, remedy) from error


def _write_id(home: Path, workspace_id: str, *, check: str) -> None:
    home.mkdir(parents=True, exist_ok=True)
    with written_whole(home / _ID_FILE) as draft:
        draft.write_text(json.dumps({"workspace_id": workspace_id, "key_check": check}) + "\n", encoding="utf-8")


def _write_secret(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with written_whole(path) as draft:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
