"""Raw posts made posts: cleaned, read for names and meaning, pseudonymised; a pure function over Arrow tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from ingestion.clean import clean_posts
from ingestion.languages import LanguageDetector
from ingestion.post_batches import raw_posts
from ingestion.pseudonymise.keys import PseudonymKey
from ingestion.pseudonymise.names.finder import TextReader
from ingestion.pseudonymise.posts import Pseudonymiser
from ingestion.pseudonymise.span import Span
from ingestion.pseudonymise.stored import posts_to_frame, shown_text
from ingestion.records import PREPARED_SCHEMA, Post, RawPost


class PostPreparation:
    """What a batch of raw posts is prepared with: key, languages and models. Equal ones give equal results anywhere.

    Handed to another process, it takes the secret along and loads its models there; it is not thread-safe.
    """

    def __init__(self, pseudonymiser: Pseudonymiser, reader: TextReader) -> None:
        """`reader` is pickled where other processes are used: one with a model pickles as what loads it."""
        self._pseudonymiser = pseudonymiser
        self._reader = reader
        self._detector = LanguageDetector(pseudonymiser.languages)

    def __reduce__(self) -> tuple[object, ...]:
        """How another process makes its own."""
        source = self._pseudonymiser
        return _made_anew, (source.key.secret, source.languages, tuple(sorted(source.keep)), self._reader)

    def prepare(self, raw: pa.Table) -> pa.Table:
        """A post a row, in order, for raw posts in `RAW_POSTS_SCHEMA`: the columns of `PREPARED_SCHEMA`, and `vector`,
        a list of fixed size of float32.

        Title and text are read as one. A vector is null where something was replaced, since what was read is then not
        what is kept; where the reader makes none, the column holds nulls alone.
        """
        named = raw_posts(raw)
        cleaned = clean_posts([post.raw for post in named], self._detector)
        texts = [shown_text(post.title, post.text) for post in cleaned]
        reading = self._reader.read(texts)
        posts = [
            self._post(post, known.names, spans)
            for post, known, spans in zip(cleaned, named, reading.names, strict=True)
        ]
        same = [shown_text(post.title, post.text) == text for post, text in zip(posts, texts, strict=True)]
        frame = posts_to_frame(posts).with_columns(source_digest=pl.Series([post.source_digest for post in named]))
        return frame.select(PREPARED_SCHEMA.names()).with_columns(_vectors(reading.vectors, same)).to_arrow()

    def _post(self, raw: RawPost, names: Sequence[str], spans: Sequence[Span]) -> Post:
        in_title, in_text = _split(spans, raw.title)
        return self._pseudonymiser.post(raw, names, in_title=in_title, in_text=in_text)


def _made_anew(secret: bytes, languages: tuple[str, ...], keep: tuple[str, ...], reader: TextReader) -> PostPreparation:
    return PostPreparation(Pseudonymiser(PseudonymKey(secret=secret), languages=languages, keep=keep), reader)


def _split(spans: Sequence[Span], title: str) -> tuple[list[Span], list[Span]]:
    """Spans of the text as it was read, as spans of its title and of its text; one over both becomes two."""
    if not title:
        return [], list(spans)
    start = len(title) + 1
    in_title = [
        Span(start=span.start, end=min(span.end, len(title)), kind=span.kind)
        for span in spans
        if span.start < len(title)
    ]
    in_text = [
        Span(start=max(span.start - start, 0), end=span.end - start, kind=span.kind)
        for span in spans
        if span.end > start
    ]
    return in_title, in_text


def _vectors(vectors: NDArray[np.float32] | None, same: Sequence[bool]) -> pl.Series:
    if vectors is None:
        return pl.Series("vector", [None] * len(same), dtype=pl.Null)
    rows = pl.DataFrame(
        {
            "vector": pl.Series(vectors, dtype=pl.Array(pl.Float32, vectors.shape[1])),
            "same": pl.Series(same, dtype=pl.Boolean),
        }
    )
    return rows.select(pl.when("same").then("vector").alias("vector"))["vector"]
