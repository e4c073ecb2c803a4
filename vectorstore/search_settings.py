"""Settings of how hits are ordered; composed with the others in `copilot.settings`."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field


class SearchSettings(BaseModel):
    """How the hits of a search are ordered and varied."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    candidates: int = Field(default=120, ge=10, le=1000)
    """Posts of the index that are put in order for one search; for a translated question a third more."""
    variety: float = Field(default=0.1, ge=0.0, le=1.0)
    """0: the best posts, however alike; 1: the most different ones."""
    duplicate_at: float = Field(default=0.8, gt=0.0, le=1.0)
    """Share of words in common from which one of two posts is left out."""
    per_thread: int = Field(default=2, ge=1)
    """Most posts shown of one thread."""
    recency_weight: float = Field(default=0.0, ge=0.0, le=1.0)
    """Share of the score that fades with a post's age; 0: age does not count."""
    recency_half_life_days: float = Field(default=60.0, gt=0.0)
    """Age at which half of that share is gone."""
    source_weights: Mapping[str, float] = Field(default_factory=dict)
    """Source -> what its posts' scores are multiplied by; 1 for those that are not named."""
    cross_encoder: str = ""
    """A sentence-transformers cross-encoder, by name or folder, that orders the best posts once more; empty: none."""
    cross_encoder_candidates: int = Field(default=20, ge=1, le=200)
    """Posts that the cross-encoder reads for one search."""
