"""New phrases after the people who said them are forgotten."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from copilot.forgetting.recount import note_mornings, recount
from copilot.settings import Settings
from copilot.signals.kept import RUNS
from copilot.signals.new_phrases import NEW_PHRASES, read_phrases, update_phrases_of
from copilot.signals.post_words import POST_WORDS
from copilot.signals.records import SIGNAL_RUNS_SCHEMA
from copilot.workspace import Workspace
from ingestion.errors import IngestionError
from tests.copilot.signals.material import AS_OF, background, posts
from vectorstore.settings import IndexSettings


def _workspace(home: Path, *said: dict[str, object]) -> Workspace:
    workspace = Workspace(Settings(home=home, index=IndexSettings(encoder="hash")))
    talk = background({"nice warm coat": 60.0, "soft plain thing": 40.0}, weeks=16)
    workspace.lake.append("posts", posts(*talk, *said))
    run = {"as_of": AS_OF, "lexicon": "x", "posts": 1, "undated_posts": 0, "series_tested": 1, "baseline_weeks": 12}
    workspace.lake.append(RUNS, pl.DataFrame([{**run, "signals": 0}], schema=SIGNAL_RUNS_SCHEMA))
    return workspace


def test_a_phrase_goes_with_the_people_who_said_it(tmp_path: Path) -> None:
    said = [{"post_id": f"p{n}", "text": "a lantern hem", "day": AS_OF - timedelta(days=n % 9 + 1)} for n in range(18)]
    workspace = _workspace(tmp_path, *said)
    lake = workspace.lake
    update_phrases_of(workspace, AS_OF)
    before = lake.version(NEW_PHRASES)
    gone = lake.read("posts").filter(pl.col("text") == "a lantern hem").head(14)

    note_mornings(workspace, gone)
    listed = ", ".join(f"'{post_id}'" for post_id in gone["post_id"])
    lake.erase("posts", f"post_id IN ({listed})")

    assert [phrase.authors for phrase in read_phrases(lake, AS_OF)[1]] == [18]
    assert lake.scan(POST_WORDS).filter(pl.col("post_id").is_in(gone["post_id"].to_list())).collect().height == 14
    assert recount(workspace) == 1
    assert read_phrases(lake, AS_OF)[1] == []
    assert not set(gone["post_id"]) & set(lake.read(POST_WORDS)["post_id"])
    with pytest.raises((IngestionError, OSError, pl.exceptions.PolarsError)):
        lake.read(NEW_PHRASES, version=before)


@pytest.mark.parametrize(("age", "mornings"), [(13, 1), (15, 0)])
def test_mornings_of_the_fourteen_days_behind_a_post_are_counted_again(tmp_path: Path, age: int, mornings: int) -> None:
    day = AS_OF - timedelta(days=age)
    workspace = _workspace(tmp_path, {"post_id": "p", "text": "a lantern hem", "day": day})

    note_mornings(workspace, workspace.lake.read("posts").filter(pl.col("post_id") == "p"))

    assert recount(workspace) == mornings
