"""Trains the head of the name model, or measures one: `python -m ingestion.names_training`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import click
import numpy as np
import torch
from numpy.typing import NDArray

from ingestion.names_training.evaluation import report
from ingestion.names_training.fitting import Fit, fit, rows
from ingestion.names_training.lists import gazetteer
from ingestion.names_training.lower import LOWER_LAYERS, LowerLayers
from ingestion.names_training.material import learned, lower_case_texts, refined
from ingestion.pseudonymise.names.brands import Brands
from ingestion.pseudonymise.names.features import SIZES, FeatureMaker
from ingestion.pseudonymise.names.gazetteer import Gazetteer
from ingestion.pseudonymise.names.head import LABELS, HeadShape, NameHead
from ingestion.pseudonymise.names.weights import BRANDS, DATA, GAZETTEER, STAYS, HeadDescription, load_head, save_head


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of the data sets.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the head.")
@click.option("--evaluate", is_flag=True, help="Measure the head in the folder; without this, train it first.")
@click.option("--epochs", default=Fit.epochs, show_default=True)
@click.option("--layers", default=HeadShape.layers, show_default=True)
@click.option("--threshold", default=0.5, show_default=True, help="A word is a name from this probability on.")
@click.option("--start", type=click.Path(path_type=Path, exists=True), help="Head to go on from, on tweets mostly.")
@click.option("--start-share", default=0.65, show_default=True, help="Weight of that head in the mean of both.")
@click.option("--until", type=int, help="Stop after this epoch, the rates still falling as for all of them.")
@click.option("--share", default=1.0, show_default=True, help="Share of the texts to learn from.")
@click.option("--rate", default=Fit.layer_rate, show_default=True, help="Learning rate of the layers.")
@click.option("--seed", default=Fit.seed, show_default=True)
def main(
    *,
    data: Path,
    out: Path,
    evaluate: bool,
    epochs: int,
    layers: int,
    threshold: float,
    start: Path | None,
    start_share: float,
    until: int | None,
    share: float,
    rate: float,
    seed: int,
) -> None:
    """Train the head on one core, and print how well it finds names."""
    torch.set_num_threads(1)
    if not evaluate:
        out.mkdir(parents=True, exist_ok=True)
        for name in (BRANDS, STAYS):
            shutil.copy(DATA / name, out / name)
        gazetteer(lower_case_texts(data)).save(out / GAZETTEER)
        how = Fit(epochs=epochs, until=until, layer_rate=rate, new_rate=10 * rate, seed=seed)
        _train(
            data,
            out,
            HeadShape(layers=layers),
            how,
            threshold=threshold,
            share=share,
            start=(start, start_share) if start else None,
        )
    stored = load_head(out)
    head = NameHead.of(HeadShape(layers=stored.description.layers), stored.tensors)
    for line in report(head, data, out, threshold=stored.description.threshold):
        click.echo(line)


def _train(
    data: Path,
    out: Path,
    shape: HeadShape,
    how: Fit,
    *,
    threshold: float,
    share: float,
    start: tuple[Path, float] | None,
) -> None:
    lower = LowerLayers()
    brands = Brands.load(out / BRANDS)
    if start:
        examples = refined(data, brands.names, seed=how.seed)
    else:
        examples = learned(data, brands.names, share=share, seed=how.seed)
    texts = lower.encode([example.text for example in examples])
    click.echo(f"{len(texts)} texts of {sum(len(text.offsets) for text in texts)} tokens", err=True)
    torch.manual_seed(how.seed)
    head = NameHead(shape, dropout=how.dropout)
    head.start_from(lower.upper[: shape.layers])
    before: Mapping[str, NDArray[np.float32]] = {}
    if start:
        before = load_head(start[0]).tensors
        head.load_state_dict(NameHead.of(shape, before).state_dict())

    def keep(epoch: int, fitted: NameHead) -> None:
        description = HeadDescription(
            lower_layers=LOWER_LAYERS, layers=shape.layers, feature_sizes=SIZES, labels=LABELS, threshold=threshold
        )
        tensors = {name: weights.numpy() for name, weights in fitted.state_dict().items()}
        if start:
            tensors = {name: start[1] * before[name] + (1.0 - start[1]) * tensors[name] for name in tensors}
        save_head(out, description, tensors)
        click.echo(f"epoch {epoch} kept", err=True)

    maker = FeatureMaker(Gazetteer.load(out / GAZETTEER), brands)
    fit(head, rows(examples, texts, maker), how, after_epoch=keep)


if __name__ == "__main__":
    sys.exit(main())
