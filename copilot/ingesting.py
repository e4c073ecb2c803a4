"""Posts on their way into a workspace: its key, its index and the names of its products found for the pipeline."""

from __future__ import annotations

from pathlib import Path

from copilot.indexing import opened_index
from copilot.workspace import Workspace
from ingestion.errors import TableMissingError
from ingestion.pipeline import IngestReport, ingest_posts
from ingestion.progress import Progress, silent
from ingestion.pseudonymise.keys import ensure_key, load_key
from ingestion.pseudonymise.posts import Pseudonymiser
from ingestion.sources.source import Source


def ingest_source(
    workspace: Workspace, source: Source, *, rejects_path: Path | None = None, progress: Progress = silent
) -> IngestReport:
    """Bring the posts of a source into the workspace. Raises what `ingest_posts` and `open_index` raise."""
    settings = workspace.settings
    ensure_key(settings.pseudonym, workspace.home)
    key = load_key(settings.pseudonym, workspace.home)
    pseudonymiser = Pseudonymiser(key, languages=settings.pseudonym.languages, keep=_names_to_keep(workspace))
    with opened_index(workspace) as (store, encoder):
        return ingest_posts(
            source,
            lake=workspace.lake,
            store=store,
            encoder=encoder,
            pseudonymiser=pseudonymiser,
            settings=settings.posts,
            progress=progress,
            rejects_path=rejects_path,
        )


def _names_to_keep(workspace: Workspace) -> set[str]:
    """Names of products and brands: they are nobody's."""
    try:
        products = workspace.lake.read("products", columns=["name", "brand"])
    except TableMissingError:
        return set()
    return {name for column in products.iter_columns() for name in column.drop_nulls() if name}
