"""Numbers that stand for one person, account, order or machine."""

from __future__ import annotations

import ipaddress

import regex

from ingestion.pseudonymise.presidio import CreditCardRecognizer, IbanRecognizer, Pattern, PatternRecognizer
from ingestion.pseudonymise.recogniser import Kind, pattern_kind

_NOT_DIGITS = regex.compile(r"\D+")


class _CardRecogniser(CreditCardRecognizer):  # type: ignore[misc]  # Presidio is untyped for us
    """Presidio's, with its Luhn check, but for the 13 digits of a product's bar code."""

    def validate_result(self, pattern_text: str) -> bool:
        return bool(super().validate_result(pattern_text)) and not _is_bar_code(pattern_text)


def _iban(language: str) -> PatternRecognizer:
    in_any_case = Pattern("IBAN", r"(?<![A-Za-z0-9])([A-Za-z]{2}[0-9]{2}[A-Za-z0-9]{11,30})(?![A-Za-z0-9])", 0.5)
    return IbanRecognizer(supported_language=language, patterns=[*IbanRecognizer.PATTERNS, in_any_case])


IBAN = Kind(
    name="IBAN_CODE",
    hint=regex.compile(r"[A-Za-z]{2}\d{2}[ -]?[A-Za-z0-9]{4}"),
    make=_iban,
)

CARD = Kind(
    name="CREDIT_CARD",
    hint=regex.compile(r"\d(?:[- ]?\d){11}"),
    make=lambda language: _CardRecogniser(supported_language=language),
)

NIR = pattern_kind(
    "FR_NIR",
    hint=r"[12](?:[ .-]?[\dAB]){14}",
    patterns=[r"\b[1278] ?\d{2} ?(?:0[1-9]|[1-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?[ -]?\d{2}\b"],
    check=lambda text: _is_nir(text),
)

SIRET = pattern_kind(
    "FR_SIRET",
    hint=r"\d(?:[ .]?\d){13}",
    patterns=[r"(?<!\d)\d{3}[ .]?\d{3}[ .]?\d{3}[ .]?\d{5}(?!\d)"],
    check=lambda text: _luhn(text),
)

IP = pattern_kind(
    "IP_ADDRESS",
    hint=r"\d\.\d{1,3}\.\d|[\da-f]:[\da-f]{0,4}:[\da-f]",
    patterns=[
        r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)",
        r"(?<![\w:])(?:[\da-f]{1,4}:){2,7}:?[\da-f]{1,4}(?:::?[\da-f]{1,4}){0,5}(?![\w:])",
    ],
    check=lambda text: _is_ip(text),
)

_ORDER_WORDS = (
    r"(?:orders?|commandes?|cmde?|ordine|bestellung|bestell(?:nr|nummer)|pedido|tracking|suivi|colis|facture|invoice"
    r"|fattura|rechnung|rechnungsnummer|n° client|customer)"
)
_NUMBER_WORDS = r"(?:numbers?|num(?:é|e)ro|num(?:ber)?|no|nr|n°|nº|n|nummer|id|de suivi|de commande|client)?"
_ARTICLE = r"(?<!\b(?:r[eé]f\w*|sku|ean|art(?:icle|ikel|icolo)?|mod[eè]le)[^\w\n]{0,3})"
ORDER = pattern_kind(
    "ORDER_NUMBER",
    hint=r"\d[^\s]*\d[^\s]*\d[^\s]*\d",
    patterns=[
        rf"(?<=\b{_ORDER_WORDS}\b[^\w\n]{{0,3}}{_NUMBER_WORDS}[^\w\n]{{0,4}})(?:[A-Z]{{1,4}}[-_]?)?\d[\dA-Z-]{{3,24}}(?![\w-])",
        # The form alone, as words around it are mistyped: letters, a dash, many digits. Not in a link.
        rf"(?<![\w/=&?.-]){_ARTICLE}[A-Z]{{2,4}}-\d{{6,12}}(?![\w-])",
    ],
    check=lambda text: _is_order(text),
)


def _is_nir(text: str) -> bool:
    """The last two digits are 97 minus the rest modulo 97; Corsica's 2A and 2B count as 19 and 18."""
    plain = regex.sub(r"[ .-]", "", text.upper())
    body, control = plain[:13].replace("2A", "19").replace("2B", "18"), plain[13:]
    return len(plain) == 15 and body.isdigit() and control.isdigit() and 97 - int(body) % 97 == int(control)


def _luhn(text: str) -> bool:
    digits = [int(digit) for digit in reversed(_NOT_DIGITS.sub("", text))]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return any(digits) and (sum(digits[::2]) + doubled) % 10 == 0


def _is_bar_code(text: str) -> bool:
    """Thirteen digits in one piece with the check digit of EAN-13."""
    if len(text) != 13 or not text.isdigit():
        return False
    digits = [int(digit) for digit in text]
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_order(text: str) -> bool:
    """Six digits or more, or four with letters among them; no date."""
    digits = len(_NOT_DIGITS.sub("", text))
    if regex.fullmatch(r"(?:19|20)\d\d-\d\d-\d\d", text):
        return False
    return digits >= 6 or (digits >= 4 and regex.search(r"[A-Za-z]", text) is not None)
