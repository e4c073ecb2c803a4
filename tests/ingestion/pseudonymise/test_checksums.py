"""Check digits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ingestion.pseudonymise import checksums

VALID: list[tuple[Callable[[str], bool], str]] = [
    (checksums.is_luhn, "4539 1488 0343 6467"),
    (checksums.is_bar_code, "4006381333931"),
    (checksums.is_iban, "DE89370400440532013000"),
    (checksums.is_nir, "2 69 05 49 588 157 80"),
    (checksums.is_nir, "1 84 12 2A 123 456 97"),
    (checksums.is_codice_fiscale, "RSSMRA85T10A562S"),
    (checksums.is_dni, "12345678Z"),
    (checksums.is_dni, "Y0000000Z"),
    (checksums.is_steuer_id, "86095742719"),
    (checksums.is_versicherungsnummer, "65170839J003"),
    (checksums.is_bitcoin, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
]


@pytest.mark.parametrize(("check", "number"), VALID)
def test_a_number_that_was_given_passes(check: Callable[[str], bool], number: str) -> None:
    assert check(number)


@pytest.mark.parametrize(("check", "number"), VALID)
def test_one_digit_changed_fails(check: Callable[[str], bool], number: str) -> None:
    at = max(place for place, sign in enumerate(number) if sign.isdigit())
    assert not check(f"{number[:at]}{(int(number[at]) + 1) % 10}{number[at + 1 :]}")


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (checksums.is_luhn, "0000 0000 0000"),
        (checksums.is_nir, "2690549588157"),
        (checksums.is_codice_fiscale, "RSSMRA85T10A562"),
        (checksums.is_dni, "ABCDEFGHZ"),
        (checksums.is_steuer_id, "12345678912"),
        (checksums.is_bar_code, "360680123456"),
    ],
)
def test_what_has_not_the_form_fails(check: Callable[[str], bool], text: str) -> None:
    assert not check(text)
