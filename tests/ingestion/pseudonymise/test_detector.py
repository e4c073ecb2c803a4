"""What is recognised as personal data, and what is left alone."""

from __future__ import annotations

import logging
from datetime import date

import pytest

from ingestion.clean import clean_text
from ingestion.demo import build_demo, parse_size
from ingestion.pseudonymise.contacts import phone_number
from ingestion.pseudonymise.detector import Detector
from ingestion.pseudonymise.recogniser import pattern_kind
from tests.ingestion.pseudonymise.marked import french_sentences
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
        ("insta name: jo.styles_", "HANDLE", "jo.styles_"),
        ("mon insta : sophiestyle", "HANDLE", "sophiestyle"),
        ("find me @jo@fashion.social", "EMAIL_ADDRESS", "jo@fashion.social"),
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
        ("Bestellnummer: 99887766", "ORDER_NUMBER", "99887766"),
        ("il mio ordine numero 4471290", "ORDER_NUMBER", "4471290"),
        ("mi pedido nº 20418833", "ORDER_NUMBER", "20418833"),
        ("commande n° 48213 jamais reçue", "ORDER_NUMBER", "48213"),
        ("commandes 4478120 et 4478121", "ORDER_NUMBER", "4478121"),
        ("Kundennummer 4711234", "ORDER_NUMBER", "4711234"),
        ("sécu 2550814168025", "FR_NIR", "2550814168025"),
        ("my SSN: 219 09 9999", "US_SSN", "219 09 9999"),
        ("it is 219-09-9999", "US_SSN", "219-09-9999"),
        ("AB 12 34 56 C", "UK_NINO", "AB 12 34 56 C"),
        ("NI number AB123456C", "UK_NINO", "AB123456C"),
        ("cf rssmra85t10a562s", "IT_FISCAL_CODE", "rssmra85t10a562s"),
        ("DNI 12345678Z", "ES_NIF", "12345678Z"),
        ("NIE X-1234567-L", "ES_NIF", "X-1234567-L"),
        ("Steuer-ID 86 095 742 719", "DE_TAX_ID", "86 095 742 719"),
        ("RV-Nr. 65 170839 J 003", "DE_SOCIAL_SECURITY", "65 170839 J 003"),
        ("passeport n° 12AB34567", "IDENTITY_PAPER", "12AB34567"),
        ("my driver's license is A5631933", "IDENTITY_PAPER", "A5631933"),
        ("née le 14/07/1988 à Tours", "DATE_OF_BIRTH", "14/07/1988"),
        ("she was born on March 3, 1975", "DATE_OF_BIRTH", "March 3, 1975"),
        ("geboren am 3. März 1975", "DATE_OF_BIRTH", "3. März 1975"),
        ("garé, GK-482-BD", "VEHICLE_PLATE", "GK-482-BD"),
        ("Kennzeichen B-MW 1234", "VEHICLE_PLATE", "B-MW 1234"),
        ("la targa del furgone era FG 482 KL", "VEHICLE_PLATE", "FG 482 KL"),
        ("targa AB 123 CD", "VEHICLE_PLATE", "AB 123 CD"),
        ("j'habite 12 rue des lilas 75011 paris", "STREET_ADDRESS", "12 rue des lilas 75011 paris"),
        ("Je vis rue Sainte-Catherine à Bordeaux", "STREET_ADDRESS", "rue Sainte-Catherine"),
        ("12 bis, avenue du Général Leclerc", "STREET_ADDRESS", "12 bis, avenue du Général Leclerc"),
        ("abito in Via Garibaldi 15, 20121 Milano", "STREET_ADDRESS", "Via Garibaldi 15, 20121 Milano"),
        ("Hauptstraße 12, 10115 Berlin", "STREET_ADDRESS", "Hauptstraße 12, 10115 Berlin"),
        ("calle Mayor 12, 3º B, 28013 Madrid", "STREET_ADDRESS", "calle Mayor 12, 3º B, 28013 Madrid"),
        ("45 Maple Road, London SW1A 1AA", "STREET_ADDRESS", "45 Maple Road, London SW1A 1AA"),
        ("at 45 Maple Street, Springfield, IL 62704", "STREET_ADDRESS", "45 Maple Street, Springfield, IL 62704"),
        ("livraison à 59000 Lille", "POSTCODE", "59000 Lille"),
        ("my zip code is 62704", "POSTCODE", "62704"),
        ("IBAN DE89 3704 0044 0532 0130 01", "BANK_ACCOUNT", "DE89 3704 0044 0532 0130 01"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "CRYPTO_WALLET", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
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
        "sac 31 rue Cambon, parfum 24 Faubourg",
        "shipped via FedEx 2 days, 3 high street brands, size M3 4XL",
        "my insta is amazing, sur insta: la robe est belle",
        "Brigade 25-40% off, Ohrring 2, Parkplatz 12",
        "AB123456C et 12345678A en rupture, réf 12345678Z",
        "75000 abonnés, 10000 Euros, 2000 pièces",
        "born in 1990, 2 places, 3 cours de couture",
        "taille 38 au lieu de 40, 2 achetées 1 offerte, 07-08-2025",
        "Philips AVENT SCF 281, 02 Microwave",
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


def test_a_text_on_which_a_pattern_takes_too_long_goes_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.pseudonymise.recogniser.TIMEOUT_S", 0.05)
    endless = pattern_kind("HANDLE", hint="a", patterns=[r"(?:a|aa)+$"]).make("fr")
    text = "a" * 200 + "!"
    assert [(result.start, result.end) for result in endless.analyze(text, ["HANDLE"])] == [(0, len(text))]


def test_hints_change_nothing_on_sentences_with_personal_data() -> None:
    for sentence in french_sentences():
        assert set(DETECTOR.find(sentence.text, "fr")) == set(DETECTOR.find(sentence.text, "fr", every_kind=True))


def test_nothing_is_logged_of_what_is_found(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for sentence in french_sentences():
        DETECTOR.find(sentence.text, "fr", every_kind=True)
    assert caplog.text == ""


def test_hints_change_nothing_on_the_demo_posts() -> None:
    posts = list(build_demo(parse_size("small"), seed=7, end=date(2026, 11, 1)).raw_posts())[::9]
    texts = [clean_text(text) for post in posts for text in (post.title, post.text) if text]
    assert len(texts) > 300
    for text in texts:
        assert set(DETECTOR.find(text, "fr")) == set(DETECTOR.find(text, "fr", every_kind=True))
