"""What keeps strangers' text and personal data harmless: in posts, in questions, in rendered answers.

Posts are untrusted: they reach the model between markers that they cannot close, those that speak like orders are
flagged, and no link or image in an answer can load or lead anywhere.
"""

from __future__ import annotations

import re

_OPEN, _CLOSE = "<untrusted_post>", "</untrusted_post>"
_MARKER = re.compile(r"<\s*/?\s*untrusted_post[^>]*>?", re.IGNORECASE)
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override|oublie[zr]?|ignore[zr])\b.{0,40}\b(?:instructions?|previous|above|rules?|prompt"
    r"|consignes?|precedent\w*|précédent\w*|règles?)"
    r"|\b(?:system|developer)\s*(?:prompt|message|:)|\byou are (?:now|no longer)\b|\btu es (?:maintenant|désormais)\b"
    r"|\b(?:reveal|print|send|révèle|envoie|affiche)\b.{0,40}\b(?:prompt|password|key|mot de passe|clé|data|données)"
    r"|\b(?:assistant|chatbot|IA|AI|LLM)\s*[:,].{0,60}\b(?:say|answer|recommend|order|buy|dis|réponds|recommande|commande)\b",
    re.IGNORECASE | re.DOTALL,
)
_EMAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w@/.])@[\w.]{2,}")
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:(?:\+|00)\d{1,3}[\s.-]?(?:\(0\)[\s.-]?)?\d{1,4}(?:[\s.-]?\d{2,4}){2,4}|0\d(?:[\s.-]?\d{2}){4}"
    r"|0\d{2,4}[\s-]\d{3,4}[\s-]?\d{3,4})(?![\w/-])"
)
_PERSON = (
    r"(?:author|reviewer|customer|poster|user|account holder|writer|person|client[es]?|cliente|auteur\w*|autrice\w*"
    r"|utilisat\w+|personne|internaute|acheteu\w+|vendeu\w+|employee|colleague|salarié\w*|collègue)s?"
)
_DETAIL = (
    r"(?:e-?mails?|phone(?: numbers?)?|address(?:es)?|real names?|full names?|names?|identity"
    r"|identities|handles?|birthdays?"
    r"|salary|salaries|courriels?|mails?|téléphones?|telephones?|numéros?|adresses?|vrais? noms?|noms?|identités?"
    r"|pseudos?|salaires?|date de naissance)"
)
_PERSONAL = re.compile(
    rf"\b{_DETAIL}\b.{{0,30}}\b{_PERSON}\b|\b{_PERSON}\b.{{0,12}}\b{_DETAIL}\b"
    r"|\bwho (?:wrote|posted|is the (?:author|reviewer))|\bqui (?:a écrit|a ecrit|a posté|est l'auteur)"
    r"|\bde-?anonymi[sz]e|\bdésanonymise",
    re.IGNORECASE,
)
_LINK = re.compile(r"!?\[([^\]]*)\]\(([^)]*)\)")
_REFERENCE = re.compile(r"^\s*\[[^\]]+\]:\s*\S+.*$", re.MULTILINE)
_URL = re.compile(r"\b(?:https?|ftp)\s*:\S*|\b(?:file|data|javascript)\s*:(?=\S)\S*|\bwww\.\S+", re.IGNORECASE)
"""`your own data: stock` is no link: what follows the colon of one is no space."""
_TAG = re.compile(r"<(?=[/!?a-zA-Z])")


def delimited(text: str) -> str:
    """A post's text between the markers that tell the model not to trust it; it cannot close them itself."""
    return f"{_OPEN}{_MARKER.sub('', text)}{_CLOSE}"


def speaks_like_an_order(text: str) -> bool:
    """Whether a post talks to the reader's machine rather than about fashion."""
    return bool(_ORDER.search(text))


def without_personal_data(question: str) -> str:
    """A question without e-mail addresses, phone numbers and handles, before it is stored or sent anywhere."""
    text = _EMAIL.sub("[e-mail]", question)
    text = _PHONE.sub("[phone]", text)
    return _HANDLE.sub("[handle]", text)


def asks_for_personal_data(question: str) -> bool:
    """Whether a question is after a person behind a post, a sale or a till."""
    return bool(_PERSONAL.search(question))


def inert(markdown: str) -> str:
    """Markdown whose links and images are plain words, and whose HTML is text: nothing loads or leads elsewhere."""
    text = _REFERENCE.sub("", markdown)
    text = _LINK.sub(lambda match: match[1], text)
    text = _URL.sub("[link]", text)
    return _TAG.sub("&lt;", text)
