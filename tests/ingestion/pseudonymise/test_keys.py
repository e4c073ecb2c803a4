"""The pseudonym key: made once, found again, never in the workspace."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from ingestion.errors import KeyMismatchError, KeyMissingError, KeyUnreadableError
from ingestion.pseudonymise.keys import ensure_key, load_key
from ingestion.settings import PseudonymSettings

HEX = "ab" * 32


def test_a_key_is_made_once_outside_the_workspace_and_follows_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    place = Path(ensure_key(PseudonymSettings(), home))
    key = load_key(PseudonymSettings(), home)
    assert not place.is_relative_to(home)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert Path(ensure_key(PseudonymSettings(), home)) == place
    shutil.move(home, tmp_path / "moved")
    assert load_key(PseudonymSettings(), tmp_path / "moved") == key
    written = "".join(path.read_text() for path in (tmp_path / "moved").iterdir())
    assert key.secret.hex() not in written
    assert key.secret.hex() not in repr(key)


def test_two_workspaces_have_two_keys(tmp_path: Path) -> None:
    keys = []
    for name in ("a", "b"):
        ensure_key(PseudonymSettings(), tmp_path / name)
        keys.append(load_key(PseudonymSettings(), tmp_path / name))
    assert keys[0] != keys[1]


def test_a_setting_or_a_named_file_gives_the_key(tmp_path: Path) -> None:
    named = tmp_path / "keys" / "mine.key"
    named.parent.mkdir()
    named.write_text(HEX + "\n")
    by_file = load_key(PseudonymSettings(key_file=named), tmp_path / "home")
    by_setting = load_key(PseudonymSettings(key=SecretStr(HEX)), tmp_path / "home")
    assert by_file == by_setting
    assert ensure_key(PseudonymSettings(key=SecretStr(HEX)), tmp_path / "home") == "REASSORT_PSEUDONYM__KEY"


def test_a_missing_key_names_the_places_tried(tmp_path: Path) -> None:
    with pytest.raises(KeyMissingError) as caught:
        load_key(PseudonymSettings(key_file=tmp_path / "none.key"), tmp_path)
    assert caught.value.looked_in == ("REASSORT_PSEUDONYM__KEY", str(tmp_path / "none.key"))


@pytest.mark.parametrize("text", ["", "no hex at all", "abcd"])
def test_what_is_no_key_is_not_taken_for_one(tmp_path: Path, text: str) -> None:
    with pytest.raises(KeyMissingError) as caught:
        load_key(PseudonymSettings(key=SecretStr(text)), tmp_path)
    assert text == "" or text not in str(caught.value)


def test_another_key_than_the_workspaces_is_refused(tmp_path: Path) -> None:
    ensure_key(PseudonymSettings(key=SecretStr(HEX)), tmp_path)
    with pytest.raises(KeyMismatchError):
        load_key(PseudonymSettings(key=SecretStr("cd" * 32)), tmp_path)


def test_a_lost_key_is_not_replaced_by_a_new_one(tmp_path: Path) -> None:
    place = Path(ensure_key(PseudonymSettings(), tmp_path))
    place.unlink()
    with pytest.raises(KeyMissingError, match="put your copy back"):
        ensure_key(PseudonymSettings(), tmp_path)


@pytest.mark.parametrize("content", ["", "{", "{}", "[]"])
def test_a_workspace_that_does_not_say_which_key_is_its_own_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "pseudonym.json").write_text(content)
    with pytest.raises(KeyUnreadableError, match=r"pseudonym\.json.*from a backup"):
        ensure_key(PseudonymSettings(key=SecretStr(HEX)), tmp_path)


def test_a_key_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyUnreadableError, match="who may read it"):
        load_key(PseudonymSettings(key_file=tmp_path), tmp_path)


def test_a_workspace_cut_off_while_its_key_was_made_gets_one(tmp_path: Path) -> None:
    ensure_key(PseudonymSettings(), tmp_path)
    id_file = tmp_path / "pseudonym.json"
    content = json.loads(id_file.read_text())
    id_file.write_text(json.dumps({**content, "key_check": ""}))
    ensure_key(PseudonymSettings(), tmp_path)
    assert json.loads(id_file.read_text()) == content


def test_digests_do_not_run_parts_together(tmp_path: Path) -> None:
    key = load_key(PseudonymSettings(key=SecretStr(HEX)), tmp_path)
    assert key.digest("post", "a", "bc") != key.digest("post", "ab", "c")
    assert key.digest("post", "a") != key.digest("author", "a")
