"""Flags of words, by hash."""

from pathlib import Path

from ingestion.pseudonymise.names.gazetteer import COMMON, FIRST, LAST, Gazetteer, folded


def test_flags_of_a_word_add_up() -> None:
    gazetteer = Gazetteer.of({FIRST: ["Rose", "Zoé"], LAST: ["Rose"], COMMON: ["rose"]})

    assert gazetteer.look_up("rose") == FIRST + LAST + COMMON
    assert gazetteer.look_up("zoe") == FIRST
    assert gazetteer.look_up("tulip") == 0


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    Gazetteer.of({FIRST: ["Anna"], LAST: ["Müller"]}).save(tmp_path / "gazetteer.npz")

    loaded = Gazetteer.load(tmp_path / "gazetteer.npz")

    assert len(loaded) == 2
    assert loaded.look_up(folded("MÜLLER")) == LAST


def test_folding_drops_case_and_accents() -> None:
    assert [folded(word) for word in ("Ann", "ÉLODIE", "Groß")] == ["ann", "elodie", "gross"]
