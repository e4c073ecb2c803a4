"""New phrases as they are kept in the lake, so that every surface shows the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copilot.settings import SignalSettings
from copilot.signals.kept import write_day
from copilot.signals.lexicon import load_lexicon
from copilot.signals.merging import Encode
from copilot.signals.phrase_records import (
    NEW_PHRASES_SCHEMA,
    PHRASE_RUNS_SCHEMA,
    PHRASE_WEEKS_SCHEMA,
    NewPhrase,
    PhraseWeek,
)
from copilot.signals.phrases import READ_DAYS, find_phrases
from copilot.signals.post_words import read_words
from copilot.workspace import Workspace
from ingestion.errors import TableMissingError
from ingestion.lake import Lake
from vectorstore.encoder import HASH_MODEL, load_encoder

NEW_PHRASES = "new_phrases"
PHRASE_WEEKS = "new_phrase_weeks"
PHRASE_RUNS = "phrase_runs"
_BETWEEN = " | "


def update_phrases(
    lake: Lake,
    as_of: date,
    settings: SignalSettings,
    *,
    min_authors: int = 1,
    names: Iterable[str] = (),
    encode: Encode | None = None,
) -> tuple[NewPhrase, ...]:
    """Find the new phrases of the morning of `as_of` and keep those that at least `min_authors` say, with their weeks.

    What fewer people wrote is kept nowhere but with their posts, forms included. A post is read once (`post_words`);
    what is found is what reading all of them again would find. `names` and `encode` as in `find_phrases`. Running
    it again on the same posts changes nothing. Raises `TableMissingError` where no post was ever ingested.
    """
    posts = read_words(lake, as_of, days=READ_DAYS)
    phrases = find_phrases(posts, as_of, settings, names=names, encode=encode)
    found = [_enough(phrase, min_authors) for phrase in phrases if phrase.authors >= min_authors]
    run = {"as_of": as_of, "lexicon": load_lexicon().digest, "posts": posts.height, "phrases": len(found)}
    if found or lake.exists(NEW_PHRASES):
        write_day(lake, NEW_PHRASES, _phrase_rows(found, as_of), as_of)
        write_day(lake, PHRASE_WEEKS, _week_rows(found, as_of), as_of)
    write_day(lake, PHRASE_RUNS, pl.DataFrame([run], schema=PHRASE_RUNS_SCHEMA), as_of)
    return tuple(found)


def _enough(phrase: NewPhrase, min_authors: int) -> NewPhrase:
    """The phrase without the forms that fewer authors write, but for the one that it is called by."""
    said = zip(phrase.forms[1:], phrase.form_authors[1:], strict=True)
    return replace(phrase, forms=(phrase.forms[0], *(form for form, authors in said if authors >= min_authors)))


def update_phrases_of(workspace: Workspace, as_of: date) -> tuple[NewPhrase, ...]:
    """The same for a workspace, with its settings, its floor of authors and its encoder, loaded where one is needed."""
    settings = workspace.settings

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        return load_encoder(settings.index, workspace.models_path).encode(texts)

    return update_phrases(
        workspace.lake,
        as_of,
        settings.signals,
        min_authors=settings.privacy.min_authors,
        names=_product_names(workspace),
        encode=None if settings.index.encoder == HASH_MODEL else encode,
    )


def _product_names(workspace: Workspace) -> list[str]:
    try:
        return workspace.warehouse.read("products", ["name"])["name"].drop_nulls().unique().to_list()
    except TableMissingError:
        # Posts may come in before any product does.
        return []


def read_phrases(lake: Lake, as_of: date) -> tuple[date, list[NewPhrase]]:
    """The newest morning up to `as_of` on which new phrases were looked for, and those found, surest first.

    Raises `TableMissingError` where they never were.
    """
    newest = lake.scan(PHRASE_RUNS).filter(pl.col("as_of") <= as_of).select(pl.col("as_of").max()).collect().item()
    if newest is None:
        raise TableMissingError(PHRASE_RUNS)
    if not lake.exists(NEW_PHRASES):
        return newest, []
    rows, weeks = (lake.scan(name).filter(pl.col("as_of") == newest).collect() for name in (NEW_PHRASES, PHRASE_WEEKS))
    by_phrase: dict[str, list[PhraseWeek]] = defaultdict(list)
    for cells in weeks.sort("week_ending").drop("as_of").iter_rows(named=True):
        by_phrase[cells.pop("phrase_id")].append(PhraseWeek(**cells))
    found = [
        NewPhrase(
            **{**cells, "forms": _split(cells["forms"]), "members": _split(cells["members"])},
            weeks=tuple(by_phrase[cells["phrase_id"]]),
        )
        for cells in rows.drop("as_of").iter_rows(named=True)
    ]
    return newest, sorted(found, key=lambda phrase: (phrase.q_value, -phrase.authors, phrase.phrase))


def _phrase_rows(found: Sequence[NewPhrase], as_of: date) -> pl.DataFrame:
    rows = [
        {
            "as_of": as_of,
            **asdict(phrase),
            "forms": _BETWEEN.join(phrase.forms),
            "members": _BETWEEN.join(phrase.members),
        }
        for phrase in found
    ]
    for row in rows:
        del row["weeks"], row["form_authors"]
    return pl.DataFrame(rows, schema=NEW_PHRASES_SCHEMA)


def _week_rows(found: Sequence[NewPhrase], as_of: date) -> pl.DataFrame:
    rows = [
        {"as_of": as_of, "phrase_id": phrase.phrase_id, **asdict(week)} for phrase in found for week in phrase.weeks
    ]
    return pl.DataFrame(rows, schema=PHRASE_WEEKS_SCHEMA)


def _split(joined: str) -> tuple[str, ...]:
    return tuple(joined.split(_BETWEEN))
