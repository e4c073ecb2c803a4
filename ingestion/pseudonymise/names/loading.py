"""The name finder that the settings ask for."""

from __future__ import annotations

from pathlib import Path

from ingestion.errors import NamesModelError
from ingestion.pseudonymise.names.finder import NameFinder, NamesOnly, NoNames, TextReader
from ingestion.settings import PseudonymSettings
from vectorstore.encoder import PACKAGED_MODEL

PACKAGED, NONE = "packaged", "none"


def load_name_finder(settings: PseudonymSettings, models_dir: Path) -> NameFinder:
    """What finds names of people; converted models are kept in `models_dir`.

    Raises `NamesModelError` for a model that is unknown or cannot be loaded, and `EncoderLoadError` where the packaged
    one cannot.
    """
    kind, _, model = settings.names_model.partition(":")
    if settings.names_model == NONE:
        return NoNames()
    # Each brings its own heavy libraries with it.
    if settings.names_model == PACKAGED:
        from ingestion.pseudonymise.names.packaged import PackagedNames

        return PackagedNames(models_dir, vectors=False, gated=settings.names_gate)
    from ingestion.pseudonymise.names.larger import FINDERS

    if kind not in FINDERS or not model:
        known = ", ".join([PACKAGED, NONE, *(f"{kind}:NAME" for kind in FINDERS)])
        raise NamesModelError(settings.names_model, f"not known; set pseudonym.names_model to one of: {known}")
    return FINDERS[kind](model)


def load_text_reader(settings: PseudonymSettings, models_dir: Path, *, encoder: str) -> TextReader:
    """What reads texts for names, and for their vectors too where names and vectors come from the packaged model.

    `encoder`: the setting `index.encoder`. Raises what `load_name_finder` raises.
    """
    if settings.names_model == PACKAGED and encoder == PACKAGED_MODEL:
        from ingestion.pseudonymise.names.packaged import PackagedNames

        return PackagedNames(models_dir, vectors=True, gated=settings.names_gate)
    return NamesOnly(load_name_finder(settings, models_dir))
