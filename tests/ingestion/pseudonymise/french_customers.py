"""More French sentences as customers write them, from templates and a seed: valid numbers of invented people."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable

from tests.ingestion.pseudonymise.marked import Marked, unmarked

_FIRST = (
    "Camille", "Hélène", "Nadia", "Élodie", "Yasmine", "Manon", "Fatou", "Agathe", "Solène", "Mireille", "Thierry",
    "Karim", "Loïc", "Bastien", "Hugo", "Étienne", "Rachid", "Cédric", "Gaëlle", "Ludivine",
)  # fmt: skip
_LAST = (
    "Durand", "Lefèvre", "Benali", "Le Gall", "Moreau", "Da Costa", "Nguyen", "Petit", "Garnier", "Roche", "Perrin",
    "Haddad", "Joly", "Marchal", "Dupuis", "Faure",
)  # fmt: skip
_STREETS = (
    "rue des Lilas", "avenue de la Gare", "boulevard Gambetta", "impasse des Roses", "chemin du Moulin",
    "allée des Chênes", "rue Pasteur", "rue de l'Église", "quai de la Marne", "place du Marché", "route de Paris",
    "rue du 11 Novembre",
)  # fmt: skip
_TOWNS = (
    "75011 Paris", "69003 Lyon", "31000 Toulouse", "59800 Lille", "35700 Rennes", "67000 Strasbourg", "06300 Nice",
    "44000 Nantes",
)  # fmt: skip
_HOSTS = ("orange.fr", "gmail.com", "laposte.net", "sfr.fr", "yahoo.fr", "exemple.fr")

_TEMPLATES = (
    "Bonjour, je suis {name}, ma commande n° {order} n'est pas arrivée, merci de me rappeler au {phone}.",
    "slt jai tjr pas recu ma commande {order}, mon tel {phone}",
    "Mon adresse de livraison est {address}, merci de corriger.",
    "Pour le remboursement mon IBAN est {iban}.",
    "mon mail c {email} et mon num {phone}",
    "Madame, Monsieur, je soussigné {name}, domicilié {address}, conteste la facture {order}.",
    "On me demande mon numéro de sécurité sociale ({nir}), est-ce normal ?",
    "n° sécu {nir} pour la facture des lunettes",
    "Le NIR {nir} figure en clair sur votre facture !",
    "Livreur passé au {address} alors que j'étais là",
    "Contactez-moi : {email} ou {phone}",
    "regardez mon insta {handle} jai posté la robe",
    "comme dit {handle} ça taille petit",
    "{name}, née le {born}, demande l'effacement de ses données.",
    "Appelez {name} au {phone} pour le retrait",
    "numéro de commande : {order}, e-mail du compte : {email}",
    "Colis {order} perdu, j'habite {address}",
    "carte débitée deux fois : {card}",
)


def made_sentences(*, seed: int, count: int) -> list[Marked]:
    """`count` sentences in turn of all templates; a third without accents, a third in small letters."""
    chance = random.Random(seed)
    return [unmarked(_sentence(chance, number)) for number in range(count)]


def _sentence(chance: random.Random, number: int) -> str:
    template = _TEMPLATES[number % len(_TEMPLATES)]
    for field, (kind, make) in _FIELDS.items():
        if f"{{{field}}}" in template:
            template = template.replace(f"{{{field}}}", f"{{{kind}:{make(chance)}}}")
    style = chance.randrange(3)
    return template if style == 0 else _plain(template) if style == 1 else _small(template)


def _plain(marked: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", marked) if not unicodedata.combining(sign))


def _small(marked: str) -> str:
    """In small letters, but for the names of kinds."""
    head, *parts = marked.split("{")
    pieces = [head.lower()]
    for part in parts:
        kind, _, rest = part.partition(":")
        pieces.append(f"{{{kind}:{rest.lower()}")
    return "".join(pieces)


def _name(chance: random.Random) -> str:
    full = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
    return chance.choice((full, full, full.split(" ")[0]))


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


def _phone(chance: random.Random) -> str:
    start, pairs = chance.choice("1234567"), [_digits(chance, 2) for _ in range(4)]
    sign = chance.choice((" ", ".", "-", ""))
    return sign.join([chance.choice(("0", "+33 ", "0033 ", "+33(0)")) + start, *pairs])


def _address(chance: random.Random) -> str:
    number = f"{chance.randint(1, 180)}{chance.choice(('', '', '', ' bis', ' ter'))}"
    between = chance.choice((", ", " ", " - "))
    return f"{number}{chance.choice((', ', ' '))}{chance.choice(_STREETS)}{between}{chance.choice(_TOWNS)}"


def _nir(chance: random.Random) -> str:
    parts = [chance.choice("12"), f"{chance.randint(40, 99)}", f"{chance.randint(1, 12):02}"]
    parts += [f"{chance.randint(1, 95):02}", f"{chance.randint(1, 600):03}", f"{chance.randint(1, 400):03}"]
    return chance.choice(("", " ", ".")).join([*parts, f"{97 - int(''.join(parts)) % 97:02}"])


def _iban(chance: random.Random) -> str:
    account = _digits(chance, 23)
    plain = f"FR{98 - int(account + '152700') % 97:02}{account}"
    return chance.choice((plain, " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))))


def _card(chance: random.Random) -> str:
    body = "4" + _digits(chance, 14)
    total = sum(int(digit) if at % 2 else sum(divmod(2 * int(digit), 10)) for at, digit in enumerate(body))
    plain = f"{body}{-total % 10}"
    return chance.choice((plain, " ".join(plain[at : at + 4] for at in range(0, 16, 4))))


def _order(chance: random.Random) -> str:
    return chance.choice(("", "FR-", "CMD-", "#")) + _digits(chance, chance.randint(6, 11))


def _email(chance: random.Random) -> str:
    return f"{_plain(chance.choice(_FIRST)).lower()}{chance.randint(1, 99)}@{chance.choice(_HOSTS)}"


def _handle(chance: random.Random) -> str:
    return f"@{_plain(chance.choice(_FIRST)).lower()}_{chance.choice(('mode', 'style', '75'))}"


def _born(chance: random.Random) -> str:
    return f"{chance.randint(1, 28):02}/{chance.randint(1, 12):02}/{chance.randint(1950, 2006)}"


_FIELDS: dict[str, tuple[str, Callable[[random.Random], str]]] = {
    "name": ("PERSON", _name),
    "order": ("ORDER_NUMBER", _order),
    "phone": ("PHONE_NUMBER", _phone),
    "address": ("STREET_ADDRESS", _address),
    "iban": ("IBAN_CODE", _iban),
    "nir": ("FR_NIR", _nir),
    "email": ("EMAIL_ADDRESS", _email),
    "handle": ("HANDLE", _handle),
    "born": ("DATE_OF_BIRTH", _born),
    "card": ("CREDIT_CARD", _card),
}
