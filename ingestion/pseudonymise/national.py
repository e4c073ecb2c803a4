"""Numbers that a state gives a person: social security, tax, identity papers; and vehicles' plates."""

from __future__ import annotations

import regex

from ingestion.pseudonymise.checksums import (
    bare,
    digits_of,
    is_codice_fiscale,
    is_dni,
    is_nir,
    is_steuer_id,
    is_versicherungsnummer,
)
from ingestion.pseudonymise.numbers import NO_ARTICLE
from ingestion.pseudonymise.recogniser import pattern_kind

_S = r"[ .\-\u00a0\u202f]?"
_NIR_BODY = rf"[1278]{_S}\d\d{_S}(?:0[1-9]|[1-9]\d){_S}(?:\d\d|2[AB]){_S}\d{{3}}{_S}\d{{3}}"

NIR = pattern_kind(
    "FR_NIR",
    hint=r"[1278](?:[ .\-\u00a0\u202f]{0,3}[\dab]){14}",
    fewest_digits=14,
    patterns=[rf"(?<![\d\p{{L}}]){_NIR_BODY}(?:\s?[/(]?\s?(?:cl[eé]\s?)?|{_S}){_S}\d\d(?!\d)"],
    check=lambda text: is_nir(regex.sub(r"cl[eé]", "", text, flags=regex.IGNORECASE)),
)
NIR_AFTER_WORD = pattern_kind(
    "FR_NIR",
    hint=r"s[eé]cu|nir\b|n°? ?ss\b|insee\b|carte vitale",
    fewest_digits=12,
    patterns=[
        # Without its key, or mistyped.
        rf"(?<=(?:s[eé]cu(?:rit[eé] sociale)?|\bnir|\bn°? ?ss|\binsee|carte vitale)\b[^\d\n]{{0,25}}){_NIR_BODY}"
        rf"(?:{_S}\d\d)?(?!\d)",
    ],
)

US_SSN = pattern_kind(
    "US_SSN",
    hint=r"\d{3}-\d\d-\d{4}|\bssn\b|social security",
    fewest_digits=9,
    patterns=[
        r"(?<![\d-])(?!000|666)[0-8]\d\d-(?!00)\d\d-(?!0000)\d{4}(?![\d-])",
        r"(?<=\b(?:ssn|social security(?: number| no\.?)?)\b[^\d\n]{0,15})\d{3}[ .-]?\d\d[ .-]?\d{4}(?!\d)",
    ],
)

_NINO = r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
UK_NINO = pattern_kind(
    "UK_NINO",
    hint=r"[a-z]{2}[ .-]?\d\d[ .-]?\d\d[ .-]?\d\d[ .-]?[a-d]\b",
    fewest_digits=6,
    patterns=[
        rf"\b{_NINO} \d\d \d\d \d\d [A-D]\b",
        # In one piece it looks like an article's number.
        rf"(?<=\b(?:national insurance|n\.?i\.?(?: number| no\.?)?|nino)\b[^\d\n]{{0,15}}){_NINO}{_S}"
        rf"(?:\d\d{_S}){{3}}[A-D]\b",
    ],
)

IT_FISCAL_CODE = pattern_kind(
    "IT_FISCAL_CODE",
    hint=r"[a-z]{3} ?[a-z]{3} ?[\dlmnp-v]{2}[a-ehlmprst][\dlmnp-v]{2} ?[a-z][\dlmnp-v]{3}[a-z]",
    fewest_digits=4,
    patterns=[
        r"(?<![\w])[A-Z]{3} ?[A-Z]{3} ?[\dLMNP-V]{2}[A-EHLMPRST][\dLMNP-V]{2} ?[A-Z][\dLMNP-V]{3}[A-Z](?![\w])",
    ],
    check=is_codice_fiscale,
)

ES_NIF = pattern_kind(
    "ES_NIF",
    hint=r"\d[ .-]?[a-z]\b",
    fewest_digits=7,
    patterns=[
        rf"(?<![\w-]){NO_ARTICLE}\d{{2}}\.?\d{{3}}\.?\d{{3}}[ -]?[A-Z](?![\w-])",
        rf"(?<![\w-]){NO_ARTICLE}[XYZ][ -]?\d{{7}}[ -]?[A-Z](?![\w-])",
    ],
    check=is_dni,
)

_TAX_WORDS = r"(?:steuer(?:-| )?(?:id\w*|identifikationsnummer|nummer|nr)|idnr|identifikationsnummer)"
DE_TAX_ID = pattern_kind(
    "DE_TAX_ID",
    hint=rf"\d\d \d{{3}} \d{{3}} \d{{3}}|{_TAX_WORDS}",
    fewest_digits=10,
    patterns=[
        r"(?<![\d+] ?)\d\d \d{3} \d{3} \d{3}(?! ?\d)",
        rf"(?<={_TAX_WORDS}[^\d\n]{{0,15}})\d\d ?\d{{3}} ?\d{{3}} ?\d{{3}}(?!\d)",
    ],
    check=is_steuer_id,
)
DE_SOCIAL_SECURITY = pattern_kind(
    "DE_SOCIAL_SECURITY",
    hint=r"\d ?[a-z] ?\d{3}\b",
    fewest_digits=11,
    patterns=[r"(?<!\w)\d\d ?[0-3]\d[ .]?[01]\d[ .]?\d\d ?[A-Z] ?\d{3}(?!\w)"],
    check=is_versicherungsnummer,
)

_PAPERS = (
    r"(?:passe?ports?|passaporto|(?:reise)?pass(?:nummer|nr)|pasaporte|carte (?:nationale )?d['’ ]?identit[eé]|\bcni"
    r"|carta d['’ ]?identit[aà]|(?:personal)?ausweis(?:nummer|nr)?|documento (?:nacional )?de identidad"
    r"|driv(?:er|ing)['’]?s? licen[cs]e|driver\\?['’]s licen[cs]e|permis de conduire|titre de s[eé]jour"
    r"|patente di guida"
    r"|patente|f[uü]hrerschein(?:nummer|nr)?|(?:carnet|permiso) de conducir|identity card|id card|steuernummer"
    r"|\bdni|\bnie|\bnif|codice fiscale|\bc\.f\.)"
)
PAPERS = pattern_kind(
    "IDENTITY_PAPER",
    hint=_PAPERS.replace(r"\b", ""),
    fewest_digits=4,
    patterns=[
        rf"(?<={_PAPERS}\b[^\w\n]{{0,3}}(?:(?:number|num[eé]ro|n[uú]mero|no|n°|nº|nr|n|num|is|est|è|es|ist|lautet"
        rf"|c['’]est)"
        r"\b?[^\w\n]{1,3}){0,3}[^\w\n]{0,3})(?!(?:is|est|[eè]s?|ist|no|nr|num\w*)\b)(?="
        r"(?:[A-Z ./-]{0,9}\d){4})[A-Z\d](?:[A-Z\d]|[ ./-]"
        r"(?=[A-Z]{0,2}\d)){4,19}\b",
    ],
    check=lambda text: len(digits_of(text)) >= 4 and len(bare(text)) >= 6,
)

_PLATE_WORDS = (
    r"(?:immatricul(?:[eé]e?|ation)|plaques?|(?:number|licen[cs]e|reg(?:istration)?) ?plate|registration"
    r"|targat[ao]|targa"
    r"|(?:kfz-?)?kennzeichen|matr[ií]cula)"
)
_FRENCH_LETTERS = r"[A-HJ-NP-TV-Z]"
PLATE = pattern_kind(
    "VEHICLE_PLATE",
    hint=rf"[a-z]{{2}}-\d{{3}}-|{_PLATE_WORDS}",
    fewest_digits=2,
    patterns=[
        rf"(?<![\w-])(?!SS|WW){_FRENCH_LETTERS}{{2}}-(?!000)\d{{3}}-(?!SS){_FRENCH_LETTERS}{{2}}(?![\w-])",
        rf"(?<=(?i:\b{_PLATE_WORDS}(?: (?:is|est|è|es|ist|number|n°))?[^\w\n]{{0,3}}))(?i:"
        r"[A-Z]{2}[ -]?\d{3}[ -]?[A-Z]{2}|\d{1,4} ?[A-Z]{2,3} ?(?:\d\d|2[AB])"
        r"|[A-ZÄÖÜ]{1,3}[- :][A-Z]{1,2}[ -]?\d{1,4}[EH]?"
        r"|\d{4}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{3}|[A-Z]{2}\d{2} ?[A-Z]{3})(?!\w)",
        rf"(?<=(?i:\b{_PLATE_WORDS}\b)[^\d\n]{{1,25}}\W)[A-Z]{{2}}[ -]?\d{{3}}[ -]?[A-Z]{{2}}(?!\w)",
    ],
    ignore_case=False,
)

_MONTHS = (
    r"(?:jan|f[eé]v|feb|m[aä]r|avr|apr|mai|may|maggio|mayo|jui|jun|giu|jul|lug|ao[uû]|aug|ago|sep|set|oct|okt|ott"
    r"|nov|d[eé]c|dic|dez|gen|ene|abr)"
    r"\p{L}*\.?"
)
_DAY = (
    rf"(?:\d{{1,2}}[/. -]\d{{1,2}}[/. -](?:\d{{4}}|\d\d)|\d{{4}}[/.-]\d{{1,2}}[/.-]\d{{1,2}}"
    rf"|\d{{1,2}}(?:er|st|nd|rd|th|\.)? (?:de |of |di )?{_MONTHS}(?:,? (?:de |del )?\d{{2,4}})?|{_MONTHS} \d{{1,2}}"
    rf"(?:st|nd|rd|th)?,? \d{{4}})"
)
_BORN = (
    r"(?:\bn[eé]e?(?:\(e\))? (?:le|en date du)|date de naissance|\bddn|\bborn(?: on(?: the)?)?|date of birth"
    r"|birth ?date"
    r"|\bd\.?o\.?b\b\.?|\bnat[oa] (?:il|l['’])|data di nascita|\bgeb(?:oren|\.)?(?: am)?|geburtsdatum|\bnacid[oa]"
    r"(?: el)?"
    r"|fecha de nacimiento)"
)
BIRTH = pattern_kind(
    "DATE_OF_BIRTH",
    hint=_BORN.replace(r"\b", ""),
    fewest_digits=3,
    patterns=[
        rf"(?<={_BORN}[^\w\n]{{0,3}}(?:(?:is|it['’]s|est|c['’]est|le|il|el|am|è|es|ist|the"
        rf"|on)\b[^\w\n]{{1,2}}){{0,2}}){_DAY}(?!\d)"
    ],
)
