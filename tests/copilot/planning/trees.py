"""A boosted model made by hand: quick, and something for every group of series to be corrected by."""

from __future__ import annotations

from datetime import date

import numpy as np

from copilot.planning.boosted import BoostedSettings, Correction
from copilot.planning.boosted_model import BoostedModel, MadeOf
from copilot.planning.calibration import Spread
from copilot.planning.features import Labels
from copilot.planning.segment_spread import Spreads
from copilot.planning.segments import SEGMENTS, Segmentation


def trees(as_of: date) -> BoostedModel:
    """Trees that ask of the week before, reductions and the weekday."""
    import lightgbm

    names = ("mean_7", "discount", "weekday")
    chance = np.random.default_rng(3)
    asked = np.stack([chance.uniform(0, 3, 400), chance.choice([0.0, 0.3], 400), chance.integers(0, 7, 400)], axis=1)
    wanted = np.exp(0.2 * asked[:, 0] + asked[:, 1] - 0.05 * asked[:, 2])
    rows = lightgbm.Dataset(asked, label=wanted, init_score=np.zeros(400), feature_name=list(names))
    grown = lightgbm.train({"objective": "poisson", "verbose": -1, "num_threads": 1, "num_leaves": 7}, rows, 5)
    spread = Spread(dispersion=1.2, drift=0.05, factor=1.0, common_variance=0.01)
    made_of = MadeOf(as_of=as_of, versions={}, settings=BoostedSettings(), regressors=(), mornings=(), series=4)
    return BoostedModel(
        correction=Correction(text=grown.model_to_string(), names=names, labels=Labels(values={}), trained_days=7),
        spreads=Spreads(of=(spread,) * len(SEGMENTS)),
        segmentation=Segmentation(high_units=1.5, medium_units=0.5),
        made_of=made_of,
    )
