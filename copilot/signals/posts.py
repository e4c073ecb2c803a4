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
from vectorstore.quoting import best_quote
from vectorstore.sentences import sentence_spans

_LONGEST_QUOTE = 200
_WORDS_AROUND = 12
_READ_AT_MOST = 400
_WORD = re.compile(r"\S+")
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
    """Some 200 characters of `text` that hold the term, cut as `best_quote` cuts."""
    said = [
        (0, start, end)
        for span in sentence_spans(text)
        for start, end in _pieces(text, span)
        if term_id in lexicon.find(text[start:end], language)
    ]
    return best_quote(text, said, longest=_LONGEST_QUOTE)


def _pieces(text: str, span: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """A sentence as it is, or, where it is too long to quote, as runs of words of which each begins within the last."""
    start, end = span
    if end - start <= _LONGEST_QUOTE:
        yield span
        return
    words = [word.span() for word in _WORD.finditer(text, start, end)]
    for first in range(0, len(words), _WORDS_AROUND // 2):
        run = words[first : first + _WORDS_AROUND]
        yield run[0][0], run[-1][1]


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
