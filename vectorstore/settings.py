"""Settings of the vector store; composed with the others in `copilot.settings`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr

QUANTISE_FROM = 40_000


class IndexSettings(BaseModel):
    """Where the index is, and how texts become vectors."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    url: str = ""
    """Empty: the embedded index in the workspace. `http(s)://host:port`: a Qdrant server or cluster."""
    api_key: SecretStr | None = None
    """Key of the Qdrant server, where it asks for one."""
    collection: str = "posts"
    """Name of the collection on a server."""
    encoder: str = "all-MiniLM-L6-v2"
    """`all-MiniLM-L6-v2` (packaged, needs no network), any sentence-transformers name or folder, or `hash` (for
    tests: hashed words, no model)."""
    encoder_device: str = ""
    """Where a sentence-transformers model runs: `cpu`, `cuda`, `cuda:1`, `mps`. Empty: the fastest there is."""
    query_prefix: str = ""
    """What goes before a question, where the model's card says so and its files do not (`query: `)."""
    document_prefix: str = ""
    """What goes before a post, likewise (`passage: `)."""
    dense_weight: float = Field(default=0.3, ge=0.0, le=1.0)
    """Share of the dense score in the fused ranking; the rest is BM25."""
    quantise_from: int = Field(default=QUANTISE_FROM, ge=1)
    """Documents from which on the embedded index keeps vectors as one byte a dimension in memory, and the originals
    on disk, and optimises itself. Below, comparing with every original takes some 3 ms at most."""
    timeout_s: float = Field(default=10.0, gt=0.0)
    """Seconds to wait for a server, rounded up to whole ones."""
