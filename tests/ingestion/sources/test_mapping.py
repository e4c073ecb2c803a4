"""Mapping files of posts, and the guess where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.errors import MappingError
from ingestion.mapping_files import check_named_columns
from ingestion.sources.mapping import PostMapping, load_post_mapping, source_name


def test_a_mapping_survives_its_file(tmp_path: Path) -> None:
    mapping = PostMapping.model_validate(
        {
            "source": "avis",
            "kind": "review",
            "columns": {"text": ["Corps", "Sujet"], "rating": "Note"},
            "constants": {"language": "fr"},
            "date_formats": ["%d/%m/%Y"],
        }
    )
    path = tmp_path / "avis.yaml"
    path.write_text(mapping.to_yaml())
    assert load_post_mapping(path) == mapping


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"columns": {}}, "columns.text"),
        ({"columns": {"text": "a", "colour": "b"}}, "columns.colour"),
        ({"source": "Mes Avis"}, "source"),
        ({"kind": "tweet"}, "kind"),
        ({"constants": {"rating": "5"}}, "rating"),
        ({"columns": {"text": "a", "language": "l"}, "constants": {"language": "fr"}}, "by a column and by a constant"),
        ({"rating_scale": 0}, "rating_scale"),
        ({"timezone": "Paris"}, "no time zone"),
        ({"delimiter": "||"}, "delimiter"),
    ],
)
def test_a_wrong_mapping_says_where(tmp_path: Path, change: dict[str, object], said: str) -> None:
    content = {"source": "avis", "kind": "review", "columns": {"text": "a"}, **change}
    path = tmp_path / "m.yaml"
    path.write_text(repr(content))  # a Python literal of texts and numbers is YAML too
    with pytest.raises(MappingError, match=said):
        load_post_mapping(path)


def test_a_column_that_is_not_there_is_named_with_the_nearest() -> None:
    mapping = PostMapping.model_validate({"source": "s", "kind": "review", "columns": {"text": "Review text"}})
    with pytest.raises(MappingError, match="Did you mean 'Review Text'"):
        check_named_columns(mapping.columns.named(), ["Id", "Review Text"], where="f.csv")


def test_source_names_are_made_from_file_names() -> None:
    assert source_name("Avis Été 2025 (final)") == "avis-ete-2025-final"
    assert source_name("???") == "posts"
