"""From posts and sales to the brief, on the small demo retailer, against the truth that it was made from."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from copilot.briefs.archive import list_briefs
from copilot.indexing import opened_index
from copilot.lookups.context import Context
from copilot.lookups.trends import rising_terms
from copilot.workspace import Workspace
from ingestion.demo import Truth, build_demo, parse_size
from tests.conftest import DEMO_AS_OF, DEMO_SEED
from tests.journeys.identities import mentions

RISING_FOR = timedelta(days=21)
"""A rise of the last three weeks is news in the brief."""


@pytest.fixture(scope="module")
def truth() -> Truth:
    return build_demo(parse_size("small"), seed=DEMO_SEED).truth


def test_brief_names_the_terms_that_rise_and_no_other(demo_workspace: Workspace, truth: Truth) -> None:
    true_rises = {rise.term_id for rise in truth.rises if DEMO_AS_OF - RISING_FOR <= rise.starts_on < DEMO_AS_OF}
    with Context(demo_workspace, DEMO_AS_OF) as context:
        rising = rising_terms(context)
    assert {row.labels["term_id"] for row in rising.rows} == true_rises
    page = next(ref for ref in list_briefs(demo_workspace) if ref.language == "en").path_html.read_text(
        encoding="utf-8"
    )
    section = page.split('<section id="rising">')[1].split("</section>")[0]
    assert len(re.findall("<h3>", section)) == len(true_rises)
    for row in rising.rows:
        assert row.labels["term"] in section


@pytest.mark.parametrize("language", ["en", "fr"])
def test_brief_has_charts_sources_and_something_to_do(demo_workspace: Workspace, language: str) -> None:
    ref = next(ref for ref in list_briefs(demo_workspace) if ref.language == language)
    page = ref.path_html.read_text(encoding="utf-8")
    assert page.count("<svg") >= 3
    assert '<a class="cite"' in page
    assert "restock_lines v" in page
    assert 'href="http' not in page


def test_no_identity_is_left_in_any_file(demo_workspace: Workspace, truth: Truth) -> None:
    identities = sorted(truth.personal_data.identifiers, key=len)
    texts = {str(path): text for path in _files(demo_workspace.home) for text in _texts(path)}
    with opened_index(demo_workspace) as (store, _):
        for number, batch in enumerate(store.scroll()):
            texts[f"index batch {number}"] = repr(batch)
    found = {name for name, text in texts.items() if mentions(text, identities)}
    assert not found
    assert len(texts) > 20
    # The search itself can find: the same identities are in the posts as they came.
    raw = " ".join(f"{post.author} {post.text}" for post in build_demo(parse_size("small"), seed=DEMO_SEED).raw_posts())
    assert mentions(raw, identities)


def _files(home: Path) -> list[Path]:
    return sorted(path for path in home.rglob("*") if path.is_file())


def _texts(path: Path) -> list[str]:
    """What is in a file, as bytes and, where they are compressed, as rows."""
    plain = path.read_bytes().decode("latin-1")
    return [plain, repr(pl.read_parquet(path).rows())] if path.suffix == ".parquet" else [plain]
