"""What the chat shows beside an answer, and its page."""

from __future__ import annotations

import re
from datetime import date

from copilot.evidence import Figure, Quote, Row, make_evidence
from copilot.lookups.context import Context
from copilot.lookups.scope import Scope
from copilot.lookups.stock import stock_levels
from copilot.web.chat.page import page_policy, without_external
from copilot.web.chat.sources import evidence_markdown, plain
from tests.copilot.lookups.conftest import context

__all__ = ["context"]


def test_rows_become_a_table_in_the_language(context: Context) -> None:
    found = stock_levels(context, Scope(sku_ids=("ALB-ECR-38",), location_ids=("lyon",)), language="fr")
    text = evidence_markdown(found, "fr")
    assert "| Produit | Référence | Coloris | Taille | Lieu | en stock | en route |" in text
    assert "| Alba | ALB-ECR-38 | écru | 38 | Lyon | 1 | 6 | 90\u00a0% |" in text
    assert "stock v0" in text


def test_rows_of_different_kinds_are_tables_of_their_own() -> None:
    rows = [
        Row(labels={"term": "suede"}, figures=(Figure(name="authors", value=20, unit="authors"),)),
        Row(labels={"product": "Sacha"}, figures=(Figure(name="on_hand_units", value=3, unit="units"),)),
    ]
    text = evidence_markdown(make_evidence("signal", as_of=date(2026, 11, 2), sources={}, rows=rows), "en")
    assert text.count("| --- |") == 2
    assert "| suede | 20 |" in text


def test_words_of_posts_stay_words() -> None:
    attack = "![x](https://evil.example/a.png) <script>alert(1)</script>\n# [click](javascript:x) | `code`"
    quote = Quote(post_id="p", source="web", language="en", author="author_1", published_on=None, text=attack)
    text = evidence_markdown(make_evidence("posts", as_of=date(2026, 11, 2), sources={}, quotes=[quote]), "en")
    assert not re.search(r"(?<!\\)[\[\]<`#|]", text)
    assert "https://" not in text
    assert "\n# " not in text


def test_a_cut_list_says_so() -> None:
    found = make_evidence(
        "stock", as_of=date(2026, 11, 2), sources={}, rows=[Row(labels={"location": "Lyon"})], row_count=9
    )
    assert "1 of 9 rows listed." in evidence_markdown(found, "en")


def test_plain_keeps_a_line() -> None:
    assert plain("a\nb  c") == "a b c"


HTML = """<head><link rel="preconnect" href="https://fonts.example" />
<link href="https://cdn.example/a.css" rel="stylesheet"
/><meta property="og:image" content="https://x.example/b.png"><link rel="stylesheet" href="/chat/a.css">
<script>const a = 1;</script><script type="module" src="/chat/a.js"></script></head>"""


def test_page_names_no_other_host() -> None:
    page = without_external(HTML)
    assert "https://" not in page
    assert 'href="/chat/a.css"' in page


def test_policy_allows_the_page_scripts_only() -> None:
    policy = page_policy(HTML)
    assert policy.count("'sha256-") == 1
    assert "unsafe-eval" not in policy
    assert "script-src 'self' 'sha256-" in policy


def test_the_words_that_matched_are_shown_as_text() -> None:
    quote = Quote(
        post_id="p",
        source="web",
        language="en",
        author="author_1",
        published_on=None,
        text="Two linen dresses",
        matched=("linen", "*dresses*"),
    )
    evidence = make_evidence("posts", as_of=date(2026, 11, 2), sources={}, quotes=[quote])
    assert "Matched: linen, \\*dresses\\*" in evidence_markdown(evidence, "en")
    assert "Mots trouvés : linen" in evidence_markdown(evidence, "fr")
