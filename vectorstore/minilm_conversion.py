"""all-MiniLM-L6-v2 from PyTorch weights to OpenVINO's format, once.

Run as a module in a process of its own (`python -m vectorstore.minilm_conversion SOURCE TARGET`), so that a
process that serves queries never loads PyTorch.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from filelock import FileLock

from vectorstore.errors import EncoderLoadError

CONVERSION_VERSION = 2
MODEL_FILE = "model.xml"

_CHECKSUM = "sha256"
_TIMEOUT_S = 600


def weights_checksum(source: Path) -> str:
    """SHA-256 of the source weights; raises `OSError` where they are not there."""
    with (source / "model.safetensors").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def converted_model(
    name: str, source: Path, models_dir: Path, *, converter: str = __name__, revision: str = ""
) -> Path:
    """The converted model of the folder `source`, made in `models_dir` where it is not there yet.

    The folder's name holds the checksum of the weights and the `revision`, so other weights give another model; a
    checksum beside the converted files tells whether they are whole, and where they are not they are made again. Two
    processes may ask at once: one converts, the other waits. `converter` is the module that is run, with the source and
    the target as its arguments. Raises `EncoderLoadError`.
    """
    try:
        checksum = weights_checksum(source)
        models_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EncoderLoadError(name, str(error)) from error
    target = models_dir / f"{name}-{checksum[:12]}{revision and '-'}{revision}-openvino{CONVERSION_VERSION}"
    if not _is_whole(target):
        with FileLock(models_dir / f"{target.name}.lock", timeout=_TIMEOUT_S):
            if not _is_whole(target):
                _convert_apart(name, converter, source, target)
    return target / MODEL_FILE


def _convert_apart(name: str, converter: str, source: Path, target: Path) -> None:
    building = target.with_name(f"{target.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    command = [sys.executable, "-m", converter, str(source), str(building)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_TIMEOUT_S)
    except subprocess.CalledProcessError as error:
        last_line = (error.stderr.strip().splitlines() or ["no message"])[-1]
        raise EncoderLoadError(name, f"its conversion failed ({last_line})") from error
    except subprocess.TimeoutExpired as error:
        raise EncoderLoadError(name, f"its conversion took over {_TIMEOUT_S} s") from error
    (building / _CHECKSUM).write_text(_checksum(building), encoding="ascii")
    shutil.rmtree(target, ignore_errors=True)
    building.rename(target)


def _is_whole(model: Path) -> bool:
    try:
        return (model / _CHECKSUM).read_text(encoding="ascii") == _checksum(model)
    except FileNotFoundError:
        return False


def _checksum(model: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in model.iterdir() if path.name != _CHECKSUM):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def convert(source: Path, target: Path) -> None:
    """Write the OpenVINO model of the BERT model in `source` to `target`.

    The model takes `input_ids` and `attention_mask`, int64 of shape (texts, tokens), and gives the mean of the
    token vectors, float32 of shape (texts, dimensions), not yet of unit length. Weights are kept in float16: half of
    the memory that they are mapped to; on processors without bfloat16, a cosine of 0.999999 to vectors by float32.
    """
    import openvino
    import torch
    from transformers import AutoModel

    class MeanPooled(torch.nn.Module):  # type: ignore[misc]  # torch's types are not read here
        def __init__(self) -> None:
            super().__init__()
            self.bert = AutoModel.from_pretrained(source, local_files_only=True).eval()

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            tokens = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            return mean_of_tokens(tokens, attention_mask)

    example = {
        "input_ids": torch.ones((2, 8), dtype=torch.int64),
        "attention_mask": torch.ones((2, 8), dtype=torch.int64),
    }
    with torch.no_grad():
        model = openvino.convert_model(MeanPooled(), example_input=example)
    target.mkdir(parents=True, exist_ok=True)
    openvino.save_model(model, target / MODEL_FILE, compress_to_fp16=True)


def mean_of_tokens(tokens: Any, attention_mask: Any) -> Any:
    """The mean of each text's token vectors, for tensors of shape (texts, tokens, dimensions) and (texts, tokens)."""
    weights = attention_mask.unsqueeze(-1).to(tokens.dtype)
    return (tokens * weights).sum(1) / weights.sum(1).clamp(min=1.0)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
