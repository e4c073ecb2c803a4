"""Where an embedded index keeps what, chosen by its size.

Measured with 100,000 documents of 384 dimensions on 2 busy cores, for 100 candidates of all documents, and of those
that pass a filter (28 %):

    exact scan of the originals                 7 ms    10 ms
    scan of one byte a dimension                2 ms     6 ms    finds all of the ten that an exact search finds
    graph (HNSW) over one byte a dimension    0.6 ms     2 ms    finds 0.975 of them; with 16 links for 32, 0.89

So a large index has the graph. Four bits a dimension are no faster than eight, and one bit finds 0.89. The best
candidates are scored again with the originals: without it the scan finds 0.953. A graph in several parts finds more
(0.975 in two, 0.967 in one), is searched by several processors at once, and grows by a part at a time.

Booleans are flags, a bit each, in memory: as the numbers 0 and 1 they take 5 ms longer to open for 100,000 documents,
and a filtered search 8 % longer.

What filters and words are read from is mapped, and read at once when the index is opened: left to the queries, each of
them waits for the disk. Some of it is in memory (see `edge_index_lists`). Only originals and texts are left to the
system, which may drop them.
"""

from __future__ import annotations

import math
from collections.abc import Collection

import qdrant_edge as edge

from vectorstore.store import FieldKind, Schema

DENSE = "dense"
BM25 = "bm25"
_INDEXING_FROM_KIB = 1000
_CANDIDATES = 288
_OF_DOCUMENTS = 100_000
_NO_GRAPH = edge.HnswIndexConfig(m=0, ef_construct=100, full_scan_threshold=10_000, payload_m=0)
_GRAPH = edge.HnswIndexConfig(
    m=32, ef_construct=256, full_scan_threshold=10_000, payload_m=0, memory=edge.Memory.Cached
)
_SEGMENTS = 10
_MAPPED = edge.Memory.Cached
_FLAG = edge.BoolIndexParams(memory=_MAPPED)


def shard_config(dimensions: int, *, quantised: bool) -> edge.EdgeConfig:
    """One dense vector by cosine, one sparse vector weighted by inverse document frequency.

    `quantised`: vectors also as one byte a dimension, in memory, with a graph over them, and the originals on disk.
    """
    graph = _GRAPH if quantised else _NO_GRAPH
    quantisation = edge.ScalarQuantizationConfig(edge.ScalarType.Int8, quantile=0.99, memory=edge.Memory.Cached)
    return edge.EdgeConfig(
        vectors={
            DENSE: edge.EdgeVectorParams(
                size=dimensions,
                distance=edge.Distance.Cosine,
                memory=edge.Memory.Cold if quantised else edge.Memory.Cached,
                quantization_config=quantisation if quantised else None,
                hnsw_config=graph,
            )
        },
        sparse_vectors={BM25: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf, memory=_MAPPED)},
        hnsw_config=graph,
        id_tracker_memory=_MAPPED,
        optimizers=edge.EdgeOptimizersConfig(indexing_threshold=_INDEXING_FROM_KIB, default_segment_number=_SEGMENTS),
    )


def field_indexes(schema: Schema, *, flags: Collection[str]) -> list[edge.UpdateOperation]:
    """The operations that index the schema's fields; `flags`: those that have one bit a document."""
    return [
        edge.UpdateOperation.create_field_index(name, _FLAG if name in flags else _index_of(kind))
        for name, kind in sorted(schema.fields.items())
    ]


def flags_of(schema: Schema) -> frozenset[str]:
    """Fields that a shard made now keeps as booleans; before, they were the whole numbers 0 and 1."""
    return frozenset(name for name, kind in schema.fields.items() if kind == "bool")


def flags_in(info: edge.ShardInfo) -> frozenset[str]:
    """Fields that a shard keeps as booleans."""
    indexed = info.payload_schema
    return frozenset(name for name, index in indexed.items() if index.data_type == edge.PayloadSchemaType.Bool)


def candidates(documents: int, *, graphs: int) -> int:
    """How many candidates to find in each graph, of `graphs` with so many documents together.

    A graph of fewer documents finds as much with fewer, and each graph costs what its candidates cost. Found of the ten
    nearest among 100,000 documents, all, and with a filter that 28 % pass:

                    one graph        four
        160        0.96   0.77    0.97   0.83
        200        0.96   0.79    0.98   0.84
        288        0.98   0.83    0.99   0.87
    """
    share = min(1.0, documents / (graphs * _OF_DOCUMENTS)) if graphs else 1.0
    return round(_CANDIDATES * math.sqrt(math.sqrt(share)))


def dense_params(candidates: int) -> edge.SearchParams:
    """How the dense vectors are searched; passed over where there is no graph and no smaller vectors."""
    return edge.SearchParams(hnsw_ef=candidates, quantization=edge.QuantizationSearchParams(rescore=True))


def _index_of(
    kind: FieldKind,
) -> edge.KeywordIndexParams | edge.DatetimeIndexParams | edge.FloatIndexParams | edge.IntegerIndexParams:
    if kind == "keyword":
        return edge.KeywordIndexParams(memory=_MAPPED)
    if kind == "datetime":
        return edge.DatetimeIndexParams(memory=_MAPPED)
    if kind == "float":
        return edge.FloatIndexParams(memory=_MAPPED)
    # A boolean that is no flag is kept as 0 and 1, and nobody asks for a range of these.
    return edge.IntegerIndexParams(lookup=True, range=kind == "integer", memory=_MAPPED)
