"""Marked sets as they are read."""

import gzip
import json
from pathlib import Path

import pytest

from ingestion.names_training.examples import Example, broad_twitter, presidio_synth, wnut17


def _write(path: Path, lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(lines.replace(" ", "\t").encode()))


def _marked(example: Example) -> list[str]:
    return [example.text[start:end] for start, end in example.names]


_TWEET = "RT O\n@ B-PER\nanna B-PER\n: O\nJulius B-PER\nErving I-PER\n's O\njersey O\n# O\nAnn B-PER\n. O\n"


@pytest.mark.parametrize(
    ("spaced", "text"),
    [(False, "RT @anna: Julius Erving's jersey #Ann."), (True, "RT @anna : Julius Erving 's jersey #Ann .")],
)
def test_a_tweet_with_its_names_and_handles(tmp_path: Path, spaced: bool, text: str) -> None:
    _write(tmp_path / "pii_broad_twitter" / "btc.train.gz", _TWEET + "\nHi O\n")

    first, second = broad_twitter(tmp_path, "train", spaced=spaced)

    assert first.text == text
    assert _marked(first) == ["Julius Erving", "Ann"]
    assert [first.text[start:end] for start, end in first.handles] == ["@anna"]
    assert (second.text, second.names) == ("Hi", ())


def test_only_persons_of_the_forum_texts_are_names(tmp_path: Path) -> None:
    _write(tmp_path / "pii_wnut17" / "emerging.dev.conll.gz", "Ann B-person\nlikes O\nParis B-location\n\t\n@bob O\n")

    first, second = wnut17(tmp_path, "dev")

    assert _marked(first) == ["Ann"]
    assert [second.text[start:end] for start, end in second.handles] == ["@bob"]


def test_templates_are_in_one_part_only(tmp_path: Path) -> None:
    rows = [
        {
            "full_text": f"{number} {name} came",
            "masked": f"{number} {{person}} came",
            "spans": [{"start_position": 3, "end_position": 3 + len(name), "entity_type": "PERSON"}],
        }
        for number in range(10, 70)
        for name in ("Ann", "Bo")
    ]
    folder = tmp_path / "pii_presidio_synth"
    folder.mkdir()
    (folder / "generated_large.json.gz").write_bytes(gzip.compress(json.dumps(rows).encode()))

    parts = {part: presidio_synth(tmp_path, part) for part in ("train", "dev")}
    numbers = {part: {example.text.split()[0] for example in examples} for part, examples in parts.items()}

    assert all(numbers.values())
    assert not numbers["train"] & numbers["dev"]
    assert {name for examples in parts.values() for example in examples for name in _marked(example)} == {"Ann", "Bo"}
