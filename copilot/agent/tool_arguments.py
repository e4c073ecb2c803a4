"""What each tool takes, as the model sees it: words of the planner or ids, days, groups."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from copilot.lookups.cover import CoverGroup
from copilot.lookups.forecast import ForecastGroup
from copilot.lookups.posts import Only
from copilot.lookups.sales import ReturnsGroup, SalesGroup, SalesOrder
from copilot.lookups.scenarios import TermChange
from copilot.lookups.stock import StockGroup
from copilot.lookups.trends import Direction
from copilot.signals.aspects.records import Aspect
from ingestion.records import Sentiment

_Ids = Annotated[list[str], Field(default_factory=list)]


class FreshnessArguments(BaseModel):
    """How far the data reach."""

    model_config = ConfigDict(extra="forbid")

    location_ids: list[str] = Field(default=[], description="Places to tell the last day of, too.")


class NamesArguments(BaseModel):
    """A text whose names are wanted."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(description="The planner's words, as written.")


class ScopeArguments(BaseModel):
    """What a question is about. Words and ids add up; nothing at all means everything."""

    model_config = ConfigDict(extra="forbid")

    about: str = Field(default="", description="Products, colours, sizes, places in the planner's words.")
    product_ids: _Ids
    sku_ids: _Ids
    categories: _Ids
    departments: _Ids
    materials: _Ids
    colours: _Ids
    sizes: _Ids
    location_ids: _Ids
    countries: _Ids


class ProductsArguments(ScopeArguments):
    """Products."""

    least_price: float | None = Field(default=None, ge=0, description="Products of at least this list price.")
    most_price: float | None = Field(default=None, ge=0, description="Products of at most this list price.")
    limit: int = Field(default=10, ge=1, le=50)


class PlacesArguments(BaseModel):
    """Places."""

    model_config = ConfigDict(extra="forbid")

    location_ids: _Ids
    countries: _Ids


class StockArguments(ScopeArguments):
    """Stock."""

    coming_only: bool = Field(default=False, description="What is on its way alone, what comes first before.")
    due_since: date | None = Field(default=None, description="First day that deliveries are expected; none: all.")
    due_until: date | None = Field(default=None, description="Last day that they are expected, included.")
    group: StockGroup = "sku_location"
    limit: int = Field(default=20, ge=1, le=100)


class OutOfStockArguments(ScopeArguments):
    """What is out of stock."""

    limit: int = Field(default=20, ge=1, le=100)


class CoverArguments(ScopeArguments):
    """Stock against demand."""

    until: date | None = Field(default=None, description="Last day of demand; without one, 28 days ahead.")
    group: CoverGroup = "location"
    limit: int = Field(default=10, ge=1, le=100)


class PeriodArguments(ScopeArguments):
    """Something over days; without days, the lookup's usual stretch up to yesterday."""

    since: date | None = Field(default=None, description="First day.")
    last_day: date | None = Field(default=None, description="Last day, included.")


class SalesArguments(PeriodArguments):
    """Sales."""

    against_since: date | None = Field(default=None, description="First day to compare with; none: a year before.")
    against_last_day: date | None = Field(default=None, description="Last day to compare with, included.")
    group: SalesGroup = "product"
    same_stores: bool = Field(default=False, description="Only locations that sold in both years.")
    order: SalesOrder | None = Field(
        default=None, description="What comes first; without one, what sold most, days in order."
    )
    limit: int = Field(default=10, ge=1, le=100)


class ReturnsArguments(PeriodArguments):
    """Returns."""

    group: ReturnsGroup = "size"
    limit: int = Field(default=20, ge=1, le=100)


class PromotionsArguments(PeriodArguments):
    """Promotions."""

    limit: int = Field(default=20, ge=1, le=100)


class ForecastArguments(ScopeArguments):
    """A forecast."""

    since: date | None = Field(default=None, description="First day; without one, today.")
    until: date | None = Field(default=None, description="Last day, included; without one, 28 days ahead.")
    group: ForecastGroup = "product"
    limit: int = Field(default=10, ge=1, le=100)


class ReasonsArguments(ScopeArguments):
    """What a forecast rests on."""

    since: date | None = Field(default=None, description="First day; without one, today.")
    until: date | None = Field(default=None, description="Last day, included; without one, 28 days ahead.")


class ScenarioArguments(ScopeArguments):
    """What if: at least one change."""

    promotion_share: float | None = Field(default=None, gt=0, lt=1, description="Share off: 0.3 is 30 % off.")
    price_change_share: float | None = Field(default=None, gt=-1, lt=5, description="-0.2: prices 20 % lower.")
    price: float | None = Field(default=None, gt=0, description="New price, of one product in one country.")
    event: str = Field(default="", max_length=300, description="Event or holiday that falls on these days.")
    term: str = Field(default="", max_length=100, description="Rising term, in words or by its id.")
    term_change: TermChange = "doubles"
    weather: str = Field(default="", max_length=100, description="Weather: `5 degrees colder`, `rain`, `dry`.")
    since: date | None = Field(default=None, description="First day of the change; without one, today.")
    until: date | None = Field(default=None, description="Last day, included; without one, 28 days ahead.")


class LaunchArguments(ScopeArguments):
    """New products."""

    limit: int = Field(default=8, ge=1, le=8, description="Analogues of each product.")


class RestockArguments(ScopeArguments):
    """A restock plan."""

    budget: float | None = Field(default=None, gt=0, description="Purchase cost that may be spent.")
    before: date | None = Field(default=None, description="Keep what arrives before this day.")
    limit: int = Field(default=10, ge=1, le=100)


class RiskArguments(ScopeArguments):
    """What may run out."""

    limit: int = Field(default=10, ge=1, le=100)


class TrendsArguments(BaseModel):
    """Rising terms."""

    model_config = ConfigDict(extra="forbid")

    market: str = Field(default="", description="ISO 3166 country; empty: all markets.")
    direction: Direction = "rising"
    limit: int = Field(default=8, ge=1, le=30)


class TermArguments(BaseModel):
    """One term."""

    model_config = ConfigDict(extra="forbid")

    term: str = Field(description="The term, in the planner's words or by its id.")
    market: str = Field(default="", description="ISO 3166 country; empty: all markets.")


class ListArguments(BaseModel):
    """A list of all there is."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=8, ge=1, le=30)


class LikeArguments(BaseModel):
    """Something that a planner describes."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=200, description="What it should be like, in the planner's words.")
    limit: int = Field(default=8, ge=1, le=30)


class AspectsArguments(ScopeArguments):
    """What customers say by aspect."""

    term: str = Field(default="", description="A trend term, in the planner's words or by its id; empty: of products.")
    aspects: list[Aspect] = Field(default=[], description="Aspects asked about; they come first.")
    market: str = Field(default="", description="ISO 3166 country; empty: all markets.")
    limit: int = Field(default=5, ge=1, le=20, description="Quotes.")


class ComplaintsArguments(ScopeArguments):
    """Products by a complaint."""

    terms: list[str] = Field(min_length=1, description="Problems, in the planner's words or by their ids.")
    limit: int = Field(default=10, ge=1, le=50)


class PostsArguments(ScopeArguments):
    """Posts."""

    query: str = Field(description="What the posts should be about.")
    since: date | None = Field(default=None, description="First day.")
    sources: list[str] = Field(default=[], description="Quote posts of these sources alone; empty: of all.")
    languages: list[str] = Field(default=[], description="Quote posts in these languages alone (ISO 639-1).")
    most_stars: float | None = Field(default=None, ge=0, le=5, description="Quote posts of at most so many stars.")
    sentiments: list[Sentiment] = Field(
        default=[], description="Quote posts of these sentiments alone, by their stars."
    )
    limit: int = Field(default=5, ge=1, le=20)

    def only(self) -> Only:
        """Which posts are quoted."""
        return Only(
            sources=self.sources, languages=self.languages, most_stars=self.most_stars, sentiments=self.sentiments
        )
