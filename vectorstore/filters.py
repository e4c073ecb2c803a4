"""Filters checked against the schema, in a form that each store turns into its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from vectorstore.errors import InvalidFilterError
from vectorstore.payload import iso_utc
from vectorstore.store import FieldKind, Filter, Schema


@dataclass(frozen=True, kw_only=True)
class Match:
    """The field has one of the values, all text or all whole numbers (booleans as 0 and 1)."""

    field: str
    values: list[str] | list[int]


@dataclass(frozen=True, kw_only=True)
class NumberRange:
    """The field is in [since, before); None leaves a side open."""

    field: str
    since: float | None
    before: float | None


@dataclass(frozen=True, kw_only=True)
class MomentRange:
    """The field is in [since, before), ISO 8601 in UTC; None leaves a side open."""

    field: str
    since: str | None
    before: str | None


Condition = Match | NumberRange | MomentRange


@dataclass(frozen=True, kw_only=True)
class CheckedFilter:
    """A filter that fits the schema: all of `must` hold and none of `must_not`."""

    must: Sequence[Condition]
    must_not: Sequence[Match]

    def __bool__(self) -> bool:
        return bool(self.must or self.must_not)


def check_filter(filter: Filter | None, schema: Schema) -> CheckedFilter:
    """The filter's conditions; raises `InvalidFilterError` for an unknown field, a value of another kind, a range
    that holds nothing or a list of no values."""
    if filter is None:
        return CheckedFilter(must=[], must_not=[])
    matches = [_match(field, values, schema) for field, values in filter.any_of.items()]
    ranged = sorted({*filter.since, *filter.before})
    ranges = [_range(field, filter.since, filter.before, schema) for field in ranged]
    return CheckedFilter(
        must=[*matches, *ranges],
        must_not=[_match(field, values, schema) for field, values in filter.none_of.items()],
    )


def check_facet(field: str, schema: Schema) -> None:
    """Raises `InvalidFilterError` unless `field` is a keyword field."""
    if _kind(field, schema) != "keyword":
        raise InvalidFilterError(field, "only keyword fields can be counted by value")


def _kind(field: str, schema: Schema) -> FieldKind:
    kind = schema.fields.get(field)
    if kind is None:
        raise InvalidFilterError(field, f"no such field; there are {sorted(schema.fields)}")
    return kind


def _match(field: str, values: Sequence[str | int | bool], schema: Schema) -> Match:
    kind = _kind(field, schema)
    if isinstance(values, str) or not values:
        raise InvalidFilterError(field, "at least one value is needed, in a list")
    if kind == "keyword":
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) == len(values):
            return Match(field=field, values=texts)
    elif kind in ("integer", "bool"):
        wanted = bool if kind == "bool" else int
        numbers = [int(value) for value in values if type(value) is wanted]
        if len(numbers) == len(values):
            return Match(field=field, values=numbers)
    else:
        raise InvalidFilterError(field, f"a {kind} field takes bounds (since, before), not values")
    raise InvalidFilterError(field, f"values {list(values)!r} are not all of kind {kind}")


def _range(
    field: str,
    since: Mapping[str, datetime | float],
    before: Mapping[str, datetime | float],
    schema: Schema,
) -> NumberRange | MomentRange:
    kind = _kind(field, schema)
    lower, upper = since.get(field), before.get(field)
    if kind == "datetime":
        moments = _moment(field, lower), _moment(field, upper)
        _check_order(field, lower, upper)
        return MomentRange(field=field, since=moments[0], before=moments[1])
    if kind in ("integer", "float"):
        numbers = _number(field, lower), _number(field, upper)
        _check_order(field, lower, upper)
        return NumberRange(field=field, since=numbers[0], before=numbers[1])
    raise InvalidFilterError(field, f"a {kind} field takes values (any_of, none_of), not bounds")


def _moment(field: str, bound: datetime | float | None) -> str | None:
    if bound is None:
        return None
    if not isinstance(bound, datetime):
        raise InvalidFilterError(field, f"bound {bound!r} is not a datetime")
    try:
        return iso_utc(bound)
    except TypeError as error:
        raise InvalidFilterError(field, f"bound {bound.isoformat()!r} {error}") from error


def _number(field: str, bound: datetime | float | None) -> float | None:
    if bound is None:
        return None
    if isinstance(bound, datetime | bool) or not isinstance(bound, int | float):
        raise InvalidFilterError(field, f"bound {bound!r} is not a number")
    return float(bound)


def _check_order(field: str, lower: datetime | float | None, upper: datetime | float | None) -> None:
    if lower is None or upper is None:
        return
    # Both were found to be of the field's kind; `not <` also catches NaN.
    if not lower < upper:  # type: ignore[operator]  # mypy cannot see that both are of one kind
        raise InvalidFilterError(field, f"nothing is at or after {lower} and before {upper}")
