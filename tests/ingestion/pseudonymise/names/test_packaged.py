"""The packaged names model at work: names and vectors in one pass."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from copy import copy
from pathlib import Path

import numpy as np
import pytest

from ingestion.pseudonymise.names import packaged
from ingestion.pseudonymise.names.finder import NamesOnly, TextReader
from ingestion.pseudonymise.names.loading import load_name_finder, load_text_reader
from ingestion.settings import PseudonymSettings
from vectorstore.encoder import PACKAGED_MODEL, load_encoder
from vectorstore.openvino_running import Input, OnBatch, TokenModel
from vectorstore.settings import IndexSettings

SETTINGS = PseudonymSettings()
TEXTS = [
    "Many thanks to Sophie Martin from the shop in Lyon, she found me the right size.",
    "",
    "La robe est superbe, merci à Isabelle pour ses conseils !",
    "The linen dress is too tight at the waist.",
    "👗🔥",
]
FILLER = "The dress is lovely and it fits well. "
LONG = FILLER * 80 + "I asked Sophie Martin for another one. " + FILLER * 80

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def models(demo_home: Path) -> Path:
    return demo_home / "models"


@pytest.fixture(scope="module")
def reader(models: Path) -> TextReader:
    return load_text_reader(SETTINGS, models, encoder=PACKAGED_MODEL)


def named(reader: TextReader, texts: list[str]) -> list[list[str]]:
    found = reader.read(texts).names
    return [[text[span.start : span.end] for span in spans] for text, spans in zip(texts, found, strict=True)]


def test_names_are_found_and_products_stay(reader: TextReader) -> None:
    assert named(reader, TEXTS) == [["Sophie Martin"], [], ["Isabelle"], [], []]


def test_vectors_are_those_of_the_encoder(reader: TextReader, models: Path) -> None:
    texts = [*TEXTS, LONG]
    vectors = reader.read(texts).vectors
    assert vectors is not None
    expected = load_encoder(IndexSettings(), models).encode(texts)
    np.testing.assert_allclose(vectors, expected, atol=2e-3)


def test_a_name_is_found_wherever_it_is_in_a_long_text(reader: TextReader) -> None:
    # One sentence more each time moves the name through the places where windows meet.
    texts = [FILLER * before + "Then Sophie Martin helped me. " + FILLER * 40 for before in range(18, 42)]
    assert named(reader, texts) == [["Sophie Martin"]] * len(texts)
    assert named(reader, [LONG]) == [["Sophie Martin"]]


def test_names_do_not_depend_on_the_texts_beside(reader: TextReader) -> None:
    together = named(reader, [*TEXTS, LONG])
    assert together == [name for text in [*TEXTS, LONG] for name in named(reader, [text])]


def test_texts_without_names_are_not_read_by_the_head(
    reader: TextReader, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = load_text_reader(SETTINGS.model_copy(update={"names_gate": False}), models, encoder=PACKAGED_MODEL)
    read = list[int]()
    run_inputs = TokenModel.run_inputs

    def counting(model: TokenModel, inputs: Sequence[Input], on_batch: OnBatch) -> None:
        read.append(len(inputs[0]))
        run_inputs(model, inputs, on_batch)

    monkeypatch.setattr(TokenModel, "run_inputs", counting)
    texts = [FILLER, *TEXTS]

    assert named(reader, texts) == named(every, texts)
    # What the encoder reads, then what the head does: first with the gate, then without.
    assert read[0] == read[2] == read[3] == len(texts)
    assert read[1] < len(texts)
    assert reader.fingerprint != every.fingerprint


def test_texts_of_several_slices_get_what_is_theirs(reader: TextReader, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [FILLER * 30 + TEXTS[0], *TEXTS]
    before = reader.read(texts)
    monkeypatch.setattr(packaged, "_AT_ONCE", 2)

    after = reader.read(texts)

    assert [len(names) for names in before.names] == [1, 1, 0, 1, 0, 0]
    assert after.names == before.names
    np.testing.assert_allclose(np.asarray(after.vectors), np.asarray(before.vectors), atol=2e-3)


def test_without_the_packaged_encoder_names_alone_are_read(models: Path, reader: TextReader) -> None:
    alone = load_text_reader(SETTINGS, models, encoder="hash")
    assert isinstance(alone, NamesOnly)
    assert alone.read(TEXTS).vectors is None
    assert named(alone, TEXTS) == named(reader, TEXTS)
    assert alone.fingerprint == reader.fingerprint


def test_another_process_loads_the_same_model(reader: TextReader) -> None:
    other = copy(reader)
    assert other.fingerprint == reader.fingerprint
    assert named(other, TEXTS) == named(reader, TEXTS)


def test_no_texts_are_no_names(models: Path) -> None:
    assert load_name_finder(SETTINGS, models).find([]) == []


def test_reading_loads_no_torch(models: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from ingestion.pseudonymise.names.packaged import PackagedNames\n"
        "PackagedNames(Path(sys.argv[1]), vectors=True).read(['Thanks to Sophie'])\n"
        "print(sorted({'torch', 'transformers', 'presidio_analyzer'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program, str(models)], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
