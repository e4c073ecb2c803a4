"""Handles, and names that people give themselves. Names of third persons in running text need a model, and stay."""

from __future__ import annotations

from ingestion.pseudonymise.recogniser import pattern_kind

_NETWORKS = (
    r"(?:insta(?:gram)?|ig|snap(?:chat)?|tik\s?tok|twitter|vinted|depop|pinterest|facebook|fb|telegram|discord|threads"
    r"|poshmark)"
)
_CALLED = r"(?:\s(?:name|handle|username|user|pseudo|account|compte|profile?|profilo|konto|cuenta))?"

HANDLE = pattern_kind(
    "HANDLE",
    hint=rf"[@＠]|#\d{{4}}|\bu/|\b{_NETWORKS}\b",
    patterns=[
        r"(?<![\w@＠])[@＠](?=[\w.\-]*\p{L})\w(?:[\w.\-]*\w)?",
        r"(?<![\w/])/?u/[A-Za-z0-9_-]{3,20}\b",
        rf"(?<=\b{_NETWORKS}{_CALLED}\s?(?:[:=]|is|c'est|->|→)\s?)(?=[\w.]*[\d_.]\w)(?=[\w.]*\p{{L}})\w[\w.]{{1,28}}\w\b",
        # One plain word, where it ends what is said: "my insta: sophiestyle".
        rf"(?<=\b{_NETWORKS}{_CALLED}\s?[:=]\s?)[\w.]{{4,30}}(?=\s*(?:$|[,;!)\n]))",
        r"(?<![\w#])\w{2,32}#\d{4}\b",
    ],
)

_WORD = r"(?:\p{Lu}['’])?\p{Lu}\p{Ll}+(?:['’-]\p{Lu}?\p{Ll}+)*"
_NAME = rf"{_WORD}(?: (?:de |van |von |di |del |el |la |le )?(?:{_WORD}|\p{{Lu}}\.?(?!\w)))?"
_FULL_NAME = rf"{_WORD} (?:de |van |von |di |del )?{_WORD}"
_SAID = (
    r"(?i:je m['’ ]?appelle|moi c['’]est|mon (?:pr[eé])?nom(?: est|,? c['’]est)|my name is|my name['’]s"
    r"|mi chiamo|il mio nome è|ich hei(?:ß|ss)e|mein name ist|me llamo|mi nombre es)"
)
_FIELD = (
    r"(?i:(?<!\w)(?:nom|pr[eé]nom|nom et pr[eé]nom|name|full name|first name|last name|nome|cognome|vorname|nachname"
    r"|nombre|apellido|sign[eé]|signed|firmato|firmado|gezeichnet))"
)
_CLOSING = (
    r"(?i:(?<!\w)(?:cordialement|bien à vous|bises|bisous|amicalement|merci d['’]avance|merci|regards|sincerely"
    r"|yours truly|cheers|thanks|thank you|xoxo|saluti|grazie|un saluto"
    r"|liebe grüße|viele grüße|mit freundlichen grüßen|lg|vg|mfg|gruß|danke|saludos|un saludo|gracias|un abrazo))"
)
_LETTER_CLOSING = (
    r"(?i:(?<!\w)(?:cordialement|bien à vous|regards|sincerely|saluti|saludos|mit freundlichen grüßen|liebe grüße"
    r"|viele grüße|mfg))"
)
_THANKS = (
    r"(?i:(?<!\w)(?:thanks|thank you|thx|m\w{0,3}ci|mention|bravo|kudos|shout-? ?out|grazie|danke?|gracias|chapeau)"
    r" (?:\w+ )?(?:to|à|a|an|für))"
)
_CLOSED = r"[ .!❤♥💕😘🙏\ufe0f]{0,4}\Z"

_NO_NAME = r"(?!(?i:thanks|thank you|merci|grazie|danke|gracias|edit|update)\b)"
_STOP = r"(?:^|[.!?…)\n❤♥\ufe0f🙏😘💕😊])"

PERSON = pattern_kind(
    "PERSON",
    hint=rf"{_SAID}|{_FIELD}|{_CLOSING}|{_THANKS}|[—–]|^ ?-|--",
    patterns=[
        rf"(?<={_SAID} )(?:{_NAME}|\p{{Ll}}{{3,}}(?=\s*[,.!?\n]|\s+(?:et|and|e|und|y)\b))",
        rf"(?<={_FIELD} ?: ?){_NAME}",
        # Full names of others, where they are thanked.
        rf"(?<={_THANKS} ){_FULL_NAME}",
        rf"(?<={_LETTER_CLOSING}\s?[,.!\n]\s?-?){_FULL_NAME}",
        # The rest closes a text: a signature after a stop or on a line of its own.
        rf"(?<={_STOP} ?(?i:sign[eé]|signed|firmato|firmado|gezeichnet) ){_NAME}(?={_CLOSED})",
        rf"(?<={_CLOSING}\s?[,.!\n]\s?-?){_NAME}(?={_CLOSED})",
        rf"(?<=(?:^|\s)—\s?){_NO_NAME}{_NAME}(?={_CLOSED})",
        rf"(?<={_STOP} ?(?:–|---?|-)\s?){_NO_NAME}{_NAME}(?={_CLOSED})",
    ],
    ignore_case=False,
)
