"""Check digits: what tells a number that somebody was given from any other row of digits.

Sources: ISO/IEC 7812-1 (Luhn), ISO 13616 (IBAN, modulo 97), ISO/IEC 7064 (modulo 11,10); INSEE (NIR); Decreto
Ministeriale 12 March 1974 (codice fiscale); Real Decreto 1553/2005 (DNI, NIE); VKVV 4 (Versicherungsnummer).
"""

from __future__ import annotations

import hashlib
import re

_NOT_DIGITS = re.compile(r"\D+")
_SIGNS = re.compile(r"[\W_]+")
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
# Values of a codice fiscale's signs at odd places, 0-9 and A-Z; a letter for a digit keeps the digit's own place value.
_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_INSURANCE_WEIGHTS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)


def digits_of(text: str) -> str:
    """The digits alone."""
    return _NOT_DIGITS.sub("", text)


def bare(text: str) -> str:
    """Letters and digits alone, in capitals."""
    return _SIGNS.sub("", text).upper()


def is_luhn(text: str) -> bool:
    """Cards, SIREN and SIRET.

    >>> is_luhn("732 829 320 00074")
    True
    """
    digits = [int(digit) for digit in reversed(digits_of(text))]
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return any(digits) and (sum(digits[::2]) + doubled) % 10 == 0


def is_bar_code(text: str) -> bool:
    """Thirteen digits in one piece with the check digit of EAN-13: a product's."""
    if len(text) != 13 or not text.isdigit():
        return False
    digits = [int(digit) for digit in text]
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def is_iban(text: str) -> bool:
    """The first four signs put last, letters as 10 to 35: 1 modulo 97.

    >>> is_iban("GB29 NWBK 6016 1331 9268 19")
    True
    """
    plain = bare(text)
    return plain.isascii() and int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def is_nir(text: str) -> bool:
    """French social security: 97 minus the rest modulo 97 comes last; Corsica's 2A and 2B count as 19 and 18.

    >>> is_nir("2 55 08 14 168 025 38")
    True
    """
    plain = bare(text)
    body, control = plain[:13].replace("2A", "19").replace("2B", "18"), plain[13:]
    return len(plain) == 15 and body.isdigit() and control.isdigit() and 97 - int(body) % 97 == int(control)


def is_codice_fiscale(text: str) -> bool:
    """Italian tax code: the sum of the signs' values by place, modulo 26, as a letter, comes last.

    >>> is_codice_fiscale("RSSMRA85T10A562S")
    True
    """
    plain = bare(text)
    if len(plain) != 16 or not plain.isascii():
        return False
    values = [int(sign) if sign.isdigit() else ord(sign) - ord("A") for sign in plain[:15]]
    total = sum(_ODD[value] for value in values[::2]) + sum(values[1::2])
    return chr(ord("A") + total % 26) == plain[15]


def is_dni(text: str) -> bool:
    """Spanish DNI or NIE: the number modulo 23 gives the letter; X, Y and Z stand for 0, 1 and 2.

    >>> is_dni("12345678Z"), is_dni("X-1234567-L")
    (True, True)
    """
    plain = bare(text)
    number = plain[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return number.isdecimal() and plain[-1] == _DNI_LETTERS[int(number) % 23]


def is_steuer_id(text: str) -> bool:
    """German tax number of a person: 11 digits, modulo 11,10, with one digit twice or three times in the first ten.

    >>> is_steuer_id("86 095 742 719")
    True
    """
    digits = digits_of(text)
    if len(digits) != 11 or digits[0] == "0" or len(set(digits[:10])) not in (8, 9):
        return False
    product = 10
    for digit in digits[:10]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(digits[10])


def is_versicherungsnummer(text: str) -> bool:
    """German pension insurance: the letter as two digits, digit sums of the weighted digits, modulo 10.

    >>> is_versicherungsnummer("65 170839 J 003")
    True
    """
    plain = bare(text)
    letter = f"{ord(plain[8]) - ord('A') + 1:02d}"
    digits = [int(digit) for digit in plain[:8] + letter + plain[9:11]]
    total = sum(sum(divmod(digit * weight, 10)) for digit, weight in zip(digits, _INSURANCE_WEIGHTS, strict=True))
    return total % 10 == int(plain[11])


def is_bitcoin(text: str) -> bool:
    """A base-58 address: its last four bytes are the start of the twice hashed rest.

    >>> is_bitcoin("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")
    True
    """
    number = 0
    for sign in text:
        number = number * 58 + _BASE58.index(sign)
    if number >= 1 << 200:
        return False
    payload = number.to_bytes(25)
    return hashlib.sha256(hashlib.sha256(payload[:-4]).digest()).digest()[:4] == payload[-4:]
