"""The reference pages say what the code says."""

from __future__ import annotations

import pytest

from tests.docs.reference import DOCS, PAGES


@pytest.mark.parametrize("page", PAGES)
def test_page_is_up_to_date(page: str) -> None:
    assert (DOCS / page).read_text(encoding="utf-8") == PAGES[page](), "run `make docs` and commit what it writes"
