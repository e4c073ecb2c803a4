"""Addresses told by how they stand in a text: lines of one, what follows "address:", and postcodes with their towns."""

from __future__ import annotations

from ingestion.pseudonymise.addresses import NAME, NO_AMOUNT, STATES, TAIL, TOWN, UK_POSTCODE, WORD
from ingestion.pseudonymise.numbers import NO_ARTICLE
from ingestion.pseudonymise.recogniser import pattern_kind

_APT = r"(?i:(?:apt|suite|appt)\b\.? ?#?\d{1,5})"
_PIECE = r"[\p{L}\p{M}\d.,'’/&-]+"
_LINE_GAP = r"(?:[ ,]*\n[\s,>?]*)"

# "18 Elm Walk 15\n Suite 4\n Springfield\n 12345": the flat between street and town, or a town and a postcode on lines
# of their own after a line that starts with a number.
BLOCK = pattern_kind(
    "STREET_ADDRESS",
    hint=r"\b(?:apt|suite|appt)\b|\n[^\n]*\d{5}",
    fewest_digits=2,
    patterns=[
        rf"(?:{_APT}[ ,]+)?\b\d{{1,5}} (?:{_PIECE} ){{0,7}}{_PIECE}(?:[\s,>?]{{1,8}}){_APT}(?:[\s,>?]{{1,8}}"
        rf"(?:[\p{{L}}\p{{M}}.'’&-]+[\s,>?]{{1,8}}){{1,8}}"
        r"\d{4,5}\b)?",
        rf"{_APT}[ ,]+\d{{1,5}} (?:{_PIECE} ){{0,5}}{_PIECE}(?:\s[\p{{L}}\p{{M}}' -]+ [A-Z]{{2,3}} \d{{5}}\b)?",
        rf"\b\d{{1,5}} (?:{_PIECE} ){{0,6}}{_PIECE}{_LINE_GAP}(?:[\p{{L}}\p{{M}}.'’-]+[\s,>?]{{1,6}}){{1,7}}\d{{5}}\b",
    ],
    ignore_case=False,
)

_ADDRESS_WORDS = (
    r"(?i:\baddress(?: is| to| to the same)?|\blives? at|\bliving at|\boffice is at|\badresses?(?: est| c['’]est"
    r"| de livraison| de facturation| postale)?|\bhabite(?: au)?|\bdomicili[ée]e? (?:au|à)|\bindirizzo(?: è)?"
    r"|\babito in"
    r"|\bdirecci[oó]n(?: es)?|\bvivo en|\banschrift(?: ist)?|\bwohne(?: in| an)?|\badresse(?: ist)?)"
)
_SENT = (
    r"(?i:\b(?:send|sent|ship|shipped|deliver|delivered|delivery|return|taxi|moved|mailed|posted)"
    r"(?: (?:it|this|them|me|one))?(?: back)? to|\bi(?:['’]m| am) at|\bmeet(?: me)? at|\barrived at|\bcorner of"
    r"|\bit['’]s (?:in|at)|\blivr\w+ (?:au|à|chez moi)|\benvoy\w+ (?:au|à))"
)
_SMALL = r"(?i:(?:de|del|della|di|da|do|du|des|la|le|van|von|der|the|y|i|and)\b)"
_ADDRESS_PIECE = rf"(?:{WORD}|\d{{1,5}}[a-zA-Z]?\b|{_SMALL})"
AFTER_WORD = pattern_kind(
    "STREET_ADDRESS",
    hint=rf"{_ADDRESS_WORDS}|{_SENT}",
    fewest_digits=1,
    patterns=[
        rf"(?<={_ADDRESS_WORDS}[ :,]{{1,6}}\s?)(?:the corner of )?\d{{1,5}}[a-zA-Z]?,? {NAME}"
        rf"(?:[ ,]{{1,2}}{_ADDRESS_PIECE}){{0,8}}{TAIL}",
        # Two numbers with a name between them, or a name and a number.
        rf"(?<=(?:{_ADDRESS_WORDS}|{_SENT})[ :,]{{1,6}}\s?)(?:the corner of )?(?:\d{{1,5}}[a-zA-Z]?,? )?{NAME}"
        rf"(?:[ ,]{{1,2}}{_ADDRESS_PIECE}){{0,6}} \d{{1,5}}\b{NO_AMOUNT}{TAIL}",
        # In small letters: a number, a few words, a number.
        rf"(?<={_ADDRESS_WORDS}[ :,]{{1,6}}\s?)(?!de |est |c['’]est|postale |is )(?:\d{{1,5}} )?"
        rf"(?:\p{{L}}[\p{{L}}\p{{M}}.'’-]+ ){{1,5}}\d{{1,5}}\b"
        rf"{NO_AMOUNT}{TAIL}",
    ],
    ignore_case=False,
)

_NO_TOWN = (
    r"(?!(?i:euros?|points?|abonn\w+|followers?|personnes?|people|dollars?|fois|ans|jours?|likes?|vues?|views|km"
    r"|times?|avis|reviews?"
    r"|articles?|pi[eè]ces?|pcs|commentaires?|manifestants?|visiteurs?|signatures?|morts?|emplois?|postes?"
    r"|habitants?|francs?|units?)\b)"
)
_CODE_WORDS = (
    r"(?i:\b(?:code postal|cp|zip(?: ?code)?|post ?code|plz|postleitzahl|cap|c[oó]digo postal|c\.p\.)"
    r"(?: is| est| ist| è| es)?[ :]{1,3})"
)
_LIVES = (
    r"(?i:\b(?:habit\w+|livr\w+|livraison|domicili\w+|envoy\w+|exp[ée]di\w+|wohn\w+|abito|vivo|live|ship\w*|deliver\w*"
    r"|spedi\w+)(?: (?:sur|à|a|au|in|en|to|nach))? )"
)
POSTCODE = pattern_kind(
    "POSTCODE",
    hint=r"\d{4,5}|[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}",
    fewest_digits=2,
    patterns=[
        rf"(?<=^|[,(–]\s?|\b(?:à|a|in|en|nach|aus|de|from|sur|di)\s|{_LIVES})(?<!\d[.,] ?){NO_ARTICLE}(?:[FDIE]-)?"
        rf"(?!00|(?:19|20)\d\d\b)\d{{5}} {_NO_TOWN}"
        rf"(?=\p{{Lu}}\p{{L}}{{2}}){TOWN}",
        rf"(?<={_CODE_WORDS})\d{{4,5}}\b(?!\s?(?:€|%|\$|£))(?: {_NO_TOWN}(?=\p{{L}}{{3}}){TOWN})?",
        rf"(?<=\p{{Lu}}\p{{L}}+,? )(?<!\b(?i:size|style|item) ){STATES} \d{{5}}(?:-\d{{4}})?\b",
        rf"(?<![\w-])(?<!\b(?i:size|style|item|ref|sku|code|taille|model)\W{{1,3}}){UK_POSTCODE}"
        rf"(?<= \d[A-Z]{{2}})(?![\w-])",
    ],
    ignore_case=False,
)
