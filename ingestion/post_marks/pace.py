"""Authors that write as people do not: too many posts an hour, or one template over and over in a day."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ingestion.post_marks.lookup import Rows
from ingestion.post_marks.signatures import Signatures, likeness

UNDATED = np.iinfo(np.int64).max
"""Microseconds that stand for no date: after every other one."""

USUAL, PACE_CODE, TEMPLATE_CODE = 0, 1, 2

HOURLY_POSTS = 30
"""Posts of one author within an hour that are no longer a person's."""
TEMPLATE_POSTS = 5
"""Posts of one author within a day that are alike: a text with a slot that changes."""
TEMPLATE_LIKENESS = 0.4
"""A word changed in the middle of a sentence of twelve words leaves 0.54; two sentences of one person about the same
thing share less than a tenth."""

_HOUR, _DAY = 3_600_000_000, 86_400_000_000

Flags = npt.NDArray[np.uint8]


def author_flags(
    author: npt.NDArray[np.uint64],
    at: npt.NDArray[np.int64],
    signatures_of: Callable[[Rows], tuple[Signatures, npt.NDArray[np.bool_]]],
) -> Flags:
    """`PACE_CODE`, `TEMPLATE_CODE` or `USUAL` for each post; all posts of an author are given, in any order.

    `at`: microseconds, `UNDATED` without a date. Dates at midnight sharp are days, and tell no pace.
    `signatures_of`: place of posts -> signatures, and which have one.
    """
    order = np.lexsort((at, author))
    flags = np.zeros(len(order), np.uint8)
    timed = order[(at[order] != UNDATED) & (at[order] % _DAY != 0)]
    flags[timed[_within(author[timed], at[timed], HOURLY_POSTS, _HOUR)]] = PACE_CODE
    dated = order[(at[order] != UNDATED) & (flags[order] == USUAL)]
    busy = dated[_within(author[dated], at[dated], TEMPLATE_POSTS, _DAY)]
    starts = np.flatnonzero(np.r_[True, author[busy][1:] != author[busy][:-1]]) if len(busy) else np.empty(0, np.int64)
    for places in np.split(busy, starts[1:]):
        flags[places[_one_template(at[places], *signatures_of(places.astype(np.int32)))]] = TEMPLATE_CODE
    return flags


def _within(author: npt.NDArray[np.uint64], at: npt.NDArray[np.int64], posts: int, span: int) -> npt.NDArray[np.bool_]:
    """Which posts are among `posts` in a row of one author within `span`; posts in order of author and time."""
    found = np.zeros(len(at), bool)
    if len(at) < posts:
        return found
    first, last = slice(None, len(at) - posts + 1), slice(posts - 1, None)
    for start in np.flatnonzero((author[first] == author[last]) & (at[last] - at[first] <= span)):
        found[start : start + posts] = True
    return found


def _one_template(
    at: npt.NDArray[np.int64], signatures: Signatures, signed: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Which posts of one author have enough others like them within a day."""
    found = np.zeros(len(at), bool)
    for place in np.flatnonzero(signed):
        near = slice(np.searchsorted(at, at[place] - _DAY), np.searchsorted(at, at[place] + _DAY, side="right"))
        alike = likeness(signatures[near], signatures[place]) >= TEMPLATE_LIKENESS
        found[place] = np.count_nonzero(alike & signed[near]) >= TEMPLATE_POSTS
    return found
