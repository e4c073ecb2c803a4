"""Trains the aspect model: `python -m copilot.signals.aspects_training --data DATA --models MODELS --out OUT`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from copilot.signals.aspects_training.choosing import best_neutral_weight, best_thresholds, out_of_fold, scores_of
from copilot.signals.aspects_training.material import DMASTE, labelled_clauses, star_reviews
from copilot.signals.aspects_training.training import Plan, leanings, train
from vectorstore.openvino_encoder import OpenVinoEncoder


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), required=True, help="Folder of the data sets.")
@click.option("--models", type=click.Path(path_type=Path), required=True, help="Folder of the converted encoder.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the model.")
@click.option("--word-scale", default=Plan.word_scale, show_default=True)
@click.option("--aspect-strength", default=Plan.aspect_strength, show_default=True)
@click.option("--polarity-strength", default=Plan.polarity_strength, show_default=True)
@click.option("--seed", default=1, show_default=True, help="Of the folds.")
def main(
    *,
    data: Path,
    models: Path,
    out: Path,
    word_scale: float,
    aspect_strength: float,
    polarity_strength: float,
    seed: int,
) -> None:
    """Choose thresholds by folds of the labelled reviews, print how well they do there, and write the model."""
    plan = Plan(word_scale=word_scale, aspect_strength=aspect_strength, polarity_strength=polarity_strength)
    encoder = OpenVinoEncoder.load(models)
    clauses = labelled_clauses(data / DMASTE / "train.txt")
    vectors = encoder.encode([one.text for one in clauses])
    stars = leanings(star_reviews(data), plan)
    spoken, polarity = out_of_fold(clauses, vectors, stars, plan, encoder=encoder, seed=seed)
    thresholds, neutral = best_thresholds(clauses, spoken), best_neutral_weight(clauses, polarity)
    click.echo(f"by folds: {scores_of(clauses, spoken, polarity, thresholds, neutral)}")
    click.echo(f"thresholds {thresholds}, neutral {neutral}")
    model = train(
        clauses,
        vectors,
        stars,
        plan,
        encoder=encoder.fingerprint,
        thresholds=thresholds,
        neutral_weight=neutral,
    )
    out.mkdir(parents=True, exist_ok=True)
    model.save(out)


if __name__ == "__main__":
    sys.exit(main())
