"""Which of the two languages a question is in, from its small words."""

from __future__ import annotations

import re

from copilot.settings import Language

_FRENCH = frozenset(
    "le la les l un une des du de d au aux et est sont que qu qui quoi quel quelle quels quelles combien pourquoi comment ou "
    "je tu il elle on nous vous ils elles ce cette ces c s y en dans sur pour par avec sans plus moins pas ne n mon ma mes "
    "notre nos vos leur il reste reste ventes vente stock semaine mois hier avant apres chez tailles taille bonjour merci "
    "montre donne dis monte montent baisse vendu vendus vendue vendues livraison prevision magasin magasins avis rupture "
    "bjr slt svp stp cb dispo tendance tendances depuis cet quand dois faut peux commander retours aide".split()
)
_ENGLISH = frozenset(
    "the a an of and is are was were what which who how many much why when where do does did have has had i you it we they "
    "this that these those in on for by with without more less not no my our your their to at from last next week month "
    "yesterday before after left sales sold show give tell rising spiking up out run forecast store stores hello hi thanks "
    "please will would can could should need any about restock delivery reviews complain complaints trending returns help".split()
)
_ACCENT = re.compile(r"[àâçèéêëîïôûùœ]", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


def language_of(text: str) -> Language | None:
    """`en`, `fr`, or None where the words do not say: a bare product name, another language."""
    bare = text.lower().translate(str.maketrans("àâçèéêëîïôûùœ", "aaceeeeiiouuo"))
    words = _WORD.findall(bare)
    french = sum(word in _FRENCH for word in words) + (0.5 if _ACCENT.search(text) else 0)
    english = sum(word in _ENGLISH for word in words)
    if french == english:
        return None
    return "fr" if french > english else "en"
