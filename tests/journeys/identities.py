"""Looking for personal data in whatever text a program left behind."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def mentions(text: str, identities: Sequence[str]) -> bool:
    """Whether any of the identities stands in the text, in any case, as characters or as UTF-8 bytes."""
    as_bytes = [identity.encode().decode("latin-1") for identity in identities if not identity.isascii()]
    return bool(pl.Series([text]).str.contains_any([*identities, *as_bytes], ascii_case_insensitive=True).item())
