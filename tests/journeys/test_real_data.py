"""The main job on real data: sales of a real shop, real reviews and posts, as of a morning in their past."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.real_data import POSTS, Step, rows_of, run_journey

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

QUICK = {"REASSORT_INDEX__ENCODER": "hash"}
"""Words hashed in place of the language model, which would take most of the time; `docs/real-data.md` has it with."""
SALE_LINES = 541_909
POSTS_READ_EVERY = 4
"""One post in so many; `docs/real-data.md` has them all, and so has the reading of these files in tests of sources."""


def test_from_a_shops_invoices_and_peoples_posts_to_a_brief_and_answers(real_data: Path, tmp_path: Path) -> None:
    outputs = {step.name: step.output for step in _journey(tmp_path / "home", real_data)}
    for name, output in outputs.items():
        if name.startswith("import"):
            assert output["rows_read"] == output["kept"] + output["merged"] + output["rejected"], name
    assert outputs["import sales"]["rows_read"] == SALE_LINES
    reviews, posts = (rows_of(real_data / file, POSTS_READ_EVERY) for file in POSTS.values())
    assert min(len(reviews), len(posts)) > 3_500
    with_text = sum(bool(row["Review Text"].strip()) for row in reviews)
    for name, expected in (("ingest reviews", with_text), ("ingest posts", len(posts))):
        report = outputs[name]
        accounted = report["new"] + report["changed"] + report["unchanged"] + report["merged"] + report["rejected"]
        assert report["read"] == accounted, name
        assert report["new"] + report["merged"] == expected, name
    daily = outputs["signals, forecasts, brief"]
    assert daily["forecasts"] > 1000
    assert daily["restock_lines"] is None  # no stock levels in these data: said, not guessed
    brief = Path(daily["briefs"][0]["path_md"]).read_text(encoding="utf-8")
    assert "There is no restock plan" in brief
    sold = outputs["question 1"]
    assert sold["sources"], sold["text"]
    assert sold["refusal"] == ""
    assert outputs["question 3"]["sources"][0]["evidence"]["quotes"]


def _journey(home: Path, data: Path) -> Iterator[Step]:
    return run_journey(home, data, QUICK, every=POSTS_READ_EVERY)
