"""A signal's proof: the same in the evidence, in the chat's words and in the brief's, each held by the evidence."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import get_args

import polars as pl
import pytest
from click.testing import CliRunner

from copilot.agent.evidence_json import from_json
from copilot.agent.offline.writing.pieces import Page
from copilot.agent.offline.writing.trends import explained
from copilot.briefs.citing import Citations
from copilot.briefs.proofs import proof_sentences
from copilot.cli import cli
from copilot.evidence import Evidence, Row, make_evidence
from copilot.floor import Floor
from copilot.grounding import check_text
from copilot.lookups.context import Context
from copilot.lookups.explain import explain_term
from copilot.lookups.lift import LIFTS, LIFTS_SCHEMA, kept_lift, lift_of_term, update_lifts
from copilot.lookups.proof import proof_notes, proof_rows
from copilot.planning.leading.decisions import SIGNALS, Decision, Reason, write_decisions
from copilot.settings import Language, Settings
from copilot.signals.crowd import LeadersFound
from copilot.signals.lift import Verdict
from copilot.signals.of_market import beside_all_markets
from copilot.signals.proof import ForecastUse, SignalProof
from copilot.workspace import Workspace
from tests.copilot.lookups.figures import cells
from tests.copilot.lookups.proofs import FULL, LIFT, QUIET, UNKNOWN
from tests.copilot.lookups.retailer import AS_OF, write_retailer
from tests.copilot.lookups.voices import CAMEL_AUTHORS, write_voices
from vectorstore.settings import IndexSettings

_PROOFS = pytest.mark.parametrize(
    "proof", [pytest.param(FULL, id="full"), pytest.param(QUIET, id="quiet"), pytest.param(UNKNOWN, id="unknown")]
)
_LANGUAGES = pytest.mark.parametrize("language", ["en", "fr"])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The retailer with posts."""
    folder = write_retailer(tmp_path_factory.mktemp("proofs")).home
    write_voices(_workspace(folder))
    return folder


@pytest.fixture(scope="module")
def voiced(home: Path) -> Iterator[Context]:
    """It on the morning, to be read alone."""
    with Context(_workspace(home), AS_OF) as context:
        yield context


@pytest.fixture
def own(home: Path, tmp_path: Path) -> Iterator[Context]:
    """One's own copy of it."""
    shutil.copytree(home, tmp_path / "home")
    with Context(_workspace(tmp_path / "home"), AS_OF) as context:
        yield context


def _workspace(folder: Path) -> Workspace:
    return Workspace(Settings(home=folder, index=IndexSettings(encoder="hash")))


def _about(evidence: Evidence, label: str) -> list[Row]:
    return [row for row in evidence.rows if label in row.labels and not {"term", "product"} & row.labels.keys()]


def test_a_term_is_explained_with_who_where_and_what_is_not_known(voiced: Context) -> None:
    found = explain_term(voiced, "camel_coat")
    (crowd,), (market,) = _about(found, "crowd"), _about(found, "market")

    assert cells(crowd)["crowd_authors"] == CAMEL_AUTHORS
    assert "crowd_many" in crowd.reasons
    assert (market.labels["market"], cells(market)["excess_share"]) == ("FR", 1.0)
    assert [row.labels["source"] for row in _about(found, "source")] == ["social"]
    assert {"longevity_unknown", "leaders_unknown", "lift_not_measured"} <= set(found.notes)


def test_a_term_that_does_not_rise_has_a_name_and_no_proof(voiced: Context) -> None:
    found = explain_term(voiced, "butter_yellow", language="fr")

    assert found.rows[0].labels["term_id"] == "butter_yellow"
    assert not _about(found, "crowd")
    assert "lift_not_measured" not in found.notes


def test_lifts_of_the_morning_are_kept_and_shown(own: Context) -> None:
    assert update_lifts(own) == 2
    version = own.workspace.lake.version(LIFTS)

    assert own.workspace.lake.read(LIFTS).schema == LIFTS_SCHEMA
    assert lift_of_term(own, "camel_coat") == kept_lift(own, "camel_coat")
    (effect,) = _about(explain_term(own, "camel_coat"), "effect")
    assert effect.reasons == ("verdict_not_enough_evidence",)
    update_lifts(own)
    assert own.workspace.lake.version(LIFTS) == version


def test_a_lift_of_another_morning_is_not_shown(own: Context) -> None:
    rows = pl.DataFrame([{"as_of": AS_OF, "term_id": "camel_coat", **vars(LIFT)}], schema=LIFTS_SCHEMA)
    own.workspace.lake.append(LIFTS, rows)

    assert kept_lift(own, "camel_coat") == LIFT
    assert kept_lift(own.at(AS_OF.replace(day=3)), "camel_coat") is None
    assert "lift_not_measured" not in explain_term(own, "camel_coat").notes


@pytest.mark.parametrize(
    ("reason", "verdict", "use"),
    [
        pytest.param(None, "lift", "untried", id="no-tournament"),
        pytest.param("too_few", "lift", "too_few", id="too-few-rises"),
        pytest.param("no_gain", "lift", "no_gain", id="no-gain"),
        pytest.param("not_sure", "lift", "not_sure", id="may-be-chance"),
        pytest.param("helps", "lift", "enters", id="enters"),
        pytest.param("helps", "no_lift", "unseen", id="sales-do-not-show-it"),
    ],
)
def test_a_proof_says_whether_the_signal_enters_forecasts(
    own: Context, reason: Reason | None, verdict: Verdict, use: ForecastUse
) -> None:
    lake = own.workspace.lake
    lift = replace(LIFT, verdict=verdict)
    lake.append(LIFTS, pl.DataFrame([{"as_of": AS_OF, "term_id": "camel_coat", **vars(lift)}], schema=LIFTS_SCHEMA))
    if reason is not None:
        others = Decision(regressor="weather", model="boosted", groups=9, reason="helps")
        signals = Decision(regressor=SIGNALS, model="gamma_poisson", groups=5, reason=reason)
        write_decisions(lake, [others, signals], None, AS_OF)

    evidence = explain_term(own, "camel_coat")

    (row,) = _about(evidence, "in_forecast")
    assert row.reasons == (f"forecast_{use}",)
    assert ("forecast_regressors" in evidence.sources) == (reason is not None)


def test_what_was_decided_after_the_morning_is_not_known_on_it(own: Context) -> None:
    signals = Decision(regressor=SIGNALS, model="gamma_poisson", groups=5, reason="too_few")
    write_decisions(own.workspace.lake, [signals], None, AS_OF + timedelta(days=1))

    assert _about(explain_term(own, "camel_coat"), "in_forecast")[0].reasons == ("forecast_untried",)


@_LANGUAGES
@pytest.mark.parametrize("use", get_args(ForecastUse))
def test_chat_and_brief_say_whether_a_signal_enters_forecasts(
    voiced: Context, use: ForecastUse, language: Language
) -> None:
    evidence = _evidence(voiced, replace(FULL, forecast=use), language)

    brief = list(proof_sentences(evidence, language, 1))[-1]
    chat = re.sub(r" \[signal-\w+\]", "", explained(Page(evidence=evidence, language=language)))

    assert brief.endswith(" [1].")
    assert f"- {brief.removesuffix(' [1].')}." in chat.splitlines()


@_LANGUAGES
@_PROOFS
def test_chat_and_brief_state_only_what_the_evidence_holds(
    voiced: Context, proof: SignalProof, language: Language
) -> None:
    evidence = _evidence(voiced, proof, language)
    citations = Citations()
    brief = " ".join(proof_sentences(evidence, language, citations.cite(evidence)))
    chat = re.sub(r"\[signal-\w+\]", "[1]", explained(Page(evidence=evidence, language=language)))

    assert check_text(brief, citations.evidence, language) == []
    assert check_text(chat, {1: evidence}, language) == []
    assert len(brief) > 40
    assert len(chat) > len(brief)


def _evidence(context: Context, proof: SignalProof, language: Language) -> Evidence:
    term = Row(labels={"term": "camel coat", "term_id": "camel_coat", "stage": "emerging"})
    rows = [term, *proof_rows(context, proof, language)]
    return make_evidence("signal", as_of=AS_OF, sources={"signals": 1}, rows=rows, notes=proof_notes(proof))


def test_everything_that_is_known_is_said(voiced: Context) -> None:
    chat = explained(Page(evidence=_evidence(voiced, FULL, "en"), language="en"))

    for said in ("63 authors", "as if 12 wrote alike", "9 authors who led earlier rises are among them: 14%",
                 "France 50%", "social 66%", "Odette 11%", "58% of the rise is on one day, 28 October",
                 "Fashion Week 26", "“office”", "another 26 days", "11 to 77", "+35%",
                 "+26% to +44%", "after 5 days"):  # fmt: skip
        assert said in chat, said


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "9 authors who led earlier rises are among them (14%)"),
        ("fr", "9 auteurs qui ont devancé des hausses passées en sont (14\u202f%)"),
    ],
)
def test_the_brief_says_who_leads_where_they_do(voiced: Context, language: Language, told: str) -> None:
    said = [
        " ".join(proof_sentences(_evidence(voiced, proof, language), language, 1)) for proof in (FULL, QUIET, UNKNOWN)
    ]

    assert [told in one.replace("\xa0", "\u202f") for one in said] == [True, False, False]


@pytest.mark.parametrize(
    ("leaders", "told"),
    [
        ("leading", "More of those who led earlier rises"),
        ("not_leading", "No more of those who led"),
        ("not_enough_history", "not known yet: too few past rises"),
    ],
)
def test_the_chat_says_whether_those_who_usually_lead_do(voiced: Context, leaders: LeadersFound, told: str) -> None:
    assert QUIET.crowd is not None
    proof = replace(QUIET, crowd=replace(QUIET.crowd, leaders=leaders))

    assert told in explained(Page(evidence=_evidence(voiced, proof, "en"), language="en"))


def test_what_is_not_known_is_said(voiced: Context) -> None:
    chat = explained(Page(evidence=_evidence(voiced, UNKNOWN, "en"), language="en"))

    assert "too few past rises have ended" in chat
    assert "Effect on sales: not enough evidence" in chat


def test_a_market_shows_no_part_that_tells_few_apart_elsewhere() -> None:
    day = FULL.spike.peak_on
    people = [("social", f"a{n}", day) for n in range(3)] + [("forum", f"b{n}", day) for n in range(4)]
    elsewhere = pl.DataFrame(people, schema=["source", "author", "date"], orient="row").with_columns(
        product_id=pl.lit(""), date=pl.lit(AS_OF.replace(day=1))
    )
    floor = Floor(min_authors=5)
    few = beside_all_markets(replace(FULL, signal=replace(FULL.signal, market="FR")), elsewhere, floor)
    nobody = beside_all_markets(FULL, elsewhere.clear(), floor)

    # Seven others since the rise began, three of them in the same source.
    assert few.crowd == FULL.crowd
    assert few.sources == ()
    assert nobody.sources == FULL.sources
    assert few.words.said_with == nobody.words.said_with == ()
    assert beside_all_markets(FULL, elsewhere.head(3), floor).crowd is None


@pytest.mark.parametrize("as_json", [True, False])
def test_the_command_explains_a_term_as_the_lookup_does(own: Context, as_json: bool) -> None:
    home = str(own.workspace.home)
    arguments = ["signals", "--home", home, "--as-of", str(AS_OF), "--explain", "camel coats", "--lang", "fr"]
    run = CliRunner().invoke(cli, [*arguments, *(["--json"] if as_json else [])])

    assert run.exit_code == 0, run.output
    found = explain_term(own, "camel_coat", language="fr")
    assert "lift_not_measured" not in found.notes
    if as_json:
        shown = from_json(json.loads(run.stdout))
        assert (shown.id, shown.rows) == (found.id, found.rows)
    else:
        assert f"{CAMEL_AUTHORS} auteurs" in run.stdout
        assert found.id in run.stdout
