"""How data enters, each way readable from top to bottom: posts from their sources, retail tables from files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl

from ingestion.index_state import record_in_line
from ingestion.ingest_report import IngestReport, copied_from, describe_posts
from ingestion.lake import Lake
from ingestion.post_digests import PostDigests, preparation_fingerprint
from ingestion.post_index import ensure_in_line, index_posts
from ingestion.post_preparation import PostPreparation
from ingestion.post_reading import PostReading
from ingestion.post_rejects import rejects_list
from ingestion.post_table import PostTable
from ingestion.privacy.suppression import Suppressions
from ingestion.progress import Progress, silent
from ingestion.pseudonymise.names.finder import NamesOnly, NoNames, TextReader
from ingestion.pseudonymise.posts import Pseudonymiser
from ingestion.pseudonymise.pseudonyms import Pseudonyms
from ingestion.pseudonymise.stored import posts_from_frame
from ingestion.retail.importing import import_table
from ingestion.runners.choice import started_runner
from ingestion.settings import PostSettings
from ingestion.sources.held_entries import CheckingSource, note_checked
from ingestion.sources.source import Source
from ingestion.watermarks import WATERMARKS_SCHEMA, read_watermark, write_watermark
from ingestion.withdrawn import note_withdrawn
from vectorstore.encoder import Encoder
from vectorstore.store import DocumentStore

__all__ = ["WATERMARKS_SCHEMA", "IngestReport", "import_table", "ingest_posts", "read_watermark"]


def ingest_posts(
    source: Source,
    *,
    lake: Lake,
    store: DocumentStore,
    encoder: Encoder,
    pseudonymiser: Pseudonymiser,
    settings: PostSettings,
    reader: TextReader | None = None,
    progress: Progress = silent,
    rejects_path: Path | None = None,
) -> IngestReport:
    """Bring the posts of a source into the lake and the index, pseudonymised.

    Batch by batch: read, pass over what is known, clean, pseudonymise, lake, embed, index, digests; then the marks that
    they moved of posts known before; the watermark last.
    Each step is durable before the next one starts, and done again it changes nothing: a run that was cut off anywhere
    is done again from its start to the same result, and what it left out of the index is added first.

    `reader` finds names of people, and may give vectors, which must be those of `encoder`; None: no names are found but
    those that the source gives away. Raises what source, lake, store and runner raise.
    """
    reader = reader or NamesOnly(NoNames())
    key = pseudonymiser.key
    # Opening the table mends marks that a run left behind; then the index is brought in line with them too.
    table = PostTable(lake)
    healed = ensure_in_line(lake, store, encoder, progress=progress)
    digests = PostDigests(lake, key, preparation_fingerprint(pseudonymiser, reader.fingerprint))
    suppressions = Suppressions(lake, key)
    counts = Counter(indexed=healed.indexed)
    with rejects_list(rejects_path) as rejects:
        reading = PostReading(
            source=source,
            after=read_watermark(lake, source),
            pseudonyms=Pseudonyms(key),
            digests=digests,
            rejects=rejects,
            progress=progress,
        )
        with started_runner(PostPreparation(pseudonymiser, reader), settings) as prepare:
            for batch in prepare(reading.batches(settings.batch_size)):
                prepared = pl.DataFrame(batch)
                posts = suppressions.without_suppressed(posts_from_frame(prepared))
                stored = table.store(posts)
                indexed = index_posts(with_vectors(stored.rows, prepared), store, encoder)
                digests.remember(prepared, [post.post_id for post in posts])
                counts.update(new=stored.new, changed=stored.changed, unchanged=stored.unchanged, indexed=indexed)
                counts.update(suppressed=prepared.height - len(posts))
        for rows in table.settle():
            for some in rows.iter_slices(settings.batch_size):
                counts.update(indexed=index_posts(with_held_vectors(some, store), store, encoder))
        if counts["indexed"]:
            record_in_line(lake, store)
        counts.update(withdrawn=note_withdrawn(lake, source.name, withdrawn=reading.withdrawn, seen=reading.seen))
        if isinstance(source, CheckingSource):
            note_checked(lake, Pseudonyms(key), source.name, source.checked())
        written = rejects.finish() if reading.read else None
    write_watermark(lake, reading.watermark())
    return _report(reading, counts, table, lake, written)


def with_vectors(rows: pl.DataFrame, prepared: pl.DataFrame) -> pl.DataFrame:
    """Rows of the table `posts` with a column `vector`: that of the prepared post with the same content, or null."""
    vectors = prepared.select("post_id", "content_hash", "vector")
    return rows.join(vectors, on=["post_id", "content_hash"], how="left", maintain_order="left")


def with_held_vectors(rows: pl.DataFrame, store: DocumentStore) -> pl.DataFrame:
    """Rows of the table `posts` that say what they said when they were indexed, with a column `vector`: the index's."""
    held = store.vectors(rows["post_id"].to_list())
    if not held:
        return rows
    kind = pl.Array(pl.Float32, len(next(iter(held.values()))))
    vectors = pl.DataFrame({"post_id": list(held), "vector": pl.Series(np.stack(list(held.values())), dtype=kind)})
    return rows.join(vectors, on="post_id", how="left", maintain_order="left")


def _report(
    reading: PostReading, counts: Counter[str], table: PostTable, lake: Lake, rejects_path: Path | None
) -> IngestReport:
    marks = table.marks(reading.seen)
    languages, personal_data = describe_posts(lake, reading.seen)
    copied = copied_from(lake, reading.seen, set(marks["duplicate_of"]) - {""})
    return IngestReport(
        source=reading.source.name,
        read=reading.read,
        new=counts["new"],
        changed=counts["changed"],
        unchanged=counts["unchanged"] + reading.known,
        merged=reading.merged,
        rejected=reading.rejected,
        suppressed=counts["suppressed"],
        withdrawn=counts["withdrawn"],
        duplicates=int((marks["duplicate_of"] != "").sum()),
        spam=int(marks["spam"].sum()),
        spam_reasons=dict(Counter(reason for reason in marks["spam_reason"] if reason).most_common()),
        languages=languages,
        personal_data=personal_data,
        indexed=counts["indexed"],
        rejects=tuple(reading.first_rejects),
        rejects_path=rejects_path,
        copied_from={source: count for source, count in copied.items() if source != reading.source.name},
        already_read=reading.after is not None,
    )
