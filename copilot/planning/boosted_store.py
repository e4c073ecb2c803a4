"""Boosted models in the workspace: a file a training, read back to the same forecasts bit for bit.

Those of earlier mornings stay, so that the forecasts of such a morning can be made again.
"""

from __future__ import annotations

import hashlib
import json
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
from ingestion.whole_files import written_whole

_FILE = "demand-boosted-{as_of}.json"
_FORMAT = 1
_KEPT = 12


def save_boosted(folder: Path, model: BoostedModel) -> Path:
    """Put the model in place of one of the same morning; return its file. The newest dozen are kept. A reader sees a
    file whole or not at all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _FILE.format(as_of=model.made_of.as_of)
    kept = {"format": _FORMAT, "digest": _digest(model.correction.text), **asdict(model)}
    with written_whole(path) as draft:
        draft.write_text(json.dumps(kept, default=_as_text), encoding="utf-8")
    for old in _files(folder)[:-_KEPT]:
        old.unlink(missing_ok=True)
    return path


def load_boosted(folder: Path, *, as_of: date) -> BoostedModel | None:
    """The newest model of that morning or before; None where none was trained by then.

    Raises `WorkspaceError` for a file that cannot be read.
    """
    known = [path for path in _files(folder) if path.name <= _FILE.format(as_of=as_of)]
    if not known:
        return None
    try:
        return _model(json.loads(known[-1].read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise WorkspaceError(
            str(folder.parent),
            f"the demand model in {known[-1].name!r} cannot be read ({type(error).__name__})",
            "Train it again: `reassort forecast --tournament`.",
        ) from error


def _files(folder: Path) -> list[Path]:
    """Oldest first: their names end with the morning."""
    return sorted(folder.glob(_FILE.format(as_of="*")))


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
