"""Aspects and polarity: the packaged model against a majority and a lexicon, on clothing reviews it has not seen.

DMASTE's dev part (Xu et al. 2023), cut into clauses. It marks words, not aspects: rules map them, and what the rules
get wrong in the dev part was put right by hand (`judged/aspects_dev.yaml`). French: sentences of our own
(`judged/aspects_fr.yaml`), as they are and word by word in English, which is how the product reads them.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.figures import Figure, Targets, all_absent, real_data
from copilot.lookups.glossing import gloss
from copilot.signals.aspects.lexicon import load_words
from copilot.signals.aspects.packaged import PackagedAspects
from copilot.signals.aspects.records import ASPECTS, NAMED_ASPECTS, Aspect, Polarity
from copilot.signals.aspects.weights import StoredAspects
from copilot.signals.aspects_training.choosing import polarity_of
from copilot.signals.aspects_training.material import DMASTE, labelled_clauses
from copilot.signals.aspects_training.scoring import Said, Scores, score
from copilot.signals.lexicon import load_lexicon
from vectorstore.encoder import Encoder
from vectorstore.openvino_encoder import OpenVinoEncoder

_JUDGED = Path(__file__).parent / "judged"
_RIVALS = ("model", "lexicon", "majority")
_MEASURES = ("micro_f1", "macro_f1", "pair_f1", "polarity_accuracy", "polarity_f1")
_TIMED, _QUICKLY_TIMED = 2_000, 400

TARGETS: Targets = {
    **{f"aspects.{name}.{rival}": ("F1", "higher", None) for name in _MEASURES for rival in _RIVALS},
    **{f"aspects.{aspect}_f1.model": ("F1", "higher", None) for aspect in ASPECTS},
}


@dataclass(frozen=True, kw_only=True)
class _Answers:
    """Of one reader: what it says of each clause, and the polarity of the aspects that the labels have."""

    said: Sequence[Said]
    polarity: Sequence[Said]


def run(quick: bool) -> Iterator[Figure]:
    """Scores of model, lexicon and majority; French; and clauses read in a second (`quick`: fewer of them)."""
    data = real_data(DMASTE)
    if data is None:
        yield from all_absent(TARGETS, DMASTE)
        return
    corrections = yaml.safe_load((_JUDGED / "aspects_dev.yaml").read_text(encoding="utf-8"))
    clauses = labelled_clauses(data / "dev.txt", corrections)
    labels, texts = [one.said for one in clauses], [one.text for one in clauses]
    train_labels = [one.said for one in labelled_clauses(data / "train.txt")]
    with tempfile.TemporaryDirectory() as folder:
        encoder = OpenVinoEncoder.load(Path(folder))
        answers = {
            "model": _of_model(texts, labels, encoder),
            "lexicon": _of_lexicon(texts, labels),
            "majority": _of_majority(train_labels, labels),
        }
        yield from _figures(answers, labels)
        yield from _in_french(encoder)
        yield _speed(texts, encoder, _QUICKLY_TIMED if quick else _TIMED)


def _figures(answers: dict[str, _Answers], labels: Sequence[Said]) -> Iterator[Figure]:
    detail = f"{len(labels)} clauses, {sum(map(len, labels))} labels; named aspects, `other` in polarity alone"
    scored = {rival: score(labels, one.said, one.polarity) for rival, one in answers.items()}
    values = {f"aspects.{name}.{rival}": getattr(scored[rival], name) for name in _MEASURES for rival in _RIVALS}
    values |= {f"aspects.{aspect}_f1.model": value for aspect, value in scored["model"].aspect_f1.items()}
    for name, (unit, better, target) in TARGETS.items():
        yield Figure(name=name, value=values[name], unit=unit, target=target, better=better, detail=detail)


def _of_model(texts: Sequence[str], labels: Sequence[Said], encoder: Encoder) -> _Answers:
    stored = StoredAspects.load()
    model = PackagedAspects(encoder, stored)
    said = [{one.aspect: one.polarity for one in there} for there in model.read(texts)]
    _, likely = model.probabilities(texts, encoder.encode(texts))
    return _Answers(said=said, polarity=polarity_of(labels, likely, stored.description.neutral_weight))


def _of_lexicon(texts: Sequence[str], labels: Sequence[Said]) -> _Answers:
    words = load_words()
    said = [words.read(text) for text in texts]
    polarity: list[dict[Aspect, Polarity]] = [
        {aspect: next(iter(there.values()), "neutral") for aspect in wanted}
        for there, wanted in zip(said, labels, strict=True)
    ]
    return _Answers(said=said, polarity=polarity)


def _of_majority(known: Sequence[Said], labels: Sequence[Said]) -> _Answers:
    """Each clause speaks of the commonest named aspect, in the commonest way."""
    aspects = Counter(aspect for said in known for aspect in said if aspect in NAMED_ASPECTS)
    ways = Counter(polarity for said in known for polarity in said.values())
    aspect, way = aspects.most_common(1)[0][0], ways.most_common(1)[0][0]
    return _Answers(said=[{aspect: way}] * len(labels), polarity=[dict.fromkeys(said, way) for said in labels])


def _in_french(encoder: Encoder) -> Iterator[Figure]:
    entries = yaml.safe_load((_JUDGED / "aspects_fr.yaml").read_text(encoding="utf-8"))
    labels: list[Said] = [entry["aspects"] for entry in entries]
    texts = [entry["text"] for entry in entries]
    english = [gloss(text, "fr", load_lexicon()) for text in texts]
    read = {
        "as_written": _of_model(texts, labels, encoder),
        "word_by_word": _of_model(english, labels, encoder),
        "lexicon": _of_lexicon(english, labels),
    }
    for how, answers in read.items():
        found: Scores = score(labels, answers.said, answers.polarity)
        for name in ("micro_f1", "pair_f1", "polarity_accuracy"):
            yield Figure(
                name=f"aspects.french.{name}.{how}",
                value=getattr(found, name),
                unit="F1",
                better="higher",
                detail=f"{len(labels)} French clauses of our own",
            )


def _speed(texts: Sequence[str], encoder: Encoder, count: int) -> Figure:
    model = PackagedAspects(encoder)
    many = [texts[place % len(texts)] for place in range(count)]
    model.read(many[:50])
    started = time.perf_counter()
    model.read(many)
    rate = count / (time.perf_counter() - started)
    return Figure(name="aspects.clauses_a_second", value=rate, unit="1/s", better="higher", detail=f"{count} clauses")
