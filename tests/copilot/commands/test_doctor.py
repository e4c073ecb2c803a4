"""`reassort doctor`: what it finds between posts and index, and what it mends."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from copilot.cli import cli
from copilot.indexing import opened_index
from copilot.settings import load_settings
from copilot.workspace import Workspace

_CONFIG = '[index]\nencoder = "hash"\n[pseudonym]\nnames_model = "none"\n'
_POSTS = "id,text\n1,A warm coat\n2,A linen dress\n3,Red shoes that fit\n"
_MAPPING = "source: web\nkind: review\ncolumns: {text: [text], source_id: id}\n"


def reassort(home: Path, *arguments: str) -> Result:
    environment = {"REASSORT_PSEUDONYM__KEY": "5a" * 32, "REASSORT_HOME": str(home)}
    return CliRunner().invoke(cli, list(arguments), env=environment)


def new_home(folder: Path) -> Path:
    """A workspace with three posts."""
    home = folder / "home"
    home.mkdir()
    (home / "reassort.toml").write_text(_CONFIG)
    posts, mapping = folder / "posts.csv", folder / "map.yaml"
    posts.write_text(_POSTS)
    mapping.write_text(_MAPPING)
    assert reassort(home, "ingest", str(posts), "--map", str(mapping)).exit_code == 0
    return home


def test_it_shows_a_difference_mends_it_and_says_so(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    whole = reassort(home, "doctor")
    assert (whole.exit_code, "Posts and index: in line." in whole.stdout) == (0, True)

    workspace = Workspace(load_settings(home))
    gone = str(workspace.lake.read("posts")["post_id"].sort()[0])
    with opened_index(workspace) as (store, _):
        store.delete([gone])
    found = reassort(home, "doctor")
    assert found.exit_code == 1
    assert f"index: posts that are missing: 1, as {gone}. Mend it with --repair." in found.stdout

    mended = reassort(home, "doctor", "--repair", "--json")
    assert mended.exit_code == 0
    report = json.loads(mended.stdout)["posts"]
    assert report["differences"] == []
    assert report["repaired"] == [{"place": "index", "kind": "missing", "count": 1, "examples": [gone]}]
    assert "Posts and index: in line." in reassort(home, "doctor").stdout


@pytest.mark.parametrize("options", [[], ["--repair"], ["--json"]], ids=["", "repair", "json"])
def test_a_workspace_without_data_is_said_to_have_none_and_left_as_it_is(tmp_path: Path, options: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "copilot", "doctor", *options, "--home", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert "Nothing to check yet" in done.stderr
    assert "`reassort import sales FILE` and `reassort ingest FILE`" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_checking_makes_no_index_that_is_not_there(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    shutil.rmtree(home / "index")
    found = reassort(home, "doctor")
    assert (found.exit_code, "index: posts that are missing: 3" in found.stdout) == (1, True)
    assert not (home / "index").exists()
    assert reassort(home, "doctor", "--repair").exit_code == 0
    assert "Posts and index: in line." in reassort(home, "doctor").stdout
