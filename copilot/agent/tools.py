"""The lookups as tools: what the model asks in, compact JSON out, the evidence itself beside it as artifact.

A tool that fails answers with why, and whether another try with other arguments makes sense.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from threading import Lock
from typing import Any

import duckdb
import polars as pl
from langchain_core.tools import BaseTool, StructuredTool, ToolException
from pydantic import BaseModel, ValidationError

import prompts
from copilot.agent import tool_arguments as arguments
from copilot.agent.evidence_json import for_model, to_json
from copilot.agent.lacking import asks_posts_of_lacking, lacking, partly_lacking
from copilot.agent.names import RECOGNISE
from copilot.agent.naming import change_of, names_in, scope_of, term_of
from copilot.errors import AmbiguousError, CopilotError, UnknownNameError
from copilot.evidence import Evidence, Row, changed
from copilot.lookups.aspects import aspects_of_products, aspects_of_term
from copilot.lookups.complaints import complaints_by_product
from copilot.lookups.context import Context
from copilot.lookups.cover import stock_cover
from copilot.lookups.explain import explain_term
from copilot.lookups.forecast import demand_forecast
from copilot.lookups.forecast_quality import forecast_quality
from copilot.lookups.forecast_reasons import forecast_reasons
from copilot.lookups.freshness import freshness
from copilot.lookups.launches import launch_analogues
from copilot.lookups.like import products_like
from copilot.lookups.phrases import explain_phrase, new_phrases, phrase_named
from copilot.lookups.places import find_places
from copilot.lookups.posts import search_posts
from copilot.lookups.products import find_products
from copilot.lookups.promotions import promotions
from copilot.lookups.range_gaps import range_gaps
from copilot.lookups.restock import at_risk, restock_lines
from copilot.lookups.sales import return_rates, sales_totals
from copilot.lookups.scenarios import scenario
from copilot.lookups.scope import Period, Scope
from copilot.lookups.stock import out_of_stock, stock_levels
from copilot.lookups.trends import rising_terms
from copilot.settings import Language
from ingestion.errors import IngestionError
from vectorstore.errors import VectorStoreError

_log = logging.getLogger(__name__)
_SALES_DAYS = 7
_PROMOTIONS_DAYS = 28
_RETURNS_DAYS = 91
"""A quarter: in a week few of what will come back has."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What tools work with: one workspace on one morning, and the language of charts."""

    context: Context
    language: Language
    found: dict[str, Evidence]
    lock: Lock
    """Tools of one step run in threads side by side; the tables are read by one at a time."""


def make_tools(context: Context, language: Language, found: dict[str, Evidence]) -> list[BaseTool]:
    """Every tool, on `context`; charts carry words in `language`. What they find is added to `found` by id.

    The artifact of a tool's message is the evidence as JSON, without its charts: those would fill the thread's state.
    """
    bench = Bench(context=context, language=language, found=found, lock=Lock())
    return [_names_tool(bench), *(_tool(bench, name, schema, look) for name, (schema, look) in _LOOKUPS.items())]


def _tool(bench: Bench, name: str, schema: type[BaseModel], look: Callable[[Bench, Any], Evidence]) -> BaseTool:
    def run(**given: object) -> tuple[str, dict[str, object]]:
        with _Failures(), bench.lock:
            asked = schema.model_validate(given)
            evidence = lacking(bench.context, asked) or partly_lacking(bench.context, asked, look(bench, asked))
        bench.found[evidence.id] = evidence
        return for_model(evidence), to_json(replace(evidence, charts=()))

    return _structured(name, schema, run, artifact=True)


def _names_tool(bench: Bench) -> BaseTool:
    def run(text: str) -> str:
        with _Failures(), bench.lock:
            return names_in(bench.context, text, bench.language).model_dump_json(exclude_defaults=True)

    return _structured(RECOGNISE, arguments.NamesArguments, run, artifact=False)


def _structured(name: str, schema: type[BaseModel], run: Callable[..., object], *, artifact: bool) -> BaseTool:
    return StructuredTool.from_function(
        func=run,
        name=name,
        description=prompts.load(f"tools/{name}", "en").text,
        args_schema=schema,
        response_format="content_and_artifact" if artifact else "content",
        handle_tool_error=lambda error: str(error),
        handle_validation_error=_bad_arguments,
    )


class _Failures:
    """Turns what lookups raise into a tool's failure, which says what is missing; details stay in the cause."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, AmbiguousError | UnknownNameError | ValueError):
            raise ToolException(failure(str(error), retry=True)) from error
        if isinstance(error, CopilotError | IngestionError | VectorStoreError):
            raise ToolException(failure(str(error), retry=False)) from error
        if isinstance(error, pl.exceptions.PolarsError | duckdb.Error):
            _log.error("A lookup failed", exc_info=error)
            raise ToolException(failure("The tables could not be read; the log says why.", retry=False)) from error


def failure(reason: str, *, retry: bool) -> str:
    """A failure as the model reads it."""
    return json.dumps({"error": reason, "retry": retry}, ensure_ascii=False)


def _bad_arguments(error: Any) -> str:
    problems = error.errors(include_input=False, include_url=False) if isinstance(error, ValidationError) else []
    named = [f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in problems]
    return failure(f"Arguments do not fit: {'; '.join(named) or 'not an object'}", retry=True)


def _products(bench: Bench, given: arguments.ProductsArguments) -> Evidence:
    return find_products(
        bench.context,
        scope_of(bench.context, given),
        least_price=given.least_price,
        most_price=given.most_price,
        limit=given.limit,
    )


def _places(bench: Bench, given: arguments.PlacesArguments) -> Evidence:
    where = Scope(location_ids=tuple(given.location_ids), countries=tuple(given.countries))
    return find_places(bench.context, where)


def _stock(bench: Bench, given: arguments.StockArguments) -> Evidence:
    scope = scope_of(bench.context, given)
    return stock_levels(
        bench.context,
        scope,
        group=given.group,
        coming_only=given.coming_only,
        due=_between(given.due_since, given.due_until),
        limit=given.limit,
        language=bench.language,
    )


def _out(bench: Bench, given: arguments.OutOfStockArguments) -> Evidence:
    return out_of_stock(bench.context, scope_of(bench.context, given), limit=given.limit)


def _cover(bench: Bench, given: arguments.CoverArguments) -> Evidence:
    return stock_cover(
        bench.context,
        scope_of(bench.context, given),
        until=given.until,
        group=given.group,
        limit=given.limit,
        language=bench.language,
    )


def _sales(bench: Bench, given: arguments.SalesArguments) -> Evidence:
    return sales_totals(
        bench.context,
        scope_of(bench.context, given),
        period=_period(bench, given, days=_SALES_DAYS),
        against=_between(given.against_since, given.against_last_day),
        group=given.group,
        same_stores=given.same_stores,
        order=given.order,
        limit=given.limit,
        language=bench.language,
    )


def _returns(bench: Bench, given: arguments.ReturnsArguments) -> Evidence:
    period = _period(bench, given, days=_RETURNS_DAYS)
    scope = scope_of(bench.context, given)
    return return_rates(bench.context, scope, period=period, group=given.group, limit=given.limit)


def _promotions(bench: Bench, given: arguments.PromotionsArguments) -> Evidence:
    since = given.since or bench.context.as_of
    last_day = given.last_day or since + timedelta(days=_PROMOTIONS_DAYS - 1)
    period = Period(since=since, before=max(last_day, since) + timedelta(days=1))
    return promotions(bench.context, scope_of(bench.context, given), period=period, limit=given.limit)


def _restock(bench: Bench, given: arguments.RestockArguments) -> Evidence:
    return restock_lines(
        bench.context,
        scope_of(bench.context, given),
        budget=given.budget,
        before=given.before,
        limit=given.limit,
        language=bench.language,
    )


def _risk(bench: Bench, given: arguments.RiskArguments) -> Evidence:
    return at_risk(bench.context, scope_of(bench.context, given), limit=given.limit, language=bench.language)


def _forecast(bench: Bench, given: arguments.ForecastArguments) -> Evidence:
    morning = bench.context.as_of
    since = max(given.since or morning, morning)
    period = Period(since=since, before=given.until + timedelta(days=1)) if given.until else None
    return demand_forecast(
        bench.context,
        scope_of(bench.context, given),
        period=period,
        group=given.group,
        limit=given.limit,
        language=bench.language,
    )


def _reasons(bench: Bench, given: arguments.ReasonsArguments) -> Evidence:
    morning = bench.context.as_of
    since = max(given.since or morning, morning)
    period = Period(since=since, before=given.until + timedelta(days=1)) if given.until else None
    return forecast_reasons(bench.context, scope_of(bench.context, given), period=period, language=bench.language)


def _quality(bench: Bench, given: arguments.ScopeArguments) -> Evidence:
    return forecast_quality(bench.context, scope_of(bench.context, given))


def _scenario(bench: Bench, given: arguments.ScenarioArguments) -> Evidence:
    context, morning = bench.context, bench.context.as_of
    since = max(given.since or morning, morning)
    period = Period(since=since, before=given.until + timedelta(days=1)) if given.until else None
    return scenario(
        context, scope_of(context, given), change_of(context, given), period=period, language=bench.language
    )


def _analogues(bench: Bench, given: arguments.LaunchArguments) -> Evidence:
    scope = scope_of(bench.context, given)
    return launch_analogues(bench.context, scope, limit=given.limit, language=bench.language)


def _rising(bench: Bench, given: arguments.TrendsArguments) -> Evidence:
    return rising_terms(
        bench.context, market=given.market, direction=given.direction, limit=given.limit, language=bench.language
    )


def _term(bench: Bench, given: arguments.TermArguments) -> Evidence:
    phrase = phrase_named(bench.context, given.term)
    if phrase is not None:
        return explain_phrase(bench.context, phrase, language=bench.language)
    term_id = term_of(bench.context, given.term)
    evidence = explain_term(bench.context, term_id, market=given.market, language=bench.language)
    if any(row.labels.get("term_id") == term_id for row in evidence.rows):
        return evidence
    # A term that does not rise has no signal row: its name belongs to what an answer may say all the same.
    named = Row(labels={"term": bench.context.lexicon.label(term_id, bench.language), "term_id": term_id})
    return changed(evidence, rows=(named, *evidence.rows))


def _phrases(bench: Bench, given: arguments.ListArguments) -> Evidence:
    return new_phrases(bench.context, limit=given.limit, language=bench.language)


def _gaps(bench: Bench, given: arguments.ListArguments) -> Evidence:
    return range_gaps(bench.context, limit=given.limit, language=bench.language)


def _like(bench: Bench, given: arguments.LikeArguments) -> Evidence:
    return products_like(bench.context, given.text, limit=given.limit, language=bench.language)


def _complaints(bench: Bench, given: arguments.ComplaintsArguments) -> Evidence:
    terms = [term_of(bench.context, term) for term in given.terms]
    scope = scope_of(bench.context, given)
    return complaints_by_product(bench.context, terms, scope, limit=given.limit, language=bench.language)


def _posts(bench: Bench, given: arguments.PostsArguments) -> Evidence:
    scope = scope_of(bench.context, given)
    return search_posts(
        bench.context,
        given.query,
        scope=replace(scope, categories=()) if asks_posts_of_lacking(bench.context, given) else scope,
        period=Period(since=given.since, before=bench.context.as_of) if given.since else None,
        only=given.only(),
        limit=given.limit,
        language=bench.language,
    )


def _aspects(bench: Bench, given: arguments.AspectsArguments) -> Evidence:
    if given.term:
        return aspects_of_term(
            bench.context, term_of(bench.context, given.term), market=given.market, language=bench.language,
            aspects=given.aspects, limit=given.limit,
        )  # fmt: skip
    return aspects_of_products(
        bench.context, scope_of(bench.context, given), market=given.market, language=bench.language,
        aspects=given.aspects, limit=given.limit,
    )  # fmt: skip


def _fresh(bench: Bench, given: arguments.FreshnessArguments) -> Evidence:
    return freshness(bench.context, location_ids=given.location_ids)


def _between(since: date | None, last_day: date | None) -> Period | None:
    return Period(since=since, before=last_day + timedelta(days=1)) if since and last_day else None


def _period(bench: Bench, given: arguments.PeriodArguments, *, days: int) -> Period:
    """The days asked for; one end alone reaches to the morning or `days` back, none at all the last `days`."""
    before = given.last_day + timedelta(days=1) if given.last_day else bench.context.as_of
    return Period(since=given.since or before - timedelta(days=days), before=before)


_Lookup = tuple[type[BaseModel], Callable[[Bench, Any], Evidence]]
_LOOKUPS: Mapping[str, _Lookup] = {
    "find_products": (arguments.ProductsArguments, _products),
    "find_places": (arguments.PlacesArguments, _places),
    "stock": (arguments.StockArguments, _stock),
    "out_of_stock": (arguments.OutOfStockArguments, _out),
    "stock_cover": (arguments.CoverArguments, _cover),
    "sales": (arguments.SalesArguments, _sales),
    "return_rates": (arguments.ReturnsArguments, _returns),
    "promotions": (arguments.PromotionsArguments, _promotions),
    "restock": (arguments.RestockArguments, _restock),
    "at_risk": (arguments.RiskArguments, _risk),
    "forecast": (arguments.ForecastArguments, _forecast),
    "forecast_quality": (arguments.ScopeArguments, _quality),
    "forecast_reasons": (arguments.ReasonsArguments, _reasons),
    "scenario": (arguments.ScenarioArguments, _scenario),
    "launch_analogues": (arguments.LaunchArguments, _analogues),
    "rising_terms": (arguments.TrendsArguments, _rising),
    "explain_term": (arguments.TermArguments, _term),
    "new_phrases": (arguments.ListArguments, _phrases),
    "range_gaps": (arguments.ListArguments, _gaps),
    "products_like": (arguments.LikeArguments, _like),
    "complaints": (arguments.ComplaintsArguments, _complaints),
    "search_posts": (arguments.PostsArguments, _posts),
    "aspects": (arguments.AspectsArguments, _aspects),
    "data_freshness": (arguments.FreshnessArguments, _fresh),
}
