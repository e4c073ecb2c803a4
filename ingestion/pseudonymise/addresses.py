"""Postal addresses: streets with a number, and what says where on from there: flat, postcode, town.

A street, a town or a country alone stays: planners need markets, and none of them tells who somebody is. Streets where
somebody lives are in `home_streets`.
"""

from __future__ import annotations

import regex

from ingestion.pseudonymise.recogniser import Kind, pattern_kind

NUMBER = r"\d{1,4}(?: ?(?:bis|ter|quater|[a-dA-D])\b)?"
WORD = r"(?:\p{Lu}[\p{L}\p{M}.'’-]*|\d{1,2}(?:er|e|st|nd|rd|th)\b)"
OF = (
    r"(?i:(?:de la|de l['’]|de las|de los|della?|dello|degli|delle|dei|dell['’]|des|du|de|d['’]|les?|la|l['’]|el"
    r"|di|da|dos?|das"
    r"|van|von|der|den|the|of|et|and|y|e|und|sous|sur|en|aux?|st[.-])(?: |(?<=['’-])))"
)
NAME = rf"{OF}{{0,3}}{WORD}(?:[ -]{OF}{{0,2}}{WORD}){{0,4}}"
_NOT_OF_A_NAME = (
    r"(?!(?:merci|et|ou|mais|car|donc|pour|chez|sur|dans|est|sont|a|au|aux|que|qui|il|elle|je|on|vous|sonne[rz]?|depuis"
    r"|svp|stp|style|and|but|thanks|grazie|danke?|gracias|e|und|y|bei|in|en|la|le|les)\b)"
)
LOWER = (
    rf"{OF}{{0,3}}\p{{Ll}}[\p{{L}}'’-]{{2,}}(?:[ -](?:de la|de l['’]|des|du|de|d['’]) ?\p{{Ll}}[\p{{L}}'’-]+"
    rf"|[ -]{_NOT_OF_A_NAME}\p{{Ll}}{{3,}}(?=\W*(?:[,.;!?)\n]|$|\d{{5}})))?"
)
_MONTH = r"(?i:janvier|f[eé]vrier|mars|avril|mai|juin|juillet|ao[uû]t|septembre|octobre|novembre|d[eé]cembre)"
_DATED = rf"(?i:du )\d{{1,2}}(?:er)? {_MONTH}(?: (?:18|19)\d\d)?"
NO_AMOUNT = (
    r"(?!\s?(?:€|%|\$|£|cm|mm|kg|eur|uhr|st[uü]ck|mal\b|x(?=\b|\d)|ans\b|min|days?|hours?|times|jours?|giorn"
    r"|or[ae]\b|week))"
)

STATES = (
    r"(?:A[AEKLPRZ]|C[AOT]|D[CE]|FL|G[AU]|HI|I[ADLN]|K[SY]|LA|M[ADEHINOPST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]"
    r"|T[NX]|UT|V[AT]"
    r"|W[AIVY])"
)
_UK_AREAS = (
    r"(?:A[BL]|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]"
    r"|L[ADELNSU]?"
    r"|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|ZE)"
)
UK_POSTCODE = rf"{_UK_AREAS}\d[A-Z\d]? ?\d(?!XL|XS)[ABD-HJLNP-UW-Z]{{2}}\b"
TOWN = (
    rf"(?:{WORD}(?:[ -](?:{OF}{{0,2}})?{WORD}){{0,3}}(?: (?:(?i:cedex)(?: \d{{1,2}})?|\d{{1,2}}(?:e|er"
    rf"|[eè]me)?\b))?|\p{{Ll}}{{3,}}(?:-\p{{L}}+)*)"
)
PLACE = (
    rf"(?:(?:[A-Z]{{1,2}}-)?\d{{4,5}}(?:[, -]{{1,2}}{TOWN})?|{TOWN},? {STATES}[ ,]+\d{{5}}(?:-\d{{4}})?|"
    rf"(?:{TOWN},? )?{UK_POSTCODE})"
)
GAP = r"(?:[\s,>?–-]{1,8})"
_DOOR = r"(?:n[°º] ?|#)?(?:\d[\w-]{0,5}|\p{L}\d{0,4})\b"
FLAT = (
    r"(?i:(?:appt?|appartement|apt|apartment|b[âa]t(?:iment)?|[ée]t\.|[ée]tage|esc(?:alier)?|porte|interphone|code"
    r"|digicode"
    rf"|suite|flat|unit|interno|int|scala|piano|piso|planta|puerta|stock|etage|wohnung)\b\.? ?{_DOOR}"
    rf"|r[ée]sidence {NAME}|\d[ºª°]? ?[A-Z]\b|\d{{1,2}}(?:er|[eè]me|e) [ée]tage)"
)
TAIL = rf"(?:{GAP}{FLAT}){{0,3}}(?:{GAP}{PLACE}(?!\d))?"

FR_SURE = (
    r"(?i:rue|r\.|avenue|av\.?|ave|boulevard|boul|bd\.?|bld|bvd|blvd|impasse|imp\.?|all[ée]es?|chemin|ch\.|chem\.)"
)
FR_OTHER = (
    r"(?i:place|pl\.|quai|cours|route|rte|square|sq\.?|passage|sentier|villa|r[ée]sidence|faubourg|fbg|fg|hameau"
    r"|lotissement|lot"
    r"|ruelle|esplanade|voie|cit[ée]|mont[ée]e|clos|domaine|lieu-dit|rond-point|promenade|traverse)"
)
_PT = r"(?i:rua|travessa|avenida|av\.|ulica|ul\.)"
_FRENCH = [
    rf"(?<![\w.,€$/-]){NUMBER}[, ]{{1,2}}{FR_SURE}(?!\p{{L}}) ?(?:{_DATED}|{NAME}|{LOWER}){TAIL}",
    rf"(?<![\w.,€$/-]){NUMBER}[, ]{{1,2}}{FR_OTHER} (?:{_DATED}|{NAME}){TAIL}",
    rf"(?<![\w.,€$/-]){NUMBER}[, ]{{1,2}}{FR_OTHER} {LOWER}{GAP}\d{{5}}(?:[ ,]{{1,2}}{TOWN})?(?!\d)",
    rf"(?<![\w-])(?:{FR_SURE}|{_PT}) {NAME},? (?:n[°º] ?)?\d{{1,4}}{NO_AMOUNT}{TAIL}(?!\d)",
]

_NO_CARRIER = (
    r"(?!(?i:fedex|ups|dhl|gls|dpd|brt|sda|hermes|e-?mail|mail|instagram|whats|paypal|facebook|tiktok|sms|chat|app)\b)"
)
_ITALIAN = [
    rf"(?<![\w/.])(?i:via|viale|v\.le|piazza|p\.zz?a|piazzale|corso|c\.so|largo|vicolo|strada|contrada|lungarno"
    rf"|lungotevere) "
    rf"{_NO_CARRIER}{NAME},? (?:(?i:n|num|civico)[.°º]{{0,2}} ?)?\d{{1,4}}(?:[/ ]?[A-Za-z]\b)?(?!\d){NO_AMOUNT}{TAIL}",
    rf"(?<![\w/.])(?i:via|viale|piazza|corso) {_NO_CARRIER}{LOWER}(?: \p{{Ll}}{{3,}})?,? (?:n[.°º] ?)?\d{{1,4}}"
    rf"(?:/?[a-z]\b)?"
    rf"(?:{GAP}{PLACE}|,? (?:a )?\p{{Lu}}\p{{Ll}}+|(?=, \p{{Ll}}+))(?!\d)",
]

_DE_NO = r"(?!(?i:park|arbeits|um|hin|r[uü]ck|heim|schul|fahrrad|sitz|stell|steh|lauf|l)(?:platz|weg|allee)\b)"
_GERMAN = [
    rf"(?<![\p{{L}}-]){_DE_NO}\p{{L}}[\p{{L}}-]*(?:stra(?:ß|ss)e|str\.|allee|gasse|damm|(?<!ä)ufer|chaussee|weg|platz"
    rf"|straat|laan|plein|gracht"
    rf"|dreef|gatan|vägen|veien|vegen|katu)(?-i:) ?\d{{1,4}}(?: ?[a-zA-Z]\b)?"
    rf"(?!\d){NO_AMOUNT}{TAIL}",
    rf"(?<!\p{{L}})(?:\p{{Lu}}[\p{{L}}.-]+ ){{1,3}}(?i:stra(?:ß|ss)e|str\.|allee|platz|weg|damm|ufer|gasse) \d{{1,4}}"
    rf"(?: ?[a-z]\b)?(?!\d){NO_AMOUNT}{TAIL}",
    rf"(?<!\p{{L}})(?:Am|An der|An den|Im|In der|In den|Zum|Zur|Auf dem|Auf der|Unter den"
    rf"|Hinter der) {WORD} \d{{1,4}} ?[a-z]?"
    rf",? (?:D-)?\d{{5}} {TOWN}",
]

_SPANISH = [
    rf"(?<![\w/.])(?i:calle|c/|c\.|cl\.|avenida|avda\.?|av\.?|plaza|pza\.?|pl\.|paseo|p\.º|pso\.?|carrer|ronda"
    rf"|camino|carretera|ctra\.?"
    rf"|glorieta|traves[ií]a|colonia)(?!(?<=\p{{L}})\p{{L}}) ?{NAME},? "
    rf"(?:(?i:n)[.°ºo]{{0,2}} ?|(?i:n[uú]m\.?|n[uú]mero) )?\d{{1,4}}"
    rf"(?!\d){NO_AMOUNT}{TAIL}",
    rf"(?<![\w/.])(?i:calle|c/|avda\.?|avenida|paseo|plaza) ?{LOWER}(?: \p{{Ll}}{{3,}})?,? (?:n[.°ºo]{{0,2}} ?"
    rf"|n[uú]mero )?\d{{1,4}}(?!\d)"
    rf"{NO_AMOUNT}{TAIL}",
]

_EN_SURE = (
    r"(?i:street|str?\.|st(?=\s*(?:,|\n|$|\.|apt|suite|#))|road|rd\.?|avenue|ave\.?|lane|ln\.?|boulevard"
    r"|blvd\.?|parkway|pkwy|crescent)"
)
_EN_OTHER = (
    r"(?i:drive|dr\.?|court|ct\.?|close|terrace|way|square|sq\.?|place|pl\.?|highway|hwy|mews|gardens|grove"
    r"|hill|row|walk|circle|trail)"
)
_EN_NAME = r"(?:[NSEW]\.? )?(?:\p{Lu}[\p{L}\p{M}.'’-]+|\d{1,3}(?i:st|nd|rd|th))(?: \p{Lu}[\p{L}\p{M}.'’-]+){0,3}"
_ENGLISH = [
    rf"(?<![\w.,€$£/-])(?:\d{{1,4}} )?\d{{1,5}}[A-Za-z]?,? {_EN_NAME} {_EN_SURE}(?!\w)(?! (?i:style|brand|look)){TAIL}",
    rf"(?<![\w.,€$£/-])\d{{1,5}}[A-Za-z]?,? {_EN_NAME} {_EN_OTHER}(?!\w)(?:(?=\s*[,\n.]|\s*$)|(?={GAP}{PLACE})){TAIL}",
    rf"(?<![\w.,€$£/-])\d{{1,5}}[a-z]?,? (?:\p{{Ll}}+ ){{1,2}}(?:street|st|road|rd|avenue|ave|lane|drive|close)"
    rf"(?=\s*(?:[,\n]|\.(?:\s|$)|$)|{GAP}{UK_POSTCODE})"
    rf"{TAIL}",
]
_BOXES = [
    rf"(?i:\bp\.? ?o\.? ?box|bo[iî]te postale|postfach|casella postale|apartado(?: de correos)?) ?\d{{1,6}}{TAIL}",
    rf"(?i:\b(?:psc|unit|cmr) \d{{1,5}},? box \d{{1,5}})(?:{GAP}(?i:[adf]po,? a[aep]) \d{{5}})?",
    r"(?:(?i:\buss|\busns|\busnv|\buscgc) [\p{L}'-]+\s+)?(?i:\b[adf]po,? a[aep]) \d{5}",
]


# Addresses that are shops', and names of what is sold.
_BOUTIQUE = regex.compile(
    r"(?i)(?:31,? rue cambon|24,? (?:rue du )?faubourg|30,? (?:avenue|av\.?) montaigne|5(?:th)? avenue"
    r"|7th avenue)\b(?!.*\d{5})"
)


def _street(hint: str, patterns: list[str]) -> Kind:
    return pattern_kind(
        "STREET_ADDRESS",
        hint=hint,
        fewest_digits=1,
        patterns=patterns,
        check=lambda text: _BOUTIQUE.match(text) is None,
        ignore_case=False,
    )


STREETS = (
    _street(
        rf"(?<!\w)(?:{FR_SURE}|{_PT})(?![^\W\d_])|\d(?: ?(?:bis|ter|quater|[a-d]))?[, ]{{1,2}}{FR_OTHER} ", _FRENCH
    ),
    _street(
        r"\b(?:via|viale|v\.le|piazza|p\.zz?a|piazzale|corso|c\.so|largo|vicolo|strada|contrada"
        r"|lung\w+) [^\d\n]{3,60}\d",
        _ITALIAN,
    ),
    _street(
        r"(?:stra(?:ß|ss)e|str\.|allee|gasse|damm|(?<!ä)ufer|chaussee|weg|platz|straat|laan|plein|gracht|dreef"
        r"|gatan|vägen|veien|vegen|katu) ?\d|\b(?:am|an|im|in|zum|zur|auf|unter"
        r"|hinter) [^\d\n]{3,30} \d{1,4} ?[a-z]?,? (?:d-)?\d{5}",
        _GERMAN,
    ),
    _street(
        r"(?<![\w/.])(?:calle|c/|c\.|cl\.|avenida|avda|av\.?|plaza|pza|pl\.|paseo|p\.º|pso|carrer|ronda|camino"
        r"|carretera|ctra|glorieta"
        r"|traves|colonia)[^\d\n]{3,60}\d",
        _SPANISH,
    ),
    _street(rf"\d[^\n]{{2,60}}\b(?:{_EN_SURE}|{_EN_OTHER})(?!\w)", _ENGLISH),
    _street(r"\bbox\b|bo[iî]te postale|postfach|casella postale|apartado|\b[adf]po\b", _BOXES),
)
"""A street with its number and what follows it, by how it is written."""
