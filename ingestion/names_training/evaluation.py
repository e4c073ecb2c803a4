"""Measures a head: names found in marked texts, and texts without names in which it finds some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ingestion.names_training.examples import Example
from ingestion.names_training.lower import LowerLayers
from ingestion.names_training.material import measured, nearly_free
from ingestion.names_training.scoring import Judged, judged, score
from ingestion.pseudonymise.names.brands import Brands
from ingestion.pseudonymise.names.decoding import NameDecoder
from ingestion.pseudonymise.names.features import FeatureMaker
from ingestion.pseudonymise.names.gazetteer import Gazetteer
from ingestion.pseudonymise.names.head import NameHead
from ingestion.pseudonymise.names.weights import BRANDS, GAZETTEER, STAYS

_AROUND = 0.1
_FEWER = 1000


def report(head: NameHead, data: Path, folder: Path, *, threshold: float) -> Iterator[str]:
    """Lines on each set, at the threshold and on either side of it."""
    lower = LowerLayers()
    brands, gazetteer = Brands.load(folder / BRANDS), Gazetteer.load(folder / GAZETTEER)
    kept = Brands.load(folder / BRANDS, folder / STAYS)
    maker = FeatureMaker(gazetteer, brands)
    decoders = [
        NameDecoder(threshold=level, brands=kept, gazetteer=gazetteer)
        for level in (threshold - _AROUND, threshold, threshold + _AROUND)
        if 0.0 < level < 1.0
    ]
    for name, examples in measured(data, brands.names).items():
        read = _read(head, lower, maker, examples)
        for decoder in decoders:
            yield f"{name} at {decoder.threshold:.2f}: {score(examples, read.found(decoder))}"
    for name, texts in nearly_free(data).items():
        read = _read(head, lower, maker, [Example(text=text, names=()) for text in texts[:_FEWER]])
        for decoder in decoders:
            altered = sum(bool(found) for found in read.found(decoder))
            yield f"{name} at {decoder.threshold:.2f}: {altered} of {len(read.examples)} texts altered"


def _read(head: NameHead, lower: LowerLayers, maker: FeatureMaker, examples: Sequence[Example]) -> Judged:
    return judged(head, examples, lower.encode([example.text for example in examples]), maker)
