"""The boosted model in the workspace: one file, read back to the same forecasts bit for bit."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from copilot.errors import WorkspaceError
from copilot.planning.boosted import BoostedSettings, Correction
from copilot.planning.boosted_model import BoostedModel, MadeOf
from copilot.planning.calibration import Spread
from copilot.planning.features import Labels
from copilot.planning.segment_spread import Spreads
from copilot.planning.segments import Segmentation

_FILE = "demand-boosted.json"
_FORMAT = 1


def save_boosted(folder: Path, model: BoostedModel) -> Path:
    """Put the model in place of the one there was; return its file. A reader sees one or the other, whole."""
    folder.mkdir(parents=True, exist_ok=True)
    path, beside = folder / _FILE, folder / f"{_FILE}.new"
    kept = {"format": _FORMAT, "digest": _digest(model.correction.text), **asdict(model)}
    beside.write_text(json.dumps(kept, default=_as_text), encoding="utf-8")
    os.replace(beside, path)
    return path


def load_boosted(folder: Path) -> BoostedModel | None:
    """The model as saved; None where none was. Raises `WorkspaceError` for a file that cannot be read."""
    path = folder / _FILE
    if not path.is_file():
        return None
    try:
        return _model(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise WorkspaceError(
            str(folder.parent),
            f"the demand model in {path.name!r} cannot be read ({type(error).__name__})",
            "Train it again: `reassort forecast --tournament`.",
        ) from error


def _model(kept: dict[str, Any]) -> BoostedModel:
    if kept["format"] != _FORMAT:
        raise ValueError(f"format {kept['format']!r}")
    correction, made = kept["correction"], kept["made_of"]
    # LightGBM ends the process on a damaged text, so it never gets to see one.
    if kept["digest"] != _digest(correction["text"]):
        raise ValueError("the trees are not those that were saved")
    values = {name: tuple(each) for name, each in correction["labels"]["values"].items()}
    return BoostedModel(
        correction=Correction(
            text=correction["text"],
            names=tuple(correction["names"]),
            labels=Labels(values=values),
            trained_days=correction["trained_days"],
        ),
        spreads=Spreads(of=tuple(Spread(**spread) for spread in kept["spreads"]["of"])),
        segmentation=Segmentation(**kept["segmentation"]),
        made_of=MadeOf(
            as_of=date.fromisoformat(made["as_of"]),
            versions=made["versions"],
            settings=BoostedSettings(**made["settings"]),
            regressors=tuple(made["regressors"]),
            mornings=tuple(date.fromisoformat(morning) for morning in made["mornings"]),
            series=made["series"],
        ),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _as_text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be kept")
