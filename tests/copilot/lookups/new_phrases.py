"""New phrases of the small retailer's morning, written by hand."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from copilot.signals.phrase_records import NEW_PHRASES_SCHEMA, PHRASE_RUNS_SCHEMA, PHRASE_WEEKS_SCHEMA
from copilot.workspace import Workspace
from tests.copilot.lookups.retailer import AS_OF


def write_phrases(workspace: Workspace) -> None:
    """Two new phrases of the morning: one that enough authors say, and one that too few do."""
    lake = workspace.lake
    own = {"as_of": AS_OF, "language": "en", "q_value": 0.001, "first_day": AS_OF - timedelta(days=6)}
    rows = [
        {
            "phrase_id": "en:marketskirt",
            "phrase": "market skirt",
            "authors": 9,
            "expected_authors": 0.4,
            "forms": "market skirt | #marketskirt",
            "members": "en:marketskirt | en:markethall",
        },
        {
            "phrase_id": "en:rareboot",
            "phrase": "rare boots",
            "authors": 2,
            "expected_authors": 0.1,
            "forms": "rare boots",
            "members": "en:rareboot",
        },
    ]
    weeks = [
        {
            "as_of": AS_OF,
            "phrase_id": "en:marketskirt",
            "week_ending": AS_OF - timedelta(days=7 * ago + 1),
            "authors": authors,
            "expected_authors": 0.2,
        }
        for ago, authors in enumerate([7, 2, 0])
    ]
    lake.append("new_phrases", pl.DataFrame([own | row for row in rows], schema=NEW_PHRASES_SCHEMA))
    lake.append("new_phrase_weeks", pl.DataFrame(weeks, schema=PHRASE_WEEKS_SCHEMA))
    run = {"as_of": AS_OF, "lexicon": "x", "posts": 15, "phrases": 2}
    lake.append("phrase_runs", pl.DataFrame([run], schema=PHRASE_RUNS_SCHEMA))
