"""What is recognised as personal data, and what is left alone."""

from __future__ import annotations

from datetime import date

import pytest

from ingestion.clean import clean_text
from ingestion.demo import build_demo, parse_size
from ingestion.pseudonymise.contacts import phone_number
from ingestion.pseudonymise.detector import Detector
from tests.ingestion.raw_posts import LANGUAGES

DETECTOR = Detector(LANGUAGES)


def found(text: str) -> set[tuple[str, str]]:
    return {(span.kind, text[span.start : span.end]) for span in DETECTOR.find(text, "fr")}


@pytest.mark.parametrize(
    ("text", "kind", "part"),
    [
        ("écris à sophie.martin+mode@example.co.uk stp", "EMAIL_ADDRESS", "sophie.martin+mode@example.co.uk"),
        ("sophie (at) example (dot) com", "EMAIL_ADDRESS", "sophie (at) example (dot) com"),
        ("sophie arobase example point fr", "EMAIL_ADDRESS", "sophie arobase example point fr"),
        ("mon mail: sophie@gmail merci", "EMAIL_ADDRESS", "sophie@gmail"),
        ("appelle le 06 12 34 56 78 stp", "PHONE_NUMBER", "06 12 34 56 78"),
        ("06.12.34.56.78", "PHONE_NUMBER", "06.12.34.56.78"),
        ("0612345678 14 rue", "PHONE_NUMBER", "0612345678"),
        ("+33 (0)6 12 34 56 78.", "PHONE_NUMBER", "+33 (0)6 12 34 56 78"),
        ("0033612345678", "PHONE_NUMBER", "0033612345678"),
        ("call 020 7946 0958", "PHONE_NUMBER", "020 7946 0958"),
        ("text 07911 123456!", "PHONE_NUMBER", "07911 123456"),
        ("cell 333 123 4567", "PHONE_NUMBER", "333 123 4567"),
        ("030 12345678 Berlin", "PHONE_NUMBER", "030 12345678"),
        ("llama al 612 34 56 78", "PHONE_NUMBER", "612 34 56 78"),
        ("merci @sophie_style !", "HANDLE", "@sophie_style"),
        ("vu chez @marie-lou.b.", "HANDLE", "@marie-lou.b"),
        ("thanks /u/old_hat", "HANDLE", "/u/old_hat"),
        ("insta: lea.looks75", "HANDLE", "lea.looks75"),
        ("www.instagram.com/sophie.st/?hl=fr", "PROFILE_LINK", "www.instagram.com/sophie.st/?hl=fr"),
        ("https://shop.example.com/me?email=a%40example.com", "IDENTITY_LINK", None),
        ("IBAN FR76 3000 6000 0112 3456 7890 189 merci", "IBAN_CODE", "FR76 3000 6000 0112 3456 7890 189"),
        ("gb29nwbk60161331926819", "IBAN_CODE", "gb29nwbk60161331926819"),
        ("carte 4539 1488 0343 6467", "CREDIT_CARD", "4539 1488 0343 6467"),
        ("NIR 2 55 08 14 168 025 38", "FR_NIR", "2 55 08 14 168 025 38"),
        ("SIRET 732 829 320 00074", "FR_SIRET", "732 829 320 00074"),
        ("from 192.168.10.24 again", "IP_ADDRESS", "192.168.10.24"),
        ("commande n° 98765432", "ORDER_NUMBER", "98765432"),
        ("my order #AB-123456 is late", "ORDER_NUMBER", "AB-123456"),
        ("Je m'appelle Camille Durand et", "PERSON", "Camille Durand"),
        ("my name is Hannah, hello", "PERSON", "Hannah"),
        ("Nom : Lefèvre", "PERSON", "Lefèvre"),
        ("Très déçue. Signé Camille", "PERSON", "Camille"),
        ("Superbe — Camille", "PERSON", "Camille"),
        ("Cordialement,\nCamille D.", "PERSON", "Camille D."),
        ("Thanks to Hannah Penhale at the shop", "PERSON", "Hannah Penhale"),
    ],
)
def test_finds(text: str, kind: str, part: str | None) -> None:
    assert (kind, part if part is not None else text) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Stan Smith blanches taille 38, au top",
        "Robe Jacquemus achetée le 2024-11-04 pour 120€",
        "livré le 04/11/2024 10h30, prix 1 299,00 €",
        "tailles 34 36 38 40 42 44",
        "UK sizes 06 08 10 12 14",
        "600 700 800 pièces, 2019 2020 2021",
        "EAN 3606801234567, réf. 0712345678",
        "https://shop.example.com/p/0712345678?color=612345678",
        "#ootd #robe2026 ❤️ 100% coton, 30°, -50%",
        "I will buy it at some point in winter",
        "Robe signée Jacquemus, merci !",
        "5'4\" @140 lbs, 36-26-36",
        "v1.2.3, 8.5/10, 24/7",
        "Top of the week—May Edition",
        "Order 12345 units? no",
        "https://www.instagram.com/p/Cabc123/",
        "taille 38 au lieu de 40, 2 achetées 1 offerte, 07-08-2025",
    ],
)
def test_leaves_alone(text: str) -> None:
    assert found(text) == set()


@pytest.mark.parametrize(
    ("text", "number"),
    [("06 12 34 56 78", "+33612345678"), ("+33 6 12 34 56 78", "+33612345678"), ("0033612345678", "+33612345678")],
)
def test_one_phone_number_has_one_form(text: str, number: str) -> None:
    assert phone_number(text) == number


def test_hints_change_nothing_on_the_demo_posts() -> None:
    posts = list(build_demo(parse_size("small"), seed=7, end=date(2026, 11, 1)).raw_posts())[::3]
    texts = [clean_text(text) for post in posts for text in (post.title, post.text) if text]
    assert len(texts) > 1000
    for text in texts:
        assert set(DETECTOR.find(text, "fr")) == set(DETECTOR.find(text, "fr", every_kind=True))
