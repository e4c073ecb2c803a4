"""Trains the gate of a head: `python -m ingestion.names_training.gate`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import numpy as np
import torch
from numpy.typing import NDArray

from ingestion.names_training.examples import Example
from ingestion.names_training.gating import (
    GateFit,
    Taught,
    fit_gate,
    highest_scores,
    scores_unseen,
    taught,
    threshold,
    with_threshold,
)
from ingestion.names_training.lower import LowerLayers
from ingestion.names_training.material import measured, nearly_free, shown
from ingestion.names_training.scoring import judged
from ingestion.pseudonymise.names.brands import Brands
from ingestion.pseudonymise.names.decoding import NameDecoder
from ingestion.pseudonymise.names.features import FeatureMaker
from ingestion.pseudonymise.names.gate import NameGate
from ingestion.pseudonymise.names.gazetteer import Gazetteer
from ingestion.pseudonymise.names.head import HeadShape, NameHead
from ingestion.pseudonymise.names.weights import BRANDS, DATA, GAZETTEER, STAYS, load_gate, load_head, save_gate

_MEASURED = 1500


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of the data sets.")
@click.option("--head", type=click.Path(path_type=Path, exists=True), default=DATA, help="Folder of the head.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the gate.")
@click.option("--evaluate", is_flag=True, help="Measure the gate in the folder; without this, train it first.")
@click.option("--epochs", default=GateFit.epochs, show_default=True)
@click.option("--folds", default=3, show_default=True)
@click.option("--kept", default=0.9995, show_default=True, help="Share of the names found that a gate must let pass.")
@click.option("--seed", default=GateFit.seed, show_default=True)
def main(*, data: Path, head: Path, out: Path, evaluate: bool, epochs: int, folds: int, kept: float, seed: int) -> None:
    """Train the gate on one core, and print which share of the texts goes on and what is lost."""
    torch.set_num_threads(1)
    teacher = _Teacher(head)
    if not evaluate:
        how = GateFit(epochs=epochs, seed=seed)
        marked, others = shown(data, teacher.brands, seed=seed)
        texts = [*teacher.teach(marked, marked=True), *teacher.teach(others, marked=False)]
        names = [text.names for text in texts]
        click.echo(f"{len(texts)} texts, {sum(names)} names", err=True)
        unseen = scores_unseen(texts, how, folds=folds)
        least = threshold(unseen, names, kept=kept)
        click.echo(_line("unseen folds", texts, unseen >= least))
        out.mkdir(parents=True, exist_ok=True)
        save_gate(out, with_threshold(fit_gate(texts, how), least))
    gate = NameGate.of(load_gate(out))
    for name, read in _measured(teacher, data):
        click.echo(_line(name, read, highest_scores(gate, read) >= 0.0))


class _Teacher:
    """The head, and what it needs to read texts."""

    def __init__(self, folder: Path) -> None:
        stored = load_head(folder)
        description = stored.description
        self._head = NameHead.of(HeadShape(layers=description.layers), stored.tensors)
        brands, gazetteer = Brands.load(folder / BRANDS), Gazetteer.load(folder / GAZETTEER)
        kept = Brands.load(folder / BRANDS, folder / STAYS)
        self.brands = brands.names
        self._maker = FeatureMaker(gazetteer, brands)
        self._decoder = NameDecoder(threshold=description.threshold, brands=kept, gazetteer=gazetteer)
        self._lower = LowerLayers()

    def teach(self, examples: Sequence[Example], *, marked: bool) -> list[Taught]:
        """What the head finds in the texts."""
        encoded = self._lower.encode([example.text for example in examples])
        return taught(judged(self._head, examples, encoded, self._maker), self._decoder, self._maker, marked=marked)


def _measured(teacher: _Teacher, data: Path) -> Iterator[tuple[str, Sequence[Taught]]]:
    for name, examples in measured(data, teacher.brands).items():
        yield name, teacher.teach(examples, marked=True)
    for name, texts in nearly_free(data).items():
        yield name, teacher.teach([Example(text=text, names=()) for text in texts[:_MEASURED]], marked=False)


def _line(name: str, texts: Sequence[Taught], goes_on: NDArray[np.bool_]) -> str:
    names, found = np.array([text.names for text in texts]), np.array([text.found for text in texts])
    return (
        f"{name}: {goes_on.mean():.3f} of {len(texts)} texts go on, {(found > 0).mean():.3f} hold finds; lost are "
        f"{names[~goes_on].sum()} of {names.sum()} right names, {found[~goes_on].sum()} of {found.sum()} finds"
    )


if __name__ == "__main__":
    sys.exit(main())
