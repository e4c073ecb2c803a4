"""Models of tokens in batches of like length."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import pytest
from numpy.typing import NDArray
from openvino import opset13

from vectorstore import openvino_running
from vectorstore.openvino_running import TokenModel

LENGTHS = [5, 0, 40, 1, 9, 8, 300, 17]


INTERRUPTED_AFTER_TWO_MODELS = """
import gc, os, signal, sys
from pathlib import Path
from vectorstore.openvino_running import TokenModel

first, second = (TokenModel(Path(sys.argv[1])) for _ in range(2))
del first
gc.collect()
del second
gc.collect()
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.fixture
def summing_file(tmp_path: Path) -> Path:
    """A model that sums ids over a text's tokens where the mask is 1, and sums `values` too."""
    ids = opset13.parameter([-1, -1], np.int64, name="ids")
    mask = opset13.parameter([-1, -1], np.int64, name="mask")
    values = opset13.parameter([-1, -1, 2], np.float16, name="values")
    axis = opset13.constant(np.array([1]))
    counted = opset13.reduce_sum(opset13.multiply(ids, mask), axis)
    summed = opset13.reduce_sum(opset13.convert(values, "f32"), axis)
    openvino.save_model(openvino.Model([counted, summed], [ids, mask, values]), tmp_path / "summing.xml")
    return tmp_path / "summing.xml"


@pytest.fixture
def summing(summing_file: Path) -> TokenModel:
    return TokenModel(summing_file, precision="f32")


def run(model: TokenModel) -> tuple[list[int], list[float], list[tuple[int, ...]]]:
    """For each text the sum of its ids, that of its values, and the shapes of the batches."""
    ids = [[row + 1] * length for row, length in enumerate(LENGTHS)]
    values = [np.full((length, 2), 0.5, dtype=np.float16) for length in LENGTHS]
    counted, summed, sizes = [-1] * len(ids), [-1.0] * len(ids), list[tuple[int, ...]]()

    def keep(rows: Sequence[int], outputs: Sequence[NDArray[Any]]) -> None:
        sizes.append(tuple(rows))
        for place, row in enumerate(rows):
            counted[row], summed[row] = int(outputs[0][place]), float(outputs[1][place, 0])

    model.run(ids, keep, more=[values])
    return counted, summed, sizes


def test_each_text_gets_its_own_outputs_and_padding_counts_for_nothing(summing: TokenModel) -> None:
    counted, summed, _ = run(summing)

    assert counted == [(row + 1) * length for row, length in enumerate(LENGTHS)]
    assert summed == [0.5 * length for length in LENGTHS]


def test_a_batch_holds_few_tokens_or_one_text(summing: TokenModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino_running, "_BATCH_TOKENS", 32)

    counted, _, batches = run(summing)

    assert counted == [(row + 1) * length for row, length in enumerate(LENGTHS)]
    assert sorted(map(len, batches)) == [1, 1, 1, 1, 4]


def test_no_texts_are_no_batches(summing: TokenModel) -> None:
    summing.run([], lambda rows, outputs: pytest.fail("nothing to run"), more=[[]])


def test_a_process_can_be_interrupted_after_models_were_let_go(summing_file: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_AFTER_TWO_MODELS, str(summing_file)], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr
