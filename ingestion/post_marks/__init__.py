"""Marks of posts: copies and near-copies of an earlier post, and spam. Marked posts are kept, and left out of counts
and search.

A mark depends on the set of posts and on nothing else: the same posts have the same marks in whatever order and batches
they came.
"""

from ingestion.post_marks.features import FEATURES_SCHEMA, MADE_BY, mark_features
from ingestion.post_marks.known import MARKS_SCHEMA, KnownPosts, mark_posts
from ingestion.post_marks.room import Room
from ingestion.post_marks.rules import BURST, FLOOD, LINK_SHOP, PACE, REASONS, REPEATED_PROMO, TEMPLATE

__all__ = [
    "BURST",
    "FEATURES_SCHEMA",
    "FLOOD",
    "LINK_SHOP",
    "MADE_BY",
    "MARKS_SCHEMA",
    "PACE",
    "REASONS",
    "REPEATED_PROMO",
    "TEMPLATE",
    "KnownPosts",
    "Room",
    "mark_features",
    "mark_posts",
]
