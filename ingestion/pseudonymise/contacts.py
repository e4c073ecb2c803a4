"""E-mail addresses and phone numbers."""

from __future__ import annotations

from itertools import pairwise

import phonenumbers
import regex
from phonenumbers import NumberParseException, PhoneNumber, ValidationResult

from ingestion.pseudonymise.recogniser import pattern_kind

_MAILBOX = r"[\w!#$%&'*+/=?^`{|}~-][\w!#$%&'*+/=?^`{|}~.-]{0,63}"
_HOSTS = "gmail|yahoo|hotmail|outlook|live|icloud|aol|proton|orange|free|sfr|wanadoo|laposte|gmx|web|libero|virgilio"
_ENDINGS = r"(?:com|fr|net|org|eu|it|de|es|io|me|be|ch|lu|info|co\.uk|co)\b"
_BRACKET_AT = r"\s?[\[({]\s?(?:at|arobase|@)\s?[\])}]\s?"
_WORD_DOT = r"(?:\s?[\[({]\s?(?:dot|point|punto|punkt|\.)\s?[\])}]\s?|\s(?:dot|point|punto|punkt)\s|\.)"

EMAIL = pattern_kind(
    "EMAIL_ADDRESS",
    hint=r"@|arobase|chiocciola|[\[({]\s?at\b|at\s\S+\sdot\b",
    patterns=[
        rf"(?<![\w.]){_MAILBOX}@\w+(?:-+\w+)*(?:\.\w+(?:-+\w+)*)+",
        rf"(?<![\w.]){_MAILBOX}@(?:{_HOSTS})\b",
        # Written out: "sophie (at) example (dot) com", "sophie arobase example point fr", "sophie at example dot com".
        rf"\b[\w.+-]{{2,40}}(?:{_BRACKET_AT}|\s(?:arobase|chiocciola)\s)\w[\w-]{{1,30}}{_WORD_DOT}{_ENDINGS}",
        rf"\b[\w.+-]{{2,40}}\sat\s\w[\w-]{{1,30}}\sdot\s{_ENDINGS}",
    ],
)

_DATE = regex.compile(
    r"(?<!\d)(?:\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)\d\d|(?:19|20)\d\d[./ -]\d{1,2}[./ -]\d{1,2})(?!\d)"
)
_FEWEST_NATIONAL_DIGITS = 9
"""Shorter numbers with a leading 0 are codes and articles more often than phones."""
_GROUPS = regex.compile(r"\d+")
_EXTENSION = regex.compile(r"\s?(?:x|ext\.?)\s?\d{1,6}$", regex.IGNORECASE)
_NANP = regex.compile(r"(?:1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-. ]\d{4}")

# Digits with at most two signs between them, brackets around a part of them; no article number, and not in a link.
_SEP = r"[ .\-/\u00a0\u202f\u2011\u2013]{0,2}"
_FREE = r"(?<![\d\p{L}_])(?<!://\S{0,400})"
_START = (
    rf"{_FREE}(?<!\d[.,:/\-])(?<!\b(?:r[eé]f(?:erence|érence)?|sku|ean|gtin|art(?:icle|ikel|icolo)?|mod[eè]le)"
    r"[^\w\n]{0,4})"
)
_END = r"(?![\d\p{L}_])(?![.,:/\-]\d)"
_EXT = r"(?:\s?(?:x|ext\.?)\s?\d{1,6})?"
_ANY = rf"[+(]{{0,2}}\d\)?(?:{_SEP}\(?\d\)?){{6,14}}"
_WORDS = (
    r"(?:t[eé]l(?:[eé]phone|efono|efon)?|phone|call|text me|ring me|mobile?|portable|whats\s?app|cell(?:phone|ulare)?"
    r"|fax|num[eé]ro|n[uú]mero|handy|m[oó]vil|appele[rz]|joindre|joignable|contact(?:e[rz]?)?|reach (?:me|us)"
    r"|answer(?:ing)?)"
)

_FRENCH = regex.compile(rf"0[1-9](?:{_SEP}\d\d){{4}}(?!\d)")

PHONE = pattern_kind(
    "PHONE_NUMBER",
    hint=r"\d(?:[^\d\n]{0,4}\d){6}",
    patterns=[
        rf"{_FREE}(?:\+|00){_SEP}\(?[1-9]\d{{0,2}}\)?(?:{_SEP}\(0\))?(?:{_SEP}\(?\d{{1,10}}\)?){{1,7}}{_EXT}{_END}",
        rf"{_START}0[1-9](?:{_SEP}\d\d){{4}}{_END}",
        rf"{_START}\(?0\d{{2,4}}\)?{_SEP}\d{{3,4}}{_SEP}\d{{3,4}}{_END}",
        rf"{_START}\(?0\d{{1,4}}\)?(?:{_SEP}\d{{1,9}}){{0,5}}{_END}",
        rf"{_START}3\d\d{_SEP}\d{{3}}{_SEP}\d{{4}}{_END}",
        rf"{_START}3\d\d{_SEP}\d{{7}}{_END}",
        rf"{_START}[6-9]\d\d{_SEP}\d{{3}}{_SEP}\d{{3}}{_END}",
        rf"{_START}[6-9]\d\d(?:{_SEP}\d\d){{3}}{_END}",
        rf"{_FREE}(?<!\d[.,:/\-])(?:1[ .-]?)?(?:\(\d{{3}}\) ?|\d{{3}}[-.])\d{{3}}[-. ]\d{{4}}{_EXT}{_END}",
    ],
    check=lambda text: phone_number(text) is not None,
)
PHONE_AFTER_WORD = pattern_kind(
    "PHONE_NUMBER",
    hint=r"\d(?:[^\d\n]{0,4}\d){6}",
    patterns=[
        rf"(?<=\b{_WORDS}\b[^\d\n]{{0,25}}){_START}{_ANY}{_EXT}{_END}",
        rf"{_START}{_ANY}{_EXT}(?=[ -]{{0,2}}(?:office|home|mobile|cell|fax|bureau|portable)\b)",
    ],
    check=lambda text: not _is_no_phone(_GROUPS.findall(text), text),
)


def phone_number(text: str) -> str | None:
    """The number in E.164 form, or its bare digits where it has the North American form; None where the text is no
    phone number: a date, a row of sizes, prices, or digits that no plan of the five countries allows.
    """
    plain = _EXTENSION.sub("", text.strip())
    groups = _GROUPS.findall(plain)
    digits = "".join(groups)
    if _is_no_phone(groups, plain):
        return None
    if plain.startswith(("+", "00")):
        return _international(plain, digits)
    for region in _regions(plain, digits):
        number = _parse(digits, region)
        if number is not None and phonenumbers.is_valid_number(number):
            return _e164(number)
    return digits if _NANP.fullmatch(plain) else None


def _regions(plain: str, digits: str) -> tuple[str, ...]:
    """Countries whose national numbers start so."""
    if digits[0] == "0":
        if len(digits) > 10 and _FRENCH.match(plain):
            return ()  # another number follows a French one, which is found by itself
        return ("FR", "GB", "IT", "DE") if len(digits) >= _FEWEST_NATIONAL_DIGITS else ()
    if digits[0] == "3":
        return ("IT",) if len(digits) == 10 else ()
    # Nine bare digits that start with 8 or 9 are more often some other number.
    return ("ES",) if digits[0] in "67" or digits != plain else ()


def _international(plain: str, digits: str) -> str | None:
    number = _parse(f"+{digits.removeprefix('00') if plain.startswith('00') else digits}", None)
    if number is None:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    return _e164(number)


def _parse(text: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


def _e164(number: PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _is_no_phone(groups: list[str], plain: str) -> bool:
    return not 7 <= sum(map(len, groups)) <= 15 or _DATE.search(plain) is not None or _is_series(groups)


def _is_series(groups: list[str]) -> bool:
    """Sizes (`34 36 38 40`) grow by one step; prices and stocks (`650 700 800`) end in zeros."""
    if len(groups) < 3 or len({len(group) for group in groups}) > 1:
        return False
    steps = {int(after) - int(before) for before, after in pairwise(groups)}
    return (len(steps) == 1 and steps <= {1, 2, 3, 4, 5, 10}) or all(group.endswith("0") for group in groups)
