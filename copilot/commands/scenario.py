"""`reassort forecast --scenario`: what if, against the forecast as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import click

from copilot.agent.naming import term_of
from copilot.agent.offline.writing.forecasts import scenario as written
from copilot.agent.offline.writing.pieces import Page
from copilot.commands.forecast_reasons import print_page
from copilot.lookups.context import Context
from copilot.lookups.scenarios import Change, TermChange, scenario
from copilot.lookups.scope import Period, Scope
from copilot.settings import Language

SCENARIO_HELP = (
    "Instead: what if, nothing kept. promotion=30%, price=-20% or price=49.90, event=NAME, trend=TERM:doubles or "
    "TERM:dies, weather=+5C, weather=rain or weather=dry; with from=DATE to=DATE. May be given again."
)
_KEYS = ("promotion", "price", "event", "trend", "weather", "from", "to")


def show_scenario(
    context: Context, scope: Scope, said: Sequence[str], *, days: int, language: Language, as_json: bool
) -> None:
    """Print the scenario against the forecast, as the tool, the chat and the API have it.

    Raises `click.UsageError` for what is no change.
    """
    given = _given(said)
    first = _day(given["from"]) if "from" in given else context.as_of
    last = _day(given["to"]) if "to" in given else first + timedelta(days=days - 1)
    if last < first:
        raise click.UsageError(f"A scenario ends after it begins: from {first} to {last} does not.")
    period = Period(since=first, before=last + timedelta(days=1))
    evidence = scenario(context, scope, _change(context, given), period=period, language=language)
    print_page(evidence, written(Page(evidence=evidence, language=language)), as_json=as_json)


def _given(said: Sequence[str]) -> dict[str, str]:
    """Key -> value of all texts; a value goes on to the next key, so that names may have spaces."""
    found: dict[str, str] = {}
    key = ""
    for word in " ".join(said).split():
        name, equals, value = word.partition("=")
        if equals and name in _KEYS:
            key, found[name] = name, value
        elif key and not equals:
            found[key] = f"{found[key]} {word}".strip()
        else:
            raise click.UsageError(f"{word!r} is no change. Known: {', '.join(f'{one}=' for one in _KEYS)}.")
    return found


def _change(context: Context, given: Mapping[str, str]) -> Change:
    price, (term, _, how) = given.get("price", ""), given.get("trend", "").partition(":")
    changes: dict[str, TermChange] = {
        "": "doubles",
        "double": "doubles",
        "doubles": "doubles",
        "die": "dies",
        "dies": "dies",
    }
    if how not in changes:
        raise click.UsageError(f"A trend doubles or dies: trend={term}:doubles or trend={term}:dies, not {how!r}.")
    return Change(
        promotion=abs(_share("promotion", given["promotion"])) if "promotion" in given else None,
        price_change=_share("price", price) if price.endswith("%") else None,
        price=_number("price", price) if price and not price.endswith("%") else None,
        event=given.get("event", ""),
        term_id=term_of(context, term) if term else "",
        term_change=changes[how],
        weather=given.get("weather", ""),
    )


def _share(key: str, said: str) -> float:
    """`-30%` and `0.3` as shares, sign kept."""
    value = _number(key, said.rstrip("%"))
    share = value / 100.0 if said.endswith("%") else value
    if not 0.0 < abs(share) < 1.0:
        raise click.UsageError(f"{key}={said} is no share between 0 and 100 %.")
    return share


def _number(key: str, said: str) -> float:
    try:
        return float(said.replace(",", "."))
    except ValueError as error:
        raise click.UsageError(f"{key}={said} is no number.") from error


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise click.UsageError(f"{said!r} is no day (YYYY-MM-DD).") from error
