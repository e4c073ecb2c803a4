"""What has the name of a person and is none, by the words beside it: places, houses, styles of clothes."""

from __future__ import annotations

from collections.abc import Sequence

_SAINTS = frozenset(["saint", "sainte", "saints", "st", "ste", "san", "sant", "santa", "sankt"])
_HOUSES = frozenset(
    [
        *("centre", "center", "stadium", "airport", "gardens", "hospital", "university", "college", "museum"),
        *("interchange", "foundation", "awards", "stade", "gare", "musee", "lycee", "hopital", "universite"),
        "aeroport",
        *("stadio", "museo", "aeroporto", "ospedale", "universita", "flughafen", "bahnhof", "krankenhaus"),
        *("universitat", "estadio", "aeropuerto", "universidad"),
    ]
)
_LINKS = frozenset(["de", "du", "d", "des", "la", "le", "di", "del", "della"])

_GARMENTS_BEFORE = frozenset(
    [
        *("robe", "jupe", "veste", "pantalon", "jeans", "pull", "chemise", "chemisier", "manteau", "trench", "blazer"),
        *("combinaison", "sac", "cabas", "pochette", "bottes", "bottines", "derbies", "mocassins", "ballerines"),
        *("sandales", "escarpins", "baskets", "ceinture", "foulard", "modele", "manches", "gilet", "short", "blouse"),
        *("vestito", "abito", "gonna", "giacca", "pantaloni", "maglia", "camicia", "borsa", "stivali", "sandali"),
        *("modello", "cappotto", "vestido", "falda", "chaqueta", "camisa", "bolso", "botas", "sandalias", "modelo"),
        *("abrigo", "kleid", "rock", "jacke", "hose", "bluse", "tasche", "stiefel", "modell", "mantel"),
    ]
)
_GARMENTS_AFTER = frozenset(
    [
        *("dress", "skirt", "jacket", "coat", "blazer", "sweater", "pullover", "cardigan", "jumper", "blouse", "shirt"),
        *("tee", "tank", "top", "tunic", "jeans", "pants", "trousers", "shorts", "leggings", "jumpsuit", "romper"),
        *("bag", "tote", "clutch", "satchel", "boots", "sandals", "sneakers", "loafers", "heels", "flats", "bottoms"),
        *("bikini", "swimsuit", "cowl", "vest", "poncho", "scarf", "hoodie", "sunglasses", "plaid"),
    ]
)
_ARTICLES = frozenset(["the", "this", "that", "these", "those", "a", "an", "my", "your", "her", "our", "new", "two"])


def names_a_place(before: Sequence[str], length: int, after: str) -> bool:
    """Whether a name of `length` words is that of a place or a house: "St Martin", "Georges Pompidou Center".

    `before` are the folded words right before it, two at most and the nearest last, `after` the one right after it;
    none of them is cut off from the name by punctuation.
    """
    if length == 1 and before and before[-1] in _SAINTS:
        return True
    nearest = [word for word in before if word not in _LINKS]
    return after in _HOUSES or bool(nearest and nearest[-1] in _HOUSES)


def names_a_style(before: Sequence[str], length: int, after: str, *, opens: bool, closes: bool) -> bool:
    """Whether a name is that of a style: "la robe Emma est belle", "the Emma dress".

    `opens`, `closes`: whether the line starts or ends with it; at the end people sign. Whoever owns a garment is told
    another way: "la robe d'Emma", "Emma's dress".
    """
    if length > 1:
        return False
    if before and before[-1] in _GARMENTS_BEFORE and not closes:
        return True
    return after in _GARMENTS_AFTER and (opens or bool(before and before[-1] in _ARTICLES))
