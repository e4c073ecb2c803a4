"""Marks of posts: copies of an earlier post, and spam. Marked posts are kept, and left out of counts and search.

A mark depends on the posts with the same text and on nothing else, so the marks of a set of posts are the same whatever
order they came in. All functions are pure, over frames with the columns of the lake's table `posts`.
"""

from __future__ import annotations

import polars as pl

FEATURES_SCHEMA = pl.Schema(
    {
        "post_id": pl.String(),
        "author": pl.String(),
        "published_at": pl.Datetime("us", "UTC"),
        "text_key": pl.UInt64(),
        "words": pl.UInt32(),
        "cues": pl.UInt32(),
        "linked": pl.Boolean(),
    }
)
"""What marks are made from. `text_key` is a hash of the text without case, signs, links and stand-ins, good for one
process; null for a text without words."""

LINK_SHOP, REPEATED_PROMO, FLOOD = "link_shop", "repeated_promo", "flood"
"""Reasons for the spam mark: a link, a word of selling and little else; one text of selling posted three
times or more; one author posting one text three times within a week."""

_FEWEST_WORDS = 4
"""Shorter texts ("love it", "très bien") are written by many independently: copies only where the author is one."""
_FEWEST_POSTS = 3
_DENSE_WORDS = 12
"""Words to one word of selling, at most: long posts name discounts and outlets in passing."""
_WEEK = pl.duration(days=7)

_LINK = r"(?i)https?://\S+|www\.\S+|\[link\]|\blink in (?:my )?bio\b|\blien (?:en|dans la|dans ma) bio\b"
_STAND_IN = r"@?author_[0-9a-f]{16}|\[(?:email|phone)_[0-9a-f]{8}\]|\[[a-z_]+\]"
_CUES = (
    r"(?i)\b(?:promo(?: ?code)?s?|code promo|discount(?: code)?|coupons?|vouchers?|\d{2} ?% off|free shipping"
    r"|livraison (?:gratuite|offerte)|spedizione gratuita|kostenloser versand|rabatt(?:code)?|sconto|codice sconto"
    r"|gutschein|shop now|buy now|order now|click (?:here|the link)|clique[zr]? (?:ici|sur)|clicca qui"
    r"|jetzt (?:kaufen|bestellen)|limited (?:time|offer)|offre limitée|replicas?|cheap|pas cher|outlet"
    r"|wholesale|grossiste|dropship\w*|dm (?:me|us)|whats ?app|telegram"
    r"|giveaway|concours|gagne[zr]?|earn money|make money|work from home|visit (?:my|our)|visitez|follow (?:me|us)"
    r"|suivez|abonne[zr]?|best price|meilleur prix|luxury bags?|aaa quality|earn|guadagna|verdienen|from home"
    r"|(?:de )?chez (?:vous|toi)|da casa|von zu hause|hurry|first come|(?:today|this week) only|aujourd'hui seulement"
    r"|nur heute|solo oggi)\b"
    r"|[-–]\d{2} ?%"
)


def mark_features(posts: pl.DataFrame) -> pl.DataFrame:
    """One row a post, in `FEATURES_SCHEMA`. Needs post_id, author, published_at and text."""
    plain = (
        pl.col("text")
        .str.to_lowercase()
        .str.replace_all(_STAND_IN, " ")
        .str.replace_all(_LINK, " ")
        .str.replace_all(r"[^\p{L}\p{N}]+", " ")
        .str.strip_chars()
    )
    return (
        posts.lazy()
        .with_columns(plain.alias("plain"))
        .select(
            "post_id",
            "author",
            "published_at",
            pl.when(pl.col("plain") != "").then(pl.col("plain").hash(seed=0)).alias("text_key"),
            (pl.col("plain").str.count_matches(" ", literal=True) + 1).alias("words"),
            pl.col("text").str.count_matches(_CUES).alias("cues"),
            pl.col("text").str.contains(_LINK).alias("linked"),
        )
        .cast(FEATURES_SCHEMA)
        .collect()
    )


def mark_posts(features: pl.DataFrame) -> pl.DataFrame:
    """post_id, duplicate_of, spam and spam_reason (empty where not spam), one row a post.

    `features` holds every post of each text that it holds. The earliest post of a text is the first; posts without a
    date come after those with one, and ids decide between equals.
    """
    ordered = features.lazy().sort("published_at", "post_id", nulls_last=True)
    long = pl.col("words") >= _FEWEST_WORDS
    text, author = ["text_key"], ["text_key", "author"]
    first = pl.when(long).then(pl.col("post_id").first().over(text)).otherwise(pl.col("post_id").first().over(author))
    copied = pl.col("text_key").is_not_null() & (first != pl.col("post_id"))
    repeated = pl.len().over(text) >= _FEWEST_POSTS
    reason = (
        pl.when(pl.col("linked") & (pl.col("cues") >= 1) & (pl.col("words") <= _DENSE_WORDS * pl.col("cues")))
        .then(pl.lit(LINK_SHOP))
        .when(pl.col("text_key").is_null() | ~long)
        .then(pl.lit(""))
        .when(repeated & (pl.col("cues") >= 1))
        .then(pl.lit(REPEATED_PROMO))
        .when(_within_a_week().over(author))
        .then(pl.lit(FLOOD))
        .otherwise(pl.lit(""))
    )
    return (
        ordered.with_columns(
            pl.when(copied).then(first).otherwise(pl.lit("")).alias("duplicate_of"), reason.alias("spam_reason")
        )
        .select("post_id", "duplicate_of", (pl.col("spam_reason") != "").alias("spam"), "spam_reason")
        .collect()
    )


def _within_a_week() -> pl.Expr:
    """Whether the post is one of three in a row within seven days, rows being in order of time."""
    at = pl.col("published_at")
    one_of_three = [(at.shift(-after) - at.shift(before)) <= _WEEK for before, after in ((0, 2), (1, 1), (2, 0))]
    return pl.any_horizontal(one_of_three).fill_null(value=False)
