"""Which aspects a question asks about: `les tailles taillent-elles petit ?` asks about fit."""

from __future__ import annotations

import re
from collections.abc import Mapping

from copilot.lookups.text import fold
from copilot.signals.aspects.records import Aspect

# What an article may be made of (`linen`) or look like (`red`) is no question about fabric or colour.
_ASKED: Mapping[Aspect, str] = {
    "fit": r"fits?|fitting|sizing|runs? (?:small|large|big|true)|too (?:small|big|large|tight|loose|short|long)"
    r"|taill(?:e|ent|ant)s?(?: t)?(?: elles?| ils?)?(?: trop)? (?:petit|grand|bien|normalement|juste)|tailles? taill\w+"
    r"|coupe|tombe bien|trop (?:petit|grand|serre|large|court|long)e?s?",
    "comfort": r"comfort\w*|uncomfortable|confort\w*|inconfortables?",
    "colour": r"colou?rs? (?:of|on)|the colou?rs?|(?:la|les|de) couleurs?|coloris|teintes?|fad(?:e|es|ing)|deteint\w*",
    "fabric": r"fabrics?|materials?|itch\w*|scratchy|see through|tissus?|matieres?|gratt\w+|transparente?s?",
    "quality": r"quality|qualities|pill(?:s|ing)|seams?|stitching|durab\w+|fall(?:s|ing)? apart|qualites?|boulo\w+"
    r"|coutures?|solid(?:e|es|ite)",
    "price": r"(?:about|on|of|find|with) (?:the|its|their) prices?|too expensive|overpriced|value for money"
    r"|trop chere?s?|rapport qualite.prix|(?:du|le) prix",
    "delivery": r"deliver(?:y|ies|ed)|shipping|customer service|livraisons?|service client\w*|emballages?",
    "style": r"(?:the|its|their) (?:style|look|design)|(?:le|du) (?:style|look|design)|allure",
}
_PATTERNS = {aspect: re.compile(rf"\b(?:{pattern})\b") for aspect, pattern in _ASKED.items()}


def aspects_in(question: str) -> list[Aspect]:
    """The aspects that a question names, in English or French."""
    folded = re.sub(r"[-'’]", " ", fold(question))
    return [aspect for aspect, pattern in _PATTERNS.items() if pattern.search(folded)]
