"""The REST API, version 1: the lookups, the agent and the briefs over HTTP. Each call parses, asks, answers."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from copilot.agent.naming import change_of, scope_of, term_of
from copilot.briefs.archive import list_briefs
from copilot.errors import NoDataError
from copilot.evidence import Evidence
from copilot.lookups.aspects import aspects_of_products, aspects_of_term
from copilot.lookups.complaints import complaints_by_product
from copilot.lookups.cover import stock_cover
from copilot.lookups.explain import explain_term
from copilot.lookups.forecast import demand_forecast
from copilot.lookups.forecast_quality import forecast_quality
from copilot.lookups.forecast_reasons import forecast_reasons
from copilot.lookups.freshness import freshness
from copilot.lookups.hierarchy import demand_by_level
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
from copilot.lookups.scope import Scope
from copilot.lookups.stock import out_of_stock, stock_levels
from copilot.lookups.trends import rising_terms
from copilot.planning.hierarchy.levels import Level
from copilot.settings import Language
from copilot.status import workspace_status
from copilot.web import queries
from copilot.web.models import AnswerOut, BriefOut, HealthOut, PostSourceOut, Question, StatusOut, TableOut
from copilot.web.problems import RESPONSES
from copilot.web.service import Service

_SALES_DAYS, _RETURNS_DAYS, _FORECAST_DAYS = 7, 91, 28
_MEDIA_TYPES = {"html": "text/html", "md": "text/markdown", "json": "application/json"}


def service_of(request: Request) -> Service:
    """The service behind the app."""
    service: Service = request.app.state.service
    return service


Held = Annotated[Service, Depends(service_of)]
router = APIRouter(prefix="/api/v1", responses=dict(RESPONSES))  # type: ignore[arg-type]


@router.post("/ask", tags=["ask"], summary="Ask a question")
async def ask(question: Question, service: Held) -> AnswerOut:
    """A checked answer in French or English, with its sources, charts and what could be asked next."""
    answer = await service.answer(question.question, thread_id=question.thread_id, language=question.language)
    return AnswerOut.of(answer)


@router.get("/products", tags=["lookups"], summary="Find products")
def products(query: Annotated[queries.ProductsQuery, Query()], service: Held) -> Evidence:
    """Products with prices, stock and sales, best sellers first."""
    context = service.context
    return find_products(
        context,
        scope_of(context, query),
        least_price=query.least_price,
        most_price=query.most_price,
        limit=query.limit,
    )


@router.get("/places", tags=["lookups"], summary="Stores, web shops and warehouses")
def places(query: Annotated[queries.PlacesQuery, Query()], service: Held) -> Evidence:
    """Places with their lead times."""
    where = Scope(location_ids=tuple(query.location_ids), countries=tuple(query.countries))
    return find_places(service.context, where)


@router.get("/promotions", tags=["lookups"], summary="Promotions over days")
def running_promotions(query: Annotated[queries.PromotionsQuery, Query()], service: Held) -> Evidence:
    """Promotions with a day in the period, deepest first; default: the next 28 days."""
    context = service.context
    period = queries.period_ahead(query.since, query.last_day, as_of=context.as_of, days=_FORECAST_DAYS)
    return promotions(context, scope_of(context, query), period=period, limit=query.limit)


@router.get("/stock", tags=["lookups"], summary="Stock on hand and on its way")
def stock(query: Annotated[queries.StockQuery, Query()], service: Held) -> Evidence:
    """Units on hand and on their way, largest first."""
    context = service.context
    scope = scope_of(context, query)
    return stock_levels(
        context,
        scope,
        group=query.group,
        coming_only=query.coming_only,
        limit=query.limit,
        language=query.language,
    )


@router.get("/stock/out", tags=["lookups"], summary="What is out of stock")
def out(query: Annotated[queries.OutOfStockQuery, Query()], service: Held) -> Evidence:
    """SKUs and places of which the last level known is none, those that most demand waits for first."""
    context = service.context
    return out_of_stock(context, scope_of(context, query), limit=query.limit)


@router.get("/stock/cover", tags=["lookups"], summary="Stock against demand")
def cover(query: Annotated[queries.CoverQuery, Query()], service: Held) -> Evidence:
    """Days that stock covers, what is too many and what lacks; default: over 28 days, by place."""
    context = service.context
    return stock_cover(
        context,
        scope_of(context, query),
        until=query.until,
        group=query.group,
        limit=query.limit,
        language=query.language,
    )


@router.get("/sales", tags=["lookups"], summary="Sales over days")
def sales(query: Annotated[queries.SalesQuery, Query()], service: Held) -> Evidence:
    """Units sold and returned and revenue, against the same weekdays a year before; default: the last 7 days."""
    context = service.context
    return sales_totals(
        context,
        scope_of(context, query),
        period=queries.period_of(query.since, query.last_day, as_of=context.as_of, days=_SALES_DAYS),
        group=query.group,
        same_stores=query.same_stores,
        order=query.order,
        limit=query.limit,
        language=query.language,
    )


@router.get("/returns", tags=["lookups"], summary="Return rates")
def returns(query: Annotated[queries.ReturnsQuery, Query()], service: Held) -> Evidence:
    """Units sold and returned, by size or another group; default: the last 91 days."""
    context = service.context
    period = queries.period_of(query.since, query.last_day, as_of=context.as_of, days=_RETURNS_DAYS)
    scope = scope_of(context, query)
    return return_rates(context, scope, period=period, group=query.group, limit=query.limit)


@router.get("/forecast", tags=["lookups"], summary="Expected demand")
def forecast(query: Annotated[queries.ForecastQuery, Query()], service: Held) -> Evidence:
    """Demand with quantiles; default: the next 28 days."""
    context = service.context
    return demand_forecast(
        context,
        scope_of(context, query),
        period=queries.period_ahead(query.since, query.last_day, as_of=context.as_of, days=_FORECAST_DAYS),
        group=query.group,
        limit=query.limit,
        language=query.language,
    )


@router.get("/forecast/levels", tags=["lookups"], summary="Expected demand at every level")
def levels(query: Annotated[queries.LevelsQuery, Query()], service: Held) -> Evidence:
    """Demand of the nodes of one level of products crossed with one of places; default: the next 28 days."""
    context = service.context
    return demand_by_level(
        context,
        scope_of(context, query),
        level=Level(by=query.by, at=query.at),
        period=queries.period_ahead(query.since, query.last_day, as_of=context.as_of, days=_FORECAST_DAYS),
        limit=query.limit,
    )


@router.get("/forecast/quality", tags=["lookups"], summary="How good forecasts were")
def quality(query: Annotated[queries.QualityQuery, Query()], service: Held) -> Evidence:
    """The newest check of kept forecasts against sales, over all products and places."""
    context = service.context
    return forecast_quality(context, scope_of(context, query))


@router.get("/forecast/reasons", tags=["lookups"], summary="What expected demand rests on")
def reasons(query: Annotated[queries.ReasonsQuery, Query()], service: Held) -> Evidence:
    """Parts that add up to the forecast: level, season, events, reductions, corrections; default: the next 28 days."""
    context = service.context
    return forecast_reasons(
        context,
        scope_of(context, query),
        period=queries.period_ahead(query.since, query.last_day, as_of=context.as_of, days=_FORECAST_DAYS),
        language=query.language,
    )


@router.get("/forecast/scenario", tags=["lookups"], summary="What if")
def what_if(query: Annotated[queries.ScenarioQuery, Query()], service: Held) -> Evidence:
    """Expected demand with a change and without it, with what makes the difference; nothing is kept."""
    context = service.context
    return scenario(
        context,
        scope_of(context, query),
        change_of(context, query),
        period=queries.period_ahead(query.since, query.until, as_of=context.as_of, days=_FORECAST_DAYS),
        language=query.language,
    )


@router.get("/forecast/analogues", tags=["lookups"], summary="What new products are forecast from")
def analogues(query: Annotated[queries.LaunchQuery, Query()], service: Held) -> Evidence:
    """New products with their analogues by name, weights, what they have in common, and the launch curve."""
    context = service.context
    return launch_analogues(context, scope_of(context, query), limit=query.limit, language=query.language)


@router.get("/restock", tags=["lookups"], summary="What to send")
def restock(query: Annotated[queries.RestockQuery, Query()], service: Held) -> Evidence:
    """Restock lines, those that bring the most sales first, within a budget where one is given."""
    context = service.context
    return restock_lines(
        context,
        scope_of(context, query),
        budget=query.budget,
        before=query.before,
        limit=query.limit,
        language=query.language,
    )


@router.get("/at-risk", tags=["lookups"], summary="What may run out")
def risk(query: Annotated[queries.RiskQuery, Query()], service: Held) -> Evidence:
    """SKUs and locations whose stock is likely to end before the delivery after next."""
    context = service.context
    return at_risk(context, scope_of(context, query), limit=query.limit, language=query.language)


@router.get("/signals", tags=["trends"], summary="Rising terms")
def signals(query: Annotated[queries.TrendsQuery, Query()], service: Held) -> Evidence:
    """Terms that more authors use than expected, gravest first."""
    return rising_terms(
        service.context, market=query.market, direction=query.direction, limit=query.limit, language=query.language
    )


@router.get("/signals/{term}", tags=["trends"], summary="One term explained")
def signal(term: str, service: Held, market: str = "", language: Language = "en") -> Evidence:
    """A term's weeks, or a new phrase's, against what was expected, products, posts, and why it rises."""
    context = service.context
    phrase = phrase_named(context, term)
    if phrase is not None:
        return explain_phrase(context, phrase, language=language)
    return explain_term(context, term_of(context, term), market=market, language=language)


@router.get("/phrases", tags=["trends"], summary="New phrases")
def phrases(query: Annotated[queries.ListQuery, Query()], service: Held) -> Evidence:
    """Phrases that no list of terms has and that more authors say than before, surest first."""
    return new_phrases(service.context, limit=query.limit, language=query.language)


@router.get("/range-gaps", tags=["trends"], summary="What the range lacks")
def gaps(query: Annotated[queries.ListQuery, Query()], service: Held) -> Evidence:
    """Rising terms and new phrases that no product is like, with the nearest products."""
    return range_gaps(service.context, limit=query.limit, language=query.language)


@router.get("/products-like", tags=["lookups"], summary="Products like something")
def like(query: Annotated[queries.LikeQuery, Query()], service: Held) -> Evidence:
    """Products like what the text describes, with a score and its reasons; else the nearest and a note."""
    return products_like(service.context, query.text, limit=query.limit, language=query.language)


@router.get("/aspects", tags=["trends"], summary="What customers say by aspect")
def aspects(query: Annotated[queries.AspectsQuery, Query()], service: Held) -> Evidence:
    """Complaints and praise of fit, colour, fabric, price, quality, delivery and the like, and how they changed."""
    context = service.context
    if query.term:
        return aspects_of_term(
            context, term_of(context, query.term), market=query.market, language=query.language,
            aspects=query.aspects, limit=query.limit,
        )  # fmt: skip
    return aspects_of_products(
        context, scope_of(context, query), market=query.market, language=query.language,
        aspects=query.aspects, limit=query.limit,
    )  # fmt: skip


@router.get("/complaints", tags=["trends"], summary="Products by a complaint")
def complaints(query: Annotated[queries.ComplaintsQuery, Query()], service: Held) -> Evidence:
    """Products by the share of posts on them that mention a problem."""
    context = service.context
    terms = [term_of(context, term) for term in query.terms]
    scope = scope_of(context, query)
    return complaints_by_product(context, terms, scope, limit=query.limit, language=query.language)


@router.get("/search", tags=["trends"], summary="Search posts")
def search(query: Annotated[queries.PostsQuery, Query()], service: Held) -> Evidence:
    """Posts about something, by words and meaning, with the ratings of the products asked about."""
    context = service.context
    period = None
    if query.since or query.last_day:
        period = queries.period_of(query.since or date.min, query.last_day, as_of=context.as_of, days=1)
    return search_posts(
        context,
        query.query,
        scope=scope_of(context, query),
        period=period,
        only=query.only(),
        limit=query.limit,
        language=query.language,
    )


@router.get("/freshness", tags=["workspace"], summary="How far the data reach")
def fresh(query: Annotated[queries.FreshnessQuery, Query()], service: Held) -> Evidence:
    """The newest day of each table, what is late and what is missing; also of places, where named."""
    return freshness(service.context, location_ids=query.location_ids)


@router.get("/briefs", tags=["briefs"], summary="Briefs in the archive")
def briefs(service: Held) -> list[BriefOut]:
    """Newest first."""
    return [
        BriefOut(as_of=ref.as_of, language=ref.language, **_links(ref.as_of, ref.language))
        for ref in list_briefs(service.workspace)
    ]


@router.get(
    "/briefs/{as_of}/{language}.{form}",
    tags=["briefs"],
    summary="One brief",
    response_class=FileResponse,
    responses={200: {"content": {media_type: {} for media_type in _MEDIA_TYPES.values()}}},
)
def brief(as_of: date, language: Language, form: str, service: Held) -> Any:
    """The brief of a morning as `html`, `md` or `json`."""
    for ref in list_briefs(service.workspace):
        if (ref.as_of, ref.language) == (as_of, language) and form in _MEDIA_TYPES:
            path = {"html": ref.path_html, "md": ref.path_md, "json": ref.path_json}[form]
            return FileResponse(path, media_type=_MEDIA_TYPES[form])
    raise HTTPException(404, f"No {form} brief of {as_of} in {language!r}: write one with `reassort brief`.")


@router.get("/status", tags=["workspace"], summary="What the workspace holds")
def status(service: Held) -> StatusOut:
    """Tables with their rows, versions and newest days, and sources of posts with how they did."""
    found = workspace_status(service.workspace)
    tables = [TableOut(table=t.table, rows=t.rows, version=t.version, last_date=t.last_date) for t in found.tables]
    try:
        as_of = service.context.as_of
    except NoDataError:
        as_of = None
    sources = [PostSourceOut(**asdict(one)) for one in found.sources]
    return StatusOut(as_of=as_of, model=found.model, tables=tables, sources=sources)


@router.get("/health", tags=["workspace"], summary="Whether the service is up")
def health() -> HealthOut:
    """Answers as soon as the service can."""
    return HealthOut(version=version("reassort"))


def _links(as_of: date, language: Language) -> dict[str, str]:
    at = f"/api/v1/briefs/{as_of}/{language}"
    return {"html": f"/briefs/{as_of}/{language}", "markdown": f"{at}.md", "json": f"{at}.json"}
