"""Models of tokens on OpenVINO: batches of like length beside each other, in bfloat16 where the processor has it."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openvino
from numpy.typing import NDArray

_BATCH = 32
_BATCH_TOKENS = 2560
"""Fewer long texts go together: what a batch takes of memory stays, and larger ones are no quicker."""
_STEP = 8
"""Lengths are rounded up to a multiple of it: OpenVINO keeps memory for every shape that it has met."""

Tokens = NDArray[np.int64]
Input = Sequence[NDArray[Any]]
"""One array a text, each of shape (tokens, ...) and of one type."""
OnBatch = Callable[[Sequence[int], Sequence[NDArray[Any]]], None]
"""Takes the rows of a batch, and the model's outputs for them in that order, padded to the longest. The arrays are the
model's own memory: what is kept of them must be copied."""


class TokenModel:
    """A converted model of token ids and their attention mask, or of other inputs, each of shape (texts, tokens, ...).

    Calls from several threads wait for each other.
    """

    def __init__(self, model: Path, *, outputs: Sequence[str] = (), precision: str = "") -> None:
        """`outputs` names those to compute; empty: all. `precision` is `bf16` or `f32`; empty takes bf16 where the
        processor has it. Raises `RuntimeError`.
        """
        self._compiled = _compile(model, outputs, precision)
        self._queue = openvino.AsyncInferQueue(self._compiled)
        self._lock = threading.Lock()

    def width(self, output: int) -> int:
        """Length of the last axis of an output."""
        return int(self._compiled.output(output).partial_shape[-1].get_length())

    def run(self, ids: Sequence[Sequence[int]], on_batch: OnBatch, *, more: Sequence[Input] = ()) -> None:
        """Run the model over texts given as token ids; `more` are its inputs after these and their attention mask.

        Batches and `on_batch` are as `run_inputs` says.
        """
        tokens: list[Tokens] = [np.asarray(row, dtype=np.int64) for row in ids]
        self.run_inputs([tokens, [np.ones_like(row) for row in tokens], *more], on_batch)

    def run_inputs(self, inputs: Sequence[Input], on_batch: OnBatch) -> None:
        """Run the model over texts given by each of its inputs, batched by length so that little is padded; the padding
        is zeros. `on_batch` is called from other threads, for one batch at a time or for several at once.
        """
        first = inputs[0]
        by_length = sorted(range(len(first)), key=lambda row: len(first[row]))
        with self._lock:
            self._queue.set_callback(_handing_over(on_batch))
            for rows in _batches(by_length, [len(row) for row in first]):
                self._queue.start_async([_padded([one[row] for row in rows]) for one in inputs], rows)
            self._queue.wait_all()


def _handing_over(on_batch: OnBatch) -> Callable[[Any, Sequence[int]], None]:
    def hand_over(request: Any, rows: Sequence[int]) -> None:
        on_batch(rows, [tensor.data for tensor in request.output_tensors])

    return hand_over


@functools.cache
def _core() -> openvino.Core:
    """The one of this process, kept to its end.

    OpenVINO 2026.4 gives the thread that makes a core a stack for signals of the core's own. Where a second core goes
    after the first, it puts back the first one's, which is no more: the next signal, such as that of Ctrl-C, would end
    the process without a word.
    """
    return openvino.Core()


def _compile(path: Path, outputs: Sequence[str], precision: str) -> openvino.CompiledModel:
    core = _core()
    model = core.read_model(path)
    if outputs:
        model = openvino.Model([model.output(name).get_node() for name in outputs], model.get_parameters())
    if not precision:
        precision = "bf16" if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"
    properties = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": precision}
    return core.compile_model(model, "CPU", properties)


def _batches(by_length: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    batch: list[int] = []
    for row in by_length:
        full = len(batch) == _BATCH or (len(batch) + 1) * _rounded_up(lengths[row]) > _BATCH_TOKENS
        if batch and full:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _padded(arrays: Input) -> NDArray[Any]:
    """The arrays as one, padded with zeros to the longest, rounded up."""
    longest = _rounded_up(max(len(array) for array in arrays))
    padded = np.zeros((len(arrays), longest, *arrays[0].shape[1:]), dtype=arrays[0].dtype)
    for index, array in enumerate(arrays):
        padded[index, : len(array)] = array
    return padded


def _rounded_up(length: int) -> int:
    return -(-length // _STEP) * _STEP
