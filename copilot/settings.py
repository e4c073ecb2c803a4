"""All settings, composed once: argument > environment > `reassort.toml` in the workspace > default.

Environment variables are `REASSORT_` and the path of the setting, parts joined by two underscores:
`REASSORT_LLM__API_KEY`, `REASSORT_INDEX__URL`. Below the command line and the web nobody reads the environment.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from copilot.errors import SettingsError
from copilot.unknown_variables import check_variables
from ingestion.settings import LakeSettings, PostSettings, PrivacySettings, PseudonymSettings
from vectorstore.search_settings import SearchSettings
from vectorstore.settings import IndexSettings

Language = Literal["en", "fr"]
FILE_NAME = "reassort.toml"
_PREFIX, _DELIMITER = "REASSORT_", "__"


class LlmSettings(BaseModel):
    """Which chat model answers."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    model: str = "offline"
    """`offline` (deterministic, no key, no network), or a model name of the server at `base_url`."""
    base_url: str = ""
    """Any OpenAI-compatible server; empty: OpenAI."""
    api_key: SecretStr | None = None
    """Key of the server; local servers often need none."""
    temperature: float = Field(default=0.0, ge=0.0, le=2.0)
    """0: the likeliest words; higher: more varied."""
    timeout_s: float = Field(default=60.0, gt=0.0)
    """Seconds to wait for the server."""
    max_model_calls: int = Field(default=8, ge=1)
    """Model calls allowed for one question."""


class PlanningSettings(BaseModel):
    """How demand is forecast and stock is decided."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    service_level: float = Field(default=0.9, gt=0.0, lt=1.0)
    """Probability that stock lasts until the delivery after next."""
    default_lead_time_days: int = Field(default=2, ge=0)
    """From the warehouse to a location that names none."""
    default_review_period_days: int = Field(default=7, ge=1)
    """Between two deliveries to a location that names none."""
    horizon_days: int = Field(default=28, ge=1, le=365)
    """Farthest day that forecasts reach."""
    model: Literal["auto", "gamma-poisson", "boosted"] = "auto"
    """`gamma-poisson`, `boosted` (trained by `reassort forecast --tournament`), or `auto`: the boosted model in the
    segments that it won in the newest tournament, the other elsewhere."""
    agree_with: tuple[Literal["chain", "country", "city"], ...] = ()
    """Totals of all products that are forecast on their own, for forecasts to agree with; none: forecasts add up from
    SKU and location alone."""


class AspectSettings(BaseModel):
    """How posts are read for what customers say of fit, colour, fabric, price, quality, delivery and the like."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    model: str = "packaged"
    """`packaged` (trained here, English; French, Italian, German and Spanish word by word), `words` (lists of words
    alone), or a classifier of Hugging Face by name or folder: of entailment, or of polarity."""
    posts_read: int = Field(default=300, ge=20)
    """Most posts read for one question, one an author."""
    in_briefs: int = Field(default=0, ge=0)
    """Rising terms, gravest first, of which the brief says what people complain of and praise: a second or two each."""


class SignalSettings(BaseModel):
    """What counts as a signal."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    false_discovery_rate: float = Field(default=0.1, gt=0.0, lt=1.0)
    """Share of false ones allowed among the rises called, over all terms and mornings."""
    minimum_authors: int = Field(default=5, ge=1)
    """Fewest distinct authors of a term called rising. What is shown of it needs `privacy.min_authors` besides."""
    minimum_ratio: float = Field(default=1.5, ge=1.0)
    """Smallest ratio of observed to expected authors worth a buyer's time."""
    aspects: AspectSettings = Field(default_factory=AspectSettings)
    """What customers say of an article."""


class WebSettings(BaseModel):
    """Where the service listens, and who may sign in."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    host: str = "127.0.0.1"
    """Address to listen on; other than loopback only with a password."""
    port: int = Field(default=8000, ge=0, le=65535)
    """0: any free port."""
    password: SecretStr | None = None
    """Sign-in for the pages and the API. Without it the service binds to loopback addresses only."""
    admin_password: SecretStr | None = None
    """Sign-in for erasure and export of people's data. Without it, where a password is set, the API refuses both."""


class Settings(BaseSettings):
    """Everything that can be configured, frozen."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_nested_delimiter=_DELIMITER,
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
    )

    home: Path
    """The workspace: holds everything that has no URL of its own."""
    language: Language = "en"
    """Of briefs and messages where none is asked for."""
    lake: LakeSettings = Field(default_factory=LakeSettings)
    """Tables."""
    index: IndexSettings = Field(default_factory=IndexSettings)
    """Search index."""
    search: SearchSettings = Field(default_factory=SearchSettings)
    """Order of what is found."""
    pseudonym: PseudonymSettings = Field(default_factory=PseudonymSettings)
    """Pseudonyms."""
    posts: PostSettings = Field(default_factory=PostSettings)
    """Posts."""
    privacy: PrivacySettings = Field(default_factory=PrivacySettings)
    """Rights of the people whose posts are read."""
    llm: LlmSettings = Field(default_factory=LlmSettings)
    """Chat model."""
    planning: PlanningSettings = Field(default_factory=PlanningSettings)
    """Forecasts and restocking."""
    signals: SignalSettings = Field(default_factory=SignalSettings)
    """Trend signals."""
    web: WebSettings = Field(default_factory=WebSettings)
    """Service."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the workspace's file."""
        home = init_settings().get("home") or env_settings().get("home")
        return init_settings, env_settings, InitSettingsSource(settings_cls, _read_file(home))


def load_settings(home: Path, **overrides: object) -> Settings:
    """Settings of the workspace at `home`. Raises `SettingsError`, naming file or variable and what to do."""
    check_variables(os.environ, Settings, prefix=_PREFIX, delimiter=_DELIMITER)
    try:
        return Settings(home=home.expanduser().absolute(), **overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise SettingsError(
            f"Settings do not fit: {problems}. Looked in: arguments, environment (REASSORT_...), {home / FILE_NAME}."
        ) from error


def _read_file(home: object) -> dict[str, object]:
    if home is None:
        return {}
    path = Path(str(home)) / FILE_NAME
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8. Save it as UTF-8.") from error
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror}). Check who may read it.") from error
