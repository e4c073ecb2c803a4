"""`reassort reindex`: an index saved to a file, and built from one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.copilot.commands.test_doctor import new_home, reassort
from vectorstore.encoder import HashEncoder


def test_a_saved_index_comes_back_without_its_posts_being_embedded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, saved = new_home(tmp_path), tmp_path / "index.zip"
    assert reassort(home, "reindex").stdout == "3 posts indexed anew.\n"
    assert reassort(home, "reindex", "--save", str(saved)).stdout == f"3 posts saved to {saved}.\n"
    monkeypatch.setattr(HashEncoder, "encode", lambda *_: pytest.fail("every vector is in the file"))
    report = reassort(home, "reindex", "--from", str(saved), "--json")
    assert (report.exit_code, json.loads(report.stdout)) == (0, {"indexed": 0, "restored": 3})
    assert "Posts and index: in line." in reassort(home, "doctor").stdout


def test_saving_and_taking_back_at_once_is_refused(tmp_path: Path) -> None:
    home, saved = new_home(tmp_path), tmp_path / "index.zip"
    saved.touch()
    assert reassort(home, "reindex", "--save", str(saved), "--from", str(saved)).exit_code == 2
