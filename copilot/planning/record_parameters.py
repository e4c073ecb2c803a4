"""What series share, as text: read back to the same numbers bit for bit."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

import numpy as np

from copilot.planning.calibration import Calibration, Spread
from copilot.planning.demand_model import DemandModel
from copilot.planning.effects import Effects
from copilot.planning.gamma_poisson import Memory

_TABLES = ("weekday", "season", "discount", "event")


def parameters_text(model: DemandModel) -> str:
    """The model as JSON; equal models give equal texts."""
    return json.dumps(asdict(model), default=_as_list, sort_keys=True, separators=(",", ":"))


def parameters_digest(text: str) -> str:
    """SHA-256 of the text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def parameters_model(text: str) -> DemandModel:
    """The model that `parameters_text` wrote. Raises ValueError, KeyError or TypeError for another text."""
    kept: dict[str, Any] = json.loads(text)
    effects, calibration = kept["effects"], kept["calibration"]
    given: dict[str, Any] = {
        name: np.array(value, dtype=np.float64) if name in _TABLES else tuple(value) for name, value in effects.items()
    }
    return DemandModel(
        effects=Effects(**given),
        calibration=Calibration(
            memory=Memory(**calibration["memory"]), spread=Spread(**calibration["spread"]), pairs=calibration["pairs"]
        ),
    )


def _as_list(value: object) -> object:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be kept")
