"""The posts behind a signal: a few short quotes, from different people and places, around the words that count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import polars as pl

from copilot.evidence import Quote
from copilot.signals.lexicon import Lexicon, load_lexicon
from copilot.signals.mentions import MENTIONS
from copilot.signals.records import MENTIONS_SCHEMA
from copilot.signals.weeks import DAYS
from ingestion.errors import TableMissingError
from ingestion.lake import Lake

_LONGEST_QUOTE = 200
_WORDS_AROUND = 24
_READ_AT_MOST = 400
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
# Text that talks to a machine rather than of clothes. Not a guard, which the agent has: only a reason to quote others.
_ORDERS = re.compile(
    r"\b(ignore[rz]?|disregard|forget|oublie[rz]?|vergiss|ignoriere|ignora|dimentica)\b.{0,40}"
    r"\b(instructions?|prompts?|rules?|consignes?|r[eè]gles?|anweisungen|istruzioni|regole|instrucciones)\b"
    r"|\b(system|syst[eè]me|sistema)\s*(:|prompt|message)|\b(you are now|tu es maintenant|du bist jetzt|sei ora)\b"
    r"|\b(note|instructions?|message|hinweis|nota|istruzioni|anweisung)\s+(to|for|pour|an|für|per|all)\b.{0,8}"
    r"\b(assistant|assistente|assistenten|AI|IA|KI|LLM|model|mod[eè]le|bot)\b"
    r"|\b(new task|nouvelle consigne|nouvelle t[aâ]che|neue aufgabe|nuovo compito|nueva tarea)\s*:"
    r"|</?\s*\w+\s*>",
    re.IGNORECASE | re.DOTALL,
)


def posts_behind(
    lake: Lake,
    term_id: str,
    as_of: date,
    market: str = "",
    limit: int = 5,
    *,
    lexicon: Lexicon | None = None,
    typical: Mapping[str, float] | None = None,
) -> list[Quote]:
    """Quotes of posts of the seven days before `as_of` that say the term; one an author, the most typical first, then
    the newest. `typical` says of posts how typical they are (`words`).

    Sources take turns. Posts that read like orders to a machine come last. Spam and duplicates are not among them.
    Empty where nothing was counted yet. Raises `UnknownNameError` for a term that the lexicon lacks.
    """
    lexicon = lexicon or load_lexicon()
    lexicon.term(term_id)
    said = _recent(lake, term_id, as_of, market)
    if said.is_empty():
        return []
    posts = _texts(lake, said["post_id"].to_list())
    found = said.join(posts, on="post_id").with_columns(text=pl.col("title") + "\n" + pl.col("text"))
    orders = [is_order_like(text) for text in found["text"]]
    scores = [(typical or {}).get(post_id, 0.0) for post_id in found["post_id"]]
    newest = found.with_columns(
        orders=pl.Series(orders, dtype=pl.Boolean), typical=pl.Series(scores, dtype=pl.Float64)
    ).sort("orders", "typical", "published_at", "post_id", descending=[False, True, True, False])
    single = newest.unique("author", keep="first", maintain_order=True)
    turn = pl.int_range(pl.len()).over("orders", "source")
    chosen = single.with_columns(turn=turn).sort("orders", "turn", maintain_order=True).head(limit)
    return [
        Quote(
            post_id=row["post_id"],
            source=row["source"],
            language=row["language"],
            author=row["author"],
            published_on=row["date"],
            text=quote_around(row["text"], term_id, row["language"], lexicon),
        )
        for row in chosen.iter_rows(named=True)
    ]


def is_order_like(text: str) -> bool:
    """Whether a text reads like orders to a machine: `ignore all previous instructions`."""
    return _ORDERS.search(text) is not None


def quote_around(text: str, term_id: str, language: str, lexicon: Lexicon) -> str:
    """At most 200 characters of `text` that hold the term, cut at sentences, or at words where one is too long."""
    sentences = [sentence.strip() for sentence in _SENTENCE_END.split(text) if sentence.strip()]
    at = next((i for i, one in enumerate(sentences) if term_id in lexicon.find(one, language)), 0)
    if not sentences:
        return ""
    quote = sentences[at]
    if len(quote) > _LONGEST_QUOTE:
        return _cut(quote, term_id, language, lexicon)
    for further in sentences[at + 1 :]:
        if len(quote) + 1 + len(further) > _LONGEST_QUOTE:
            break
        quote = f"{quote} {further}"
    return quote


def _cut(sentence: str, term_id: str, language: str, lexicon: Lexicon) -> str:
    words = sentence.split()
    for start in _starts(len(words)):
        part = " ".join(words[start : start + _WORDS_AROUND])
        if term_id in lexicon.find(part, language):
            break
    else:
        start, part = 0, " ".join(words[:_WORDS_AROUND])
    room = _LONGEST_QUOTE - 2
    kept = part if len(part) <= room else part[:room].rsplit(" ", 1)[0]
    more = start + _WORDS_AROUND < len(words) or len(kept) < len(part)
    return f"{'…' if start else ''}{kept}{'…' if more else ''}"


def _starts(words: int) -> Iterator[int]:
    yield from range(0, words, _WORDS_AROUND // 2)


def _recent(lake: Lake, term_id: str, as_of: date, market: str) -> pl.DataFrame:
    try:
        mentions = lake.scan(MENTIONS)
    except TableMissingError:
        return MENTIONS_SCHEMA.to_frame()
    week = pl.col("date").is_between(as_of - timedelta(days=DAYS), as_of - timedelta(days=1))
    found = mentions.filter(pl.col("term_id") == term_id, week, (pl.lit(market) == "") | (pl.col("market") == market))
    return found.sort("date", "post_id", descending=[True, False]).head(_READ_AT_MOST).collect()


def _texts(lake: Lake, post_ids: list[str]) -> pl.DataFrame:
    posts = lake.scan("posts").filter(pl.col("post_id").is_in(post_ids))
    return posts.select("post_id", "title", "text", "published_at").collect()
