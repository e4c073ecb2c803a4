"""Products by how many complain of one thing."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.errors import NoDataError
from copilot.lookups.complaints import complaints_by_product
from copilot.lookups.context import Context
from copilot.lookups.scope import EVERYTHING, Scope
from copilot.settings import Settings
from copilot.workspace import Workspace
from ingestion.settings import PrivacySettings
from tests.copilot.lookups.figures import cells
from tests.copilot.lookups.retailer import AS_OF, write_retailer
from tests.copilot.lookups.voices import write_voices
from vectorstore.settings import IndexSettings


def voiced(home: Path, *, min_authors: int) -> Workspace:
    settings = Settings(
        home=home, index=IndexSettings(encoder="hash"), privacy=PrivacySettings(min_authors=min_authors)
    )
    workspace = Workspace(settings)
    write_retailer(home)
    write_voices(workspace)
    return workspace


def test_shares_are_of_all_posts_on_the_product_without_spam(tmp_path: Path) -> None:
    with Context(voiced(tmp_path, min_authors=4), AS_OF) as context:
        (dress,) = complaints_by_product(context, ["runs_small", "runs_large"], EVERYTHING, language="fr").rows
        assert complaints_by_product(context, ["runs_small"], Scope(product_ids=("odette",))).rows == ()
    assert (dress.labels["product"], dress.labels["term"]) == ("Alba", "taille petit")
    assert cells(dress) == {"posts": 4, "authors": 4, "complaint_share": pytest.approx(4 / 6)}


def test_what_fewer_authors_than_the_floor_say_is_left_out(tmp_path: Path) -> None:
    with Context(voiced(tmp_path, min_authors=5), AS_OF) as context:
        found = complaints_by_product(context, ["runs_small"], EVERYTHING)
    assert (found.rows, found.row_count, found.notes) == ((), 0, ("below_author_floor",))


def test_no_posts_at_all_is_an_error(context: Context) -> None:
    with pytest.raises(NoDataError, match="reassort ingest"):
        complaints_by_product(context, ["runs_small"], EVERYTHING)
