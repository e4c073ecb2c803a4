"""Settings of ingestion; composed with the others in `copilot.settings`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

LanguageCode = Literal["en", "fr", "it", "de", "es"]


class LakeSettings(BaseModel):
    """Where the tables are."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    url: str = ""
    """Empty: `lake/` in the workspace. A folder or an object-store URL (`s3://`, `az://`, `gs://`) moves it."""
    storage_options: dict[str, str] = Field(default_factory=dict, repr=False)
    """Options for the object store, as Delta Lake names them. May hold secrets: never printed."""
    warehouse_url: str = ""
    """Empty: retail reads go to the lake. An Ibis URL (`postgres://`, `snowflake://`) sends them to a warehouse."""


class PseudonymSettings(BaseModel):
    """How personal data becomes pseudonyms."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    key: SecretStr | None = None
    """Secret of the pseudonyms, 32 bytes in hex. Unset: read from `key_file`."""
    key_file: Path | None = None
    """Unset: one file a workspace under the user's configuration folder, never in the workspace itself."""
    languages: tuple[LanguageCode, ...] = ("en", "fr", "it", "de", "es")
    """Languages that posts are analysed in."""
    names_model: str = "packaged"
    """What finds names of people: `packaged`, `none`, or a larger model as `spacy:NAME`, `gliner:NAME` or `hf:NAME`
    (any Hugging Face token classifier, by name or folder)."""


class RedditSettings(BaseModel):
    """Access to Reddit's API, which Reddit must have approved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: str = ""
    """Id of the application registered with Reddit. Empty: Reddit is not read."""
    client_secret: SecretStr | None = None
    user_agent: str = "reassort (trend signals; set posts.reddit.user_agent to your own)"
    """How requests introduce themselves; Reddit asks for the application and a contact."""
    subreddits: tuple[str, ...] = ()
    """Names without `r/`."""
    url: str = "https://www.reddit.com"
    """Where tokens are asked for."""
    oauth_url: str = "https://oauth.reddit.com"
    """Where posts are asked for."""


class PostSettings(BaseModel):
    """How posts are read."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    batch_size: int = Field(default=2000, ge=1)
    """Posts cleaned, stored and indexed at a time."""
    workers: int = Field(default=0, ge=0)
    """Processes that pseudonymise; 0: one a core."""
    runner: Literal["local", "ray"] = "local"
    """Where batches are prepared: on this machine, or on a Ray cluster."""
    ray_address: str = ""
    """Address of the Ray cluster, as `ray.init` takes it. Empty: one of this machine's own."""
    reddit: RedditSettings = Field(default_factory=RedditSettings)
