"""A mapping for a file that has none: its layout, or what the names of its columns and its first values suggest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from zoneinfo import ZoneInfo

from ingestion.errors import MappingError
from ingestion.mapping_files import listed
from ingestion.records import PostKind
from ingestion.sources.layouts import Layout, detect_layout, known_layouts, plain_names
from ingestion.sources.mapping import PostColumns, PostMapping, source_name
from ingestion.sources.moments import has_no_zone, has_numbers, read_moment, tells_day_first
from ingestion.sources.ratings import read_rating, usual_scale
from ingestion.sources.rows import LANGUAGE_CODE, MARKET_CODE, Row

_CLEARLY_LONGER = 1.5
_HALF = 0.5
_HOW_TO_MAP = (
    "Say which one it is in a mapping file given with --map; the least that it needs is"
    " {source: NAME, kind: review, columns: {text: COLUMN}}."
)
_FIELDS = tuple(PostColumns.model_fields)


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A mapping, and how it was come by."""

    mapping: PostMapping
    read_as: str
    """For people: `Trustpilot export`, or `columns recognised by name`."""
    is_named_by_layout: bool
    """Whether the source is named for the platform; else for the file."""
    notes: tuple[str, ...]
    """What was taken for granted, a sentence each; columns are named, values never."""


def propose_post_mapping(file_columns: Sequence[str], *, where: str, source: str, rows: Sequence[Row] = ()) -> Proposal:
    """A mapping for a file with these columns, of which `rows` are the first.

    A known layout is taken as it is, and names the source. Else that is `source`, and columns are recognised by name,
    in five languages, each used once; with a rating among them they are reviews, else social posts.

    Raises `MappingError` where none looks like the text of a post, or two do.
    """
    sample = {
        column: [str(row[column]) for row in rows if row.get(column) not in (None, "")] for column in file_columns
    }
    layout = detect_layout(file_columns)
    if layout is not None:
        columns = _of_layout(layout, file_columns)
        read_as, kind, source = f"{layout.name} export", layout.kind, layout.source
    else:
        columns = _by_name(file_columns, sample, where)
        read_as, kind = "columns recognised by name", _kind(columns)
    columns, left_out = _that_hold(columns, sample)
    mapping, notes = _details(columns, sample, kind=kind, source=source, empty=layout.empty if layout else ())
    return Proposal(mapping=mapping, read_as=read_as, is_named_by_layout=layout is not None, notes=(*left_out, *notes))


def _how_to_map(file_columns: Sequence[str]) -> str:
    return f"It has {listed(file_columns)}. {_HOW_TO_MAP}"


def _kind(columns: Mapping[str, Sequence[str]]) -> PostKind:
    return "review" if "rating" in columns else "social"


def _of_layout(layout: Layout, file_columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found = layout.found(plain_names(file_columns))
    return {field: tuple(columns if field == "text" else columns[:1]) for field, columns in found.items()}


def _by_name(
    file_columns: Sequence[str], sample: Mapping[str, Sequence[str]], where: str
) -> dict[str, tuple[str, ...]]:
    plain = plain_names(file_columns)
    usual = {
        field: [plain[name] for name in names.split() if name in plain]
        for field, names in known_layouts().names.items()
    }
    columns: dict[str, tuple[str, ...]] = {"text": (_text(usual["text"], file_columns, sample, where),)}
    for field in _FIELDS:
        free = [name for name in usual[field] if (name,) not in columns.values()]
        if free and field not in columns:
            columns[field] = (free[0],)
    return columns


def _text(
    candidates: Sequence[str], file_columns: Sequence[str], sample: Mapping[str, Sequence[str]], where: str
) -> str:
    """The likeliest by name; of several that hold texts the one that is clearly the longest."""
    if not candidates:
        raise MappingError(where, "no column looks like the text of a post", _how_to_map(file_columns))
    length = {name: fmean(map(len, sample[name])) for name in candidates if sample.get(name)}
    if len(length) < 2:
        return next(iter(length), candidates[0])
    first, second = sorted(length, key=lambda name: -length[name])[:2]
    if length[first] < _CLEARLY_LONGER * length[second]:
        problem = f"{first!r} and {second!r} both look like the text of a post"
        raise MappingError(where, problem, _how_to_map(file_columns))
    return first


def _that_hold(
    columns: Mapping[str, tuple[str, ...]], sample: Mapping[str, Sequence[str]]
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The columns whose first values are what they should be, and a note on each of the others."""
    kept, notes = dict(columns), []
    for field, fits, meant in _CHECKS:
        values = sample.get(columns[field][0], ()) if field in columns else ()
        if values and sum(map(fits, values)) < _HALF * len(values):
            (name,) = kept.pop(field)
            notes.append(f"Column {name!r} is not read: most of its values are no {meant}.")
    return kept, notes


def _details(
    columns: Mapping[str, tuple[str, ...]],
    sample: Mapping[str, Sequence[str]],
    *,
    kind: PostKind,
    source: str,
    empty: tuple[str, ...],
) -> tuple[PostMapping, list[str]]:
    """The mapping, with scale and order of dates told from the sample, and what of it is a guess."""
    dates = sample.get(columns["published_at"][0], ()) if "published_at" in columns else ()
    ratings = sample.get(columns["rating"][0], ()) if "rating" in columns else ()
    day_first, scale, notes = tells_day_first(dates), usual_scale(ratings), []
    if day_first is None and has_numbers(dates):
        notes.append("Dates such as 03/04 are read day first: nothing in the first rows tells otherwise.")
    if has_no_zone(dates):
        notes.append("Times without a zone are read in the market's zone where one is known, else in UTC.")
    if scale != PostMapping.model_fields["rating_scale"].default:
        notes.append(f"Ratings are read on a scale up to {scale:g}.")
    single = {field: names[0] for field, names in columns.items() if field != "text"}
    mapping = PostMapping(
        source=source_name(source),
        kind=kind,
        columns=PostColumns.model_validate({"text": columns["text"], **single}),
        day_first=day_first is not False,
        rating_scale=scale,
        empty=empty,
    )
    return mapping, notes


def _is_rating(text: str) -> bool:
    try:
        read_rating(text, 100.0)
    except ValueError:
        return False
    return True


def _is_date(text: str) -> bool:
    return any(
        read_moment(text.strip(), formats=(), day_first=day_first, zone=ZoneInfo("UTC")) is not None
        for day_first in (True, False)
    )


_CHECKS: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    ("rating", _is_rating, "rating"),
    ("published_at", _is_date, "date"),
    ("language", lambda text: LANGUAGE_CODE.match(text.strip()) is not None, "language code"),
    ("market", lambda text: MARKET_CODE.fullmatch(text.strip()) is not None, "country code of two letters"),
)
