"""Numbers that stand for one account, order or machine."""

from __future__ import annotations

import ipaddress
from collections import defaultdict

import regex

from ingestion.pseudonymise.checksums import digits_of, is_bar_code, is_bitcoin, is_iban, is_luhn
from ingestion.pseudonymise.recogniser import pattern_kind

NO_ARTICLE = (
    r"(?<!\b(?:r[eé]f\w*|sku|ean|gtin|art(?:icle|ikel|icolo)?|mod[eè]le?|style|item)[^\w\n]{0,4}(?:n[°ºo]\s?)?)"
)
"""Not after a word that says that a product's number follows."""

# ISO 13616: signs of an IBAN by country.
_IBAN_LENGTHS = """
    AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18
    FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20
    LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24
    SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20
"""
_BY_LENGTH: defaultdict[int, list[str]] = defaultdict(list)
for _country in _IBAN_LENGTHS.split():
    _BY_LENGTH[int(_country[2:])].append(_country[:2])
_IBAN = "|".join(
    rf"(?:{'|'.join(countries)})\d\d(?:[ .-]?[A-Z0-9]){{{length - 4}}}" for length, countries in _BY_LENGTH.items()
)

IBAN = pattern_kind(
    "IBAN_CODE",
    hint=r"[a-z]{2}\d\d[ .-]?[a-z0-9]",
    fewest_digits=10,
    patterns=[rf"(?<![A-Z0-9])(?:{_IBAN})(?![A-Z0-9])"],
    check=is_iban,
)
ACCOUNT_AFTER_WORD = pattern_kind(
    "BANK_ACCOUNT",
    hint=r"(?:iban|rib|sort code|account|compte|konto\w*|cuenta|conto|bank)\b",
    fewest_digits=8,
    patterns=[
        # Mistyped, so that the check digits are wrong.
        r"(?<=\biban\b\W{0,3}(?:(?:est|is|lautet|è|es)\W{1,3})?)[A-Z]{2}\d\d(?:[ .-]?"
        r"(?=[A-Z]{0,3}\d)[A-Z0-9]{2,4}){3,8}(?![A-Z0-9])",
        r"(?<=\brib\b\W{0,3}(?:est\W{1,3})?)\d{5}(?:[ .-]?[A-Z0-9]){16}[ .-]?\d{2}(?!\d)",
        r"(?<=\bsort code\b\W{0,3}(?:is\W{1,3})?)\d\d[ -]?\d\d[ -]?\d\d(?:\D{1,25}\d{8}\b)?",
        r"(?<=\b(?:account|bank|compte bancaire|kontonummer|cuenta bancaria|conto corrente)\b\W{0,3}"
        r"(?:(?:number|num[eé]ro|no|n°|nr|is|est|:)\W{0,3}){0,2})\d(?:[ -]?\d){7,19}(?![\d-])",
    ],
)

CARD = pattern_kind(
    "CREDIT_CARD",
    hint=r"\d(?:[-. ]?\d){11}",
    fewest_digits=12,
    patterns=[
        r"(?<![\d])(?<!\d[.,])[2-6]\d{3}([ .-]?)\d{4}\1\d{4}\1\d{4}(?!\d)",
        r"(?<!\d)3[47]\d\d[ .-]?\d{6}[ .-]?\d{5}(?!\d)",
        r"(?<!\d)3[068]\d\d[ .-]?\d{6}[ .-]?\d{4}(?!\d)",
        r"(?<![\d/=_.-])(?:[3-6]\d{12,18}|2[2-7]\d{14})(?![\d-])",
    ],
    check=lambda text: is_luhn(text) and not is_bar_code(text),
)
CARD_AFTER_WORD = pattern_kind(
    "CREDIT_CARD",
    hint=r"\b(?:cart[ea]s?|cards?|cb|cc|visa|mastercard|amex|karte|kreditkarte|tarjeta)\b",
    fewest_digits=12,
    patterns=[
        r"(?<=\b(?:cart[ea]s?|cards?|cb|cc|visa|mastercard|amex|karte|kreditkarte|tarjeta)\b[^\d\n]{0,25})"
        r"\d{4}([ .-]?)\d{4}\1\d{4}\1\d{4}(?!\d)",
    ],
)

SIRET = pattern_kind(
    "FR_SIRET",
    hint=r"\d(?:[ .\u00a0]?\d){8}",
    fewest_digits=9,
    patterns=[
        r"(?<!\d)(?<!\d[ .])\d{3}[ .\u00a0]?\d{3}[ .\u00a0]?\d{3}[ .\u00a0]?\d{5}(?!\d)",
        r"(?<=\b(?:siren|siret|rcs|tva)\b[^\d\n]{0,25}(?:fr ?\d\d ?)?)\d{3}[ .\u00a0]?\d{3}[ .\u00a0]?\d{3}(?![ .]?\d)",
    ],
    check=is_luhn,
)

IP = pattern_kind(
    "IP_ADDRESS",
    hint=r"\d\.\d{1,3}\.\d|[\da-f]:[\da-f]{0,4}:[\da-f]",
    fewest_digits=2,
    patterns=[
        r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)",
        r"(?<![\w:])(?:[\da-f]{1,4}:){2,7}:?[\da-f]{1,4}(?:::?[\da-f]{1,4}){0,5}(?![\w:])",
    ],
    check=lambda text: _is_ip(text),
)

WALLET = pattern_kind(
    "CRYPTO_WALLET",
    hint=r"\b(?:bc1|0x[\da-f]|[13][a-z1-9]{25})",
    fewest_digits=3,
    patterns=[
        r"\b[13][1-9A-HJ-NP-Za-km-z]{25,34}\b",
        r"\bbc1[02-9ac-hj-np-z]{25,60}\b",
        r"\b0x[\dA-Fa-f]{40}\b",
    ],
    check=lambda text: not text.startswith(("1", "3")) or is_bitcoin(text),
    ignore_case=False,
)

_CUSTOMER = r"(?:client(?:e|i)?|customer|kunden?|membership|member|fid[eé]lit[eé]|loyalty|fedelt[aà]|fidelidad)"
_ORDER_WORDS = (
    r"(?:orders?|commandes?|cmde?s?|comandes?|ordine|ordini|bestellung(?:en)?|bestell(?:nr|nummer)|pedidos?"
    r"|tracking|suivi"
    r"|colis|paquet|paquete|pacco|paket|sendung(?:snummer)?|spedizione|facture|invoice|fattura|factura|rechnung|retour"
    r"|rechnungsnummer|auftrag(?:snummer)?|kundennummer|kundennr|num commande|ticket|dossier|r[eé]clamation|"
    r"(?:carte|card)"
    rf" (?:de )?fid[eé]lit[eé]|loyalty card|{_CUSTOMER})"
)
_SAID = r"(?:numbers?|num[eé]ros?|n[uú]mero|num(?:ber)?|no|nr|n°|nº|n|nummer|id|code|ref|r[eé]f[eé]rence)"
_OF = (
    rf"(?:(?:de|di|del|d['’]|of|for|du)\s?(?:la |ma |my |mon )?(?:{_ORDER_WORDS}|envoi|suivi|client)|{_CUSTOMER}|web"
    r"|internet|is|est|è|es|ist|lautet|portant le|with|avec le|c['’]est|sous le)"
)
_LINK_WORDS = rf"(?:[^\w\n]{{1,3}}(?:{_OF}|{_SAID})){{0,3}}[^\w\n]{{0,4}}"
_MARKED = rf"(?:\b{_SAID}[^\w\n]{{0,3}}(?:{_OF}[^\w\n]{{0,3}}){{0,2}}|[#№]\s?)"
ORDER = pattern_kind(
    "ORDER_NUMBER",
    hint=r"\d[\da-z-]{3}",
    fewest_digits=4,
    patterns=[
        rf"(?<![\w-])(?=[A-Z]{{0,4}}[-_]?\d[\dA-Z-]{{3}})(?<=\b{_ORDER_WORDS}\b{_LINK_WORDS})"
        rf"(?:[A-Z]{{1,4}}[-_]?)?\d[\dA-Z-]{{3,24}}(?![\w-])",
        # The form alone, as words around it are mistyped: letters, a dash, many digits. Not in a link.
        rf"(?<![\w/=&?.-])(?=[A-Z]{{2,4}}-\d{{6}}){NO_ARTICLE}[A-Z]{{2,4}}-\d{{6,12}}(?![\w-])",
    ],
    check=lambda text: _is_order(text),
)
SHORT_ORDER = pattern_kind(
    "ORDER_NUMBER",
    hint=rf"\b(?:{_ORDER_WORDS})\b",
    fewest_digits=4,
    patterns=[
        # "N° de commande 4821": said to be a number, so fewer digits will do.
        rf"(?<![\w-])(?=\d{{4,5}}(?!\d))(?<=\b{_ORDER_WORDS}\b[^\w\n]{{0,3}}"
        rf"(?:{_OF}[^\w\n]{{1,3}})?{_MARKED})\d{{4,5}}(?![\w-]|[.,]\d)(?!\s?(?:€|eur|\$|£|%))",
        # The number before its word: "le n°4821937 (commande du 3 mai)"; or words between: "commande du 3 mai n°48219".
        rf"{NO_ARTICLE}(?<=(?:\bn[°º]|#)\s?)\d{{5,14}}(?=\W{{1,3}}(?:est |is )?(?:ma |mon |my |the )?{_ORDER_WORDS}\b)",
        rf"(?<=(?:\bn[°º]|#)\s?)(?<=\b{_ORDER_WORDS}\b[^\n#]{{1,25}}(?:n[°º]|#)\s?){NO_ARTICLE}\d{{5,14}}(?![\w-])",
        rf"(?<=\b{_ORDER_WORDS}\b[^\w\n]{{0,3}}(?:{_SAID}[^\w\n]{{0,3}})?\d{{6,14}} (?:et|and|e|und|y|ou|or"
        rf"|&) )\d{{6,14}}(?!\w)",
    ],
)

_ISO_DATE = regex.compile(r"(?:19|20)\d\d-\d\d-\d\d")


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_order(text: str) -> bool:
    """Six digits or more, or four with letters among them; no date."""
    digits = len(digits_of(text))
    if _ISO_DATE.fullmatch(text):
        return False
    return digits >= 6 or (digits >= 4 and any(sign.isalpha() for sign in text))
