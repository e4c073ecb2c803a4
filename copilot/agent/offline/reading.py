"""What a turn asks, given the turns before it: `Et à Bordeaux ?` asks the last question of another place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from copilot.agent.names import Names
from copilot.agent.offline.conversation import Turn
from copilot.agent.offline.intents import TALK, TASKS, Guess, Intent, intent_of
from copilot.lookups.text import fold

_GOES_ON = re.compile(
    r"^\W*(?:and|et|ou|or|also|aussi|same|idem|pareil|what about|how about|vs|versus|par|by|only|uniquement|seulement"
    r"|ok|oui|yes|non|no|puis|then|alors)\b"
)
_POINTS_BACK = re.compile(
    r"\b(?:same|meme|memes|idem|it|its|them|they|this one|that one|celui|celle|ceux|celles|ce produit|ces produits)\b"
)
_EVERYWHERE = re.compile(r"\b(?:everywhere|all (?:the )?stores|partout|tous les magasins|toutes les boutiques)\b")
_WHAT = ("product_ids", "sku_ids", "products_of_skus", "categories", "departments", "materials", "term_ids")
_VARIANT = ("colours", "sizes")
_WHERE = ("location_ids", "countries")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One question, understood."""

    question: str
    intent: Intent | None
    """None: nothing tells what is asked."""
    names: Names
    before: str = ""
    """The questions that this one goes on from: what they say holds where it says nothing else."""


def read(turns: Sequence[Turn]) -> Reading:
    """The last turn of a thread, whose names were looked up, with what it takes over from the ones before."""
    reading = Reading(question="", intent=None, names=Names())
    for turn in turns:
        reading = _next(reading, turn)
    return reading


def text_to_look_up(turns: Sequence[Turn]) -> str:
    """The last question; after a reply that asked which product was meant, the question before it too."""
    if len(turns) > 1 and was_asked_which(turns[-2]) and not intent_of(turns[-1].question).clear:
        return f"{turns[-2].question} {turns[-1].question}"
    return turns[-1].question


def was_asked_which(turn: Turn) -> bool:
    """Whether the turn ended in asking which of several products was meant."""
    return turn.names is not None and bool(turn.names.ambiguous) and not turn.results


def _next(before: Reading, turn: Turn) -> Reading:
    names = _settled(turn.names or Names(), before.names)
    guess = intent_of(turn.question)
    if before.intent not in TASKS or not _goes_on(turn.question, names, guess):
        return Reading(question=turn.question, intent=_meant(guess, names), names=names)
    intent = guess.intent if guess.clear and guess.intent not in TALK else before.intent
    same = intent == before.intent
    joined = _joined(before, names, turn.question, keeps_time=same)
    said = f"{before.before} {before.question}".strip() if same else ""
    return Reading(question=turn.question, intent=intent, names=joined, before=said)


def _goes_on(question: str, names: Names, guess: Guess) -> bool:
    """Whether a question leans on the one before: it begins with `and`, or names nothing and points back."""
    folded = fold(question)
    if _GOES_ON.search(folded) or guess.intent == "decision":
        return True
    if names.names_products or names.term_ids:
        # Names alone still lean on the question before: `la veste Noé ?`
        return guess.intent is None
    return bool(_POINTS_BACK.search(folded)) or not guess.clear


def _settled(names: Names, before: Names) -> Names:
    """A name that means several products means the one that was spoken of, where it was."""
    open_ones = []
    settled = list(names.product_ids)
    for ambiguous in names.ambiguous:
        spoken_of = [id for id in ambiguous.product_ids if id in (*before.product_ids, *before.products_of_skus)]
        if len(spoken_of) == 1:
            settled += spoken_of
        else:
            open_ones.append(ambiguous)
    return names.model_copy(update={"product_ids": tuple(settled), "ambiguous": tuple(open_ones)})


def _joined(before: Reading, names: Names, question: str, *, keeps_time: bool) -> Names:
    """`names`, and from the question before what they do not say."""
    kept: dict[str, object] = {}
    if names.colours and before.names.names_products and not names.names_products:
        # A colour is also a term; after a product it says which of it is meant: `and in black?`
        names = names.model_copy(update={"term_ids": ()})
    if not _any(names, _WHAT):
        kept |= _fields(before.names, _WHAT)
        # `Et en 40 ?` keeps the colour, `and in black?` the size.
        kept |= _fields(before.names, [field for field in _VARIANT if not getattr(names, field)])
    if not _any(names, _WHERE) and not _EVERYWHERE.search(fold(question)):
        kept |= _fields(before.names, _WHERE)
    if keeps_time and names.period is None:
        kept |= {"period": before.names.period, "compares_last_year": before.names.compares_last_year}
        kept |= {"against": names.against or before.names.against}
    if keeps_time:
        kept |= {"budget": names.budget or before.names.budget, "limit": names.limit or before.names.limit}
    return names.model_copy(update={**kept, "called": before.names.called | names.called})


def _meant(guess: Guess, names: Names) -> Intent | None:
    if names.problem_ids and guess.intent == "products":
        return "opinions"  # `which linen dresses are itchy?`
    if guess.intent == "stock" and not guess.clear and not (names.names_products or names.sizes or names.colours):
        return None  # `How many lifts in Lyon?` counts something else.
    return guess.intent or _from(names)


def _from(names: Names) -> Intent | None:
    """What is meant when only names are said."""
    if names.problem_ids:
        return "opinions"
    if names.term_ids and not names.names_products:
        return "trends"
    if names.names_products:
        return "stock" if names.names_places or names.sku_ids else "products"
    return None


def _any(names: Names, fields: Sequence[str]) -> bool:
    return any(getattr(names, field) for field in fields)


def _fields(names: Names, fields: Sequence[str]) -> dict[str, object]:
    return {field: getattr(names, field) for field in fields}
