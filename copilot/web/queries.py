"""What the calls of the API take: the agent's own arguments, and the language of charts."""

from __future__ import annotations

from datetime import date, timedelta

from pydantic import Field
from starlette.exceptions import HTTPException

from copilot.agent import tool_arguments as arguments
from copilot.lookups.forecast import ForecastGroup
from copilot.lookups.scope import Period
from copilot.planning.hierarchy.levels import PlaceLevel, ProductLevel
from copilot.settings import Language


class ProductsQuery(arguments.ProductsArguments):
    """Products."""


class StockQuery(arguments.StockArguments):
    """Stock."""

    language: Language = "en"


class OutOfStockQuery(arguments.OutOfStockArguments):
    """What is out of stock."""


class CoverQuery(arguments.CoverArguments):
    """Stock against demand."""

    language: Language = "en"


class FreshnessQuery(arguments.FreshnessArguments):
    """How far the data reach."""


class PlacesQuery(arguments.PlacesArguments):
    """Places."""


class PromotionsQuery(arguments.PromotionsArguments):
    """Promotions."""


class QualityQuery(arguments.ScopeArguments):
    """How good forecasts were."""


class SalesQuery(arguments.SalesArguments):
    """Sales."""

    language: Language = "en"


class ReturnsQuery(arguments.ReturnsArguments):
    """Returns."""


class ForecastQuery(arguments.ScopeArguments):
    """A forecast."""

    since: date | None = Field(default=None, description="First day; none: this morning.")
    last_day: date | None = Field(default=None, description="Last day, included; none: 28 days ahead.")
    group: ForecastGroup = "product"
    limit: int = Field(default=10, ge=1, le=50)
    language: Language = "en"


class LevelsQuery(arguments.ScopeArguments):
    """A forecast by level."""

    since: date | None = Field(default=None, description="First day; none: this morning.")
    last_day: date | None = Field(default=None, description="Last day, included; none: 28 days ahead.")
    by: ProductLevel = "category"
    at: PlaceLevel = "country"
    limit: int = Field(default=50, ge=1, le=1000)


class ReasonsQuery(arguments.ScopeArguments):
    """What a forecast rests on."""

    since: date | None = Field(default=None, description="First day; none: this morning.")
    last_day: date | None = Field(default=None, description="Last day, included; none: 28 days ahead.")
    language: Language = "en"


class ScenarioQuery(arguments.ScenarioArguments):
    """What if."""

    language: Language = "en"


class LaunchQuery(arguments.LaunchArguments):
    """New products."""

    language: Language = "en"


class RestockQuery(arguments.RestockArguments):
    """A restock plan."""

    language: Language = "en"


class RiskQuery(arguments.RiskArguments):
    """What may run out."""

    language: Language = "en"


class TrendsQuery(arguments.TrendsArguments):
    """Rising terms."""

    language: Language = "en"


class ListQuery(arguments.ListArguments):
    """A list of all there is."""

    language: Language = "en"


class LikeQuery(arguments.LikeArguments):
    """Something that products should be like."""

    language: Language = "en"


class AspectsQuery(arguments.AspectsArguments):
    """What customers say by aspect."""

    language: Language = "en"


class ComplaintsQuery(arguments.ComplaintsArguments):
    """Products by a complaint."""

    language: Language = "en"


class PostsQuery(arguments.PostsArguments):
    """Posts."""

    last_day: date | None = Field(default=None, description="Last day, included.")
    language: Language = "en"


def period_of(since: date | None, last_day: date | None, *, as_of: date, days: int) -> Period:
    """The days asked for; without both ends the `days` before this morning. Answers 422 where there is no day."""
    before = last_day + timedelta(days=1) if last_day else as_of
    return _period(since or before - timedelta(days=days), before)


def period_ahead(since: date | None, last_day: date | None, *, as_of: date, days: int) -> Period:
    """The same for days to come: without both ends the `days` from this morning on."""
    start = since or as_of
    return _period(start, last_day + timedelta(days=1) if last_day else start + timedelta(days=days))


def _period(since: date, before: date) -> Period:
    try:
        return Period(since=since, before=before)
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
