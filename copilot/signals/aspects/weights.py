"""The packaged model's weights on disk: `aspects.safetensors`, and `aspects.json` with its checksum."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict
from safetensors.numpy import load, save

from copilot.errors import AspectModelError
from copilot.signals.aspects.features import COUNTED, Floats, Vocabulary
from copilot.signals.aspects.records import ASPECTS, POLARITIES

DATA = Path(__file__).parent / "data"
WEIGHTS = "aspects.safetensors"
DESCRIPTION = "aspects.json"
_VOCABULARY, _STARS = "vocabulary", "stars"


class AspectDescription(BaseModel):
    """What `aspects.json` says of the weights beside it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoder: str
    """Fingerprint of the encoder whose vectors the model was trained on."""
    aspects: tuple[str, ...] = ASPECTS
    polarities: tuple[str, ...] = POLARITIES
    thresholds: tuple[float, ...]
    """A clause speaks of an aspect from this probability on, in the order of `aspects`."""
    neutral_weight: float
    """What the probability of `neutral` is multiplied by before the likeliest polarity is taken."""
    word_scale: float
    """Of the words' part against the rest."""
    learned: int
    """Entries of the vocabulary that have weights of their own."""
    sha256: str = ""
    """Of the weights' file."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """Weights of one linear model over a clause."""

    dense: Floats
    """Shape `(dimensions + COUNTED, outputs)`."""
    words: Floats
    """Shape `(learned, outputs)`."""
    bias: Floats
    """Shape `(outputs,)`; of the polarity head `(aspects, outputs)`."""


@dataclass(frozen=True, kw_only=True)
class StoredAspects:
    """A trained model."""

    description: AspectDescription
    vocabulary: Vocabulary
    aspects: Head
    polarity: Head
    fingerprint: str = ""
    """Changes with the weights and what is said of them."""

    def save(self, folder: Path) -> None:
        """Write both files into the folder; matrices of words in half precision."""
        tensors: dict[str, np.ndarray] = {
            _VOCABULARY: np.frombuffer("\n".join(self.vocabulary.entries).encode(), dtype=np.uint8),
            _STARS: self.vocabulary.stars.astype(np.float16),
        }
        for name, head in (("aspects", self.aspects), ("polarity", self.polarity)):
            tensors[f"{name}.dense"] = np.ascontiguousarray(head.dense, dtype=np.float16)
            tensors[f"{name}.words"] = np.ascontiguousarray(head.words, dtype=np.float16)
            tensors[f"{name}.bias"] = np.ascontiguousarray(head.bias, dtype=np.float32)
        stored = save(tensors)
        (folder / WEIGHTS).write_bytes(stored)
        told = self.description.model_copy(update={"sha256": sha256(stored).hexdigest()})
        (folder / DESCRIPTION).write_text(told.model_dump_json(indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path = DATA) -> Self:
        """The model in the folder. Raises `AspectModelError` where the files are damaged or do not go together."""
        try:
            told = (folder / DESCRIPTION).read_text(encoding="utf-8")
            description = AspectDescription.model_validate_json(told)
            stored = (folder / WEIGHTS).read_bytes()
        except (OSError, ValueError) as error:
            raise AspectModelError(str(folder), f"not readable ({type(error).__name__})") from error
        if sha256(stored).hexdigest() != description.sha256:
            raise AspectModelError(str(folder), f"{WEIGHTS} is not the file that {DESCRIPTION} was written for")
        tensors = load(stored)
        vocabulary = Vocabulary(
            entries=tuple(tensors[_VOCABULARY].tobytes().decode().split("\n")),
            learned=description.learned,
            stars=tensors[_STARS].astype(np.float32),
        )
        heads = [
            Head(**{part: tensors[f"{name}.{part}"].astype(np.float32) for part in ("dense", "words", "bias")})
            for name in ("aspects", "polarity")
        ]
        fingerprint = f"aspects@{sha256(told.encode()).hexdigest()[:12]}"
        return cls(
            description=description, vocabulary=vocabulary, aspects=heads[0], polarity=heads[1], fingerprint=fingerprint
        )

    @property
    def dimensions(self) -> int:
        """Length of the sentence vectors."""
        return len(self.aspects.dense) - COUNTED
