"""Recall and false alarms on texts that nobody here wrote."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from ingestion.pseudonymise.detector import Detector
from tests.ingestion.raw_posts import LANGUAGES

DETECTOR = Detector(LANGUAGES)
LEAST_RECALL = {
    "EMAIL_ADDRESS": 1.0,
    "CREDIT_CARD": 1.0,
    "IBAN_CODE": 1.0,
    "IP_ADDRESS": 1.0,
    "US_SSN": 1.0,
    "US_DRIVER_LICENSE": 1.0,
    "PHONE_NUMBER": 0.95,
}
LEAST_ADDRESSES = 0.92
"""Share of the parts of addresses that is found at least in part: addresses here are of every country."""


@pytest.mark.real_data
def test_direct_identifiers_of_labelled_sentences_are_found_whole(real_data: Path) -> None:
    with gzip.open(real_data / "pii_presidio_synth" / "generated_large.json.gz", "rt", encoding="utf-8") as file:
        sentences = json.load(file)
    total: Counter[str] = Counter()
    found: Counter[str] = Counter()
    touched: Counter[str] = Counter()
    for sentence in sentences:
        text = sentence["full_text"]
        covered = {at for span in DETECTOR.find(text, "en") for at in range(span.start, span.end)}
        for label in sentence["spans"]:
            kind = label["entity_type"]
            places = range(label["start_position"], label["end_position"])
            total[kind] += 1
            found[kind] += all(at in covered for at in places if text[at].isalnum())
            touched[kind] += any(at in covered for at in places)
    recall = {kind: found[kind] / total[kind] for kind in LEAST_RECALL}
    assert {kind: value for kind, value in recall.items() if value < LEAST_RECALL[kind]} == {}
    assert touched["ADDRESS"] / total["ADDRESS"] >= LEAST_ADDRESSES


@pytest.mark.real_data
def test_reviews_without_personal_data_raise_no_alarm(real_data: Path) -> None:
    path = real_data / "reviews_womens_clothing" / "reviews.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        texts = [row["Review Text"] for row in csv.DictReader(file)][::4]
    alarms = [(span.kind, text[span.start : span.end]) for text in texts for span in DETECTOR.find(text, "en")]
    assert alarms == []
