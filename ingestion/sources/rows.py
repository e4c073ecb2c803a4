"""One row of an export as a post, or as the reason why it is none."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from ingestion.clean import is_blank
from ingestion.records import RawPost
from ingestion.sources.mapping import EPOCH, PostMapping
from ingestion.sources.source import RejectedPost

Row = Mapping[str, object]
"""Values of one row by column: text from CSV, any JSON value from JSON lines."""

_LARGEST_SECONDS = 32_503_680_000  # the year 3000; larger numbers are milliseconds
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?=$|[-_])")
_MARKET = re.compile(r"[A-Za-z]{2}")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class RowError(Exception):
    """A value that does not fit: the column and the reason, never the value."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column = column
        self.reason = reason


class RowReader:
    """Reads rows by one mapping."""

    def __init__(self, mapping: PostMapping) -> None:
        self._mapping = mapping
        self._empty = mapping.empty_values

    def read(self, row: Row, number: int) -> RawPost | RejectedPost:
        """The row's post, or why it is none. `number` is the row's place in its file."""
        try:
            return self._post(row)
        except RowError as error:
            return RejectedPost(row=number, column=error.column, reason=error.reason)

    def _post(self, row: Row) -> RawPost:
        columns, constants = self._mapping.columns, self._mapping.constants
        return RawPost(
            source=self._mapping.source,
            source_id=self._value(row, columns.source_id) or _row_hash(row),
            kind=self._mapping.kind,
            author=self._value(row, columns.author) or constants.get("author", ""),
            text=self._text(row),
            title=self._value(row, columns.title),
            published_at=self._date(row),
            language=self._code(row, "language", _LANGUAGE).lower(),
            market=self._code(row, "market", _MARKET).upper(),
            rating=self._rating(row),
            product_id=self._value(row, columns.product_id) or constants.get("product_id", ""),
            thread=self._value(row, columns.thread),
        )

    def _value(self, row: Row, column: str | None) -> str:
        """The value as text, trimmed; empty where there is none."""
        value = row.get(column) if column is not None else None
        if value is None:
            return ""
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # ids that passed through a spreadsheet or a data frame
        if not isinstance(value, str | int | float):
            raise RowError(column or "", "is no text or number")
        text = str(value).strip()
        return "" if text.casefold() in self._empty else text

    def _text(self, row: Row) -> str:
        for column in self._mapping.columns.text:
            text = self._value(row, column)
            if _SURROGATE.search(text):
                raise RowError(column, "has bytes that are not in the file's encoding")
            if not is_blank(text):
                return text
        raise RowError(self._mapping.columns.text[0], "no text")

    def _date(self, row: Row) -> datetime | None:
        column = self._mapping.columns.published_at
        text = self._value(row, column)
        if not text:
            return None
        for form in self._mapping.date_formats or ("",):
            moment = _parse_date(text, form)
            if moment is not None:
                return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        known = ", ".join(self._mapping.date_formats) or "ISO 8601"
        raise RowError(column or "", f"no date of the form {known}")

    def _rating(self, row: Row) -> float | None:
        column = self._mapping.columns.rating
        text = self._value(row, column).replace(",", ".")
        if not text:
            return None
        try:
            rating = float(text) * 5.0 / self._mapping.rating_scale
        except ValueError as error:
            raise RowError(column or "", "no number") from error
        if not 0.0 <= rating <= 5.0 or not math.isfinite(rating):
            raise RowError(column or "", f"outside 1 to {self._mapping.rating_scale:g}")
        if rating < 1.0 and self._mapping.rating_scale == 5.0:
            raise RowError(column or "", "outside 1 to 5")
        return max(rating, 1.0)

    def _code(self, row: Row, field: str, form: re.Pattern[str]) -> str:
        """A language or country code, `fr-FR` and `fr_FR` understood; empty where there is none."""
        column = getattr(self._mapping.columns, field)
        text = self._value(row, column) or self._mapping.constants.get(field, "")
        if not text:
            return ""
        found = form.match(text) if field == "language" else form.fullmatch(text)
        if found is None:
            raise RowError(column or field, f"no {field} code")
        return found.group()


def _parse_date(text: str, form: str) -> datetime | None:
    try:
        if form == EPOCH:
            seconds = float(text)
            return datetime.fromtimestamp(seconds / 1000 if seconds > _LARGEST_SECONDS else seconds, tz=UTC)
        return datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007 - zone added
    except (ValueError, OverflowError, OSError):
        return None


def _row_hash(row: Row) -> str:
    """Id of a row without one. The rows of a file give equal ids only where all their values are equal."""
    values = json.dumps(row, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(values.encode("utf-8", "surrogatepass")).hexdigest()
