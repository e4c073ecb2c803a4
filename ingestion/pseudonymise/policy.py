"""What each kind of personal data is replaced by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from ingestion.pseudonymise.detector import KINDS
from ingestion.pseudonymise.known_names import AUTHOR
from ingestion.pseudonymise.stand_ins import LABELS

Manner = Literal["author", "email", "phone", "name"]
"""By a keyed pseudonym: `author`, the same everywhere, as authors have; `email` and `phone`, the same everywhere;
`name`, the same within a conversation and another in the next."""

POLICY: Mapping[str, Manner | str] = MappingProxyType(
    {
        AUTHOR: "author",
        "HANDLE": "author",
        "PROFILE_LINK": "author",
        "EMAIL_ADDRESS": "email",
        "PHONE_NUMBER": "phone",
        "PERSON": "name",
        "IDENTITY_LINK": "link",
        "IBAN_CODE": "iban",
        "BANK_ACCOUNT": "account",
        "CREDIT_CARD": "card",
        "CRYPTO_WALLET": "wallet",
        "FR_NIR": "national_id",
        "US_SSN": "national_id",
        "UK_NINO": "national_id",
        "ES_NIF": "national_id",
        "DE_SOCIAL_SECURITY": "national_id",
        "IT_FISCAL_CODE": "tax_id",
        "DE_TAX_ID": "tax_id",
        "FR_SIRET": "company_id",
        "IDENTITY_PAPER": "identity_paper",
        "DATE_OF_BIRTH": "birth_date",
        "VEHICLE_PLATE": "plate",
        "ORDER_NUMBER": "order",
        "IP_ADDRESS": "ip",
        "STREET_ADDRESS": "address",
        "POSTCODE": "postcode",
    }
)
"""Kind -> a manner of keyed pseudonym, or the label that takes its place.

Left alone on purpose, though with others they may point at somebody: towns, countries, organisations, dates, ages,
titles, jobs, nationalities, web sites. Planners need markets and seasons, and brands are what posts are about.
"""

_REVISION = 1
"""Raised when a change of code, not of patterns or of the table, replaces other things than before."""


def policy_version() -> str:
    """12 hex digits over the table and all patterns: texts pseudonymised under another are to be made anew. It
    depends on neither key nor language nor machine.
    """
    patterns = [(kind.name, kind.patterns, kind.ignore_case) for kind in KINDS]
    content = repr((_REVISION, sorted(POLICY.items()), patterns, LABELS))
    return hashlib.sha256(content.encode()).hexdigest()[:12]
