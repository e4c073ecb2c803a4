"""What stands in a text where personal data was: the one place that knows the forms."""

from __future__ import annotations

import re

AUTHOR_DIGITS, CONTACT_DIGITS, NAME_DIGITS = 16, 8, 6

LABELS = (
    "link",
    "iban",
    "account",
    "card",
    "national_id",
    "company_id",
    "tax_id",
    "identity_paper",
    "birth_date",
    "wallet",
    "order",
    "ip",
    "plate",
    "address",
    "postcode",
)
"""Words in brackets that say what was there, and nothing of whose."""

_AUTHOR = rf"@?author_[0-9a-f]{{{AUTHOR_DIGITS}}}"
_CONTACT = rf"\[(?:email|phone)_[0-9a-f]{{{CONTACT_DIGITS}}}\]"
_NAME = rf"\[name_[0-9a-f]{{{NAME_DIGITS}}}\]"
_LABEL = rf"\[(?:{'|'.join(LABELS)})\]"

STAND_IN = rf"{_AUTHOR}|{_CONTACT}|{_NAME}|{_LABEL}"
"""Any stand-in, as a regular expression good for Python, polars and JavaScript."""

_SOMEONE = re.compile(rf"{_AUTHOR}|{_NAME}")
_THING = re.compile(r"\[(email|phone)_[0-9a-f]+\]|" + rf"\[({'|'.join(LABELS)})\]")


def label(word: str) -> str:
    """`[word]`. Raises `ValueError` where the word is none of `LABELS`."""
    if word not in LABELS:
        raise ValueError(f"No stand-in has the label {word!r}: add it to LABELS.")
    return f"[{word}]"


def as_words(text: str) -> str:
    """The text with each stand-in as plain words, for what reads meaning: its digits would drown what is said.

    >>> as_words("[name_0123ab] sent [email_01234567] to @author_0123456789abcdef about [national_id]")
    'someone sent email to someone about national id'
    """
    return _THING.sub(lambda found: (found[1] or found[2]).replace("_", " "), _SOMEONE.sub("someone", text))
