"""What the marks of a post are made from: no text, nothing of its author; made once and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import polars as pl

from ingestion.post_marks.signatures import SIGNATURE_BYTES, signatures
from ingestion.pseudonymise.stand_ins import STAND_IN

FEATURES_SCHEMA = pl.Schema(
    {
        "post_id": pl.String(),
        "text_key": pl.Int64(),
        "words": pl.Int32(),
        "cues": pl.Int32(),
        "linked": pl.Boolean(),
        "repost": pl.Boolean(),
        "signature": pl.Binary(),
    }
)
"""`text_key` is a hash of the text without case, signs, links and stand-ins; null for a text without words. `cues`
counts words of selling, `linked` says whether there is a link, `repost` whether the text begins as a shared one.
`signature` is the text's MinHash, empty where it is too short for one."""

FEWEST_SIGNED_WORDS = 6
"""Shorter texts have no near-copies: one word more or less makes them another text."""

MADE_BY = f"w3-{SIGNATURE_BYTES}-2"
"""How features are made now. Those kept under another name are made again: change it with anything below."""

_LINK = r"(?i)https?://\S+|www\.\S+|\[link\]|\blink in (?:my )?bio\b|\blien (?:en|dans la|dans ma) bio\b"
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
_REPOST = r"^(?:rt|via|reposted from|repost) "


def mark_features(posts: pl.DataFrame) -> pl.DataFrame:
    """One row a post, in `FEATURES_SCHEMA` and in order. Needs post_id and text (pseudonymised)."""
    plain = (
        pl.col("text")
        .str.to_lowercase()
        .str.replace_all(STAND_IN, " ")
        .str.replace_all(_LINK, " ")
        .str.replace_all(r"[^\p{L}\p{N}]+", " ")
        .str.strip_chars()
    )
    frame = posts.select(
        "post_id",
        plain.alias("plain"),
        pl.col("text").str.count_matches(_CUES).alias("cues"),
        pl.col("text").str.contains(_LINK).alias("linked"),
    ).with_columns(
        (pl.col("plain").str.count_matches(" ", literal=True) + 1).alias("words"),
        pl.col("plain").str.contains(_REPOST).alias("repost"),
    )
    texts = frame["plain"].to_list()
    return (
        frame.with_columns(
            pl.Series("text_key", [_key(text) for text in texts], dtype=pl.Int64()),
            pl.Series("signature", _signatures(texts, frame["words"].to_list()), dtype=pl.Binary()),
        )
        .select(FEATURES_SCHEMA.names())
        .cast(FEATURES_SCHEMA)
    )


def _key(plain: str) -> int | None:
    """The same in every process and on every machine."""
    return int.from_bytes(hashlib.blake2b(plain.encode(), digest_size=8).digest(), signed=True) if plain else None


def _signatures(texts: Sequence[str], words: Sequence[int]) -> list[bytes]:
    signed = [index for index, count in enumerate(words) if count >= FEWEST_SIGNED_WORDS]
    made = signatures([texts[index] for index in signed])
    found = [b""] * len(texts)
    for index, row in zip(signed, made, strict=True):
        found[index] = row.tobytes()
    return found
