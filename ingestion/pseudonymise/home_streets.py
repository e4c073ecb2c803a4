"""Streets without a number that are told as somebody's place: "I live on Baker Street", "j'habite rue de la Paix".

A street alone stays: shops are on streets. What makes it an address is the word before it, that somebody lives there,
and that nothing but small words and a town stand between the two.
"""

from __future__ import annotations

from ingestion.pseudonymise.addresses import FR_OTHER, FR_SURE, LOWER, NAME, TAIL
from ingestion.pseudonymise.recogniser import pattern_kind

_TOWN = r"(?:\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+)?(?:, | (?=\p{Ll})))?"
_GAP = r"[ ,:]{1,3}"


def _after(cue: str, small: str) -> str:
    """What says that somebody lives there: not part of the match, nor are small words and a town behind it."""
    words = rf"(?:(?i:{small})(?:,? |(?<=['’])))"
    return rf"{cue}{_GAP}{words}{{0,4}}(?:{_TOWN}{words}{{0,3}})?\K"


# As verbs of somebody: "abito" is a dress too, "vivo" a vivid colour.
_SAYS = (
    r"(?<=^|[.!?;:,(\n] ?|\b(?i:io|e|ma|ora|adesso|anche|qui|che|dove|perché|siccome|yo|y|que|donde|ya|porque"
    r"|como|si|pero|ahora) )"
)

_EN_HOME = r"(?i:flat|apartment|apt|house|home|place|condo|studio|dorm|doorstep|front door)"
_EN_CUE = (
    r"(?:\b(?i:liv(?:e[sd]?|ing)|resid(?:e[sd]?|ing)|i (?:just |recently )?moved|i['’](?:m|ve) (?:just )?mov(?:ed|ing)"
    rf"|(?:my|our) (?:new |old |home |postal )?address(?: is|['’]s)?|(?:my|our) (?:new |old )?{_EN_HOME}"
    r"(?: is|['’]s)?))"
)
_EN_SMALL = (
    r"just|right|here|now|alone|still|up|down|close|near|next|not far|off|on|in|at|to|by|from|over|along"
    r"|opposite|around|behind|the|corner|end|top|bottom|of|a block"
)
_EN_NAME = (
    r"(?!(?i:high|main|easy|sesame|wall|fleet|side|street|the)\b)"
    r"(?:[NSEW]\.? )?(?:\p{Lu}[\p{L}\p{M}'’-]+|\d{1,3}(?i:st|nd|rd|th))(?: \p{Lu}[\p{L}\p{M}'’-]+){0,3}"
)
_EN_STREET = (
    r"(?i:street|st(?=\.?\s*(?:$|[,;.!?\n)]))|road|rd|avenue|ave|lane|boulevard|blvd|crescent|drive|close"
    r"|terrace|mews|parkway)"
)
_EN_NO_TALK = r"(?!\w)(?![ -](?i:style|look|fashion|chic|wear|brands?|shops?|stores?|sale|boutique|market|clothes))"
_EN_SMALL_NAME = (
    r"(?:(?!(?:the|an?|my|this|our|that|your|one|his|her|their|high|main|easy|side|busy|quiet|same|next|long|very|dirt"
    r"|country|back|other|another|off|on|in|and|of|cobbled|wall|fashion|shopping|street|style)\b)\p{Ll}{3,} ){1,2}"
)
_ENGLISH = [
    rf"{_after(_EN_CUE, _EN_SMALL)}{_EN_NAME} {_EN_STREET}{_EN_NO_TALK}{TAIL}",
    rf"\b(?i:liv(?:e[sd]?|ing) on|(?:my|our) address(?: is|:)) \K{_EN_SMALL_NAME}(?:street|road|avenue|lane|drive)"
    rf"{_EN_NO_TALK}{TAIL}",
    rf"(?<!\w){_EN_NAME} {_EN_STREET}(?=,? (?:(?i:is|it['’]s|which is|right|just|close|next|near|by|to) ){{0,4}}"
    rf"(?:(?i:where (?:i|we) live)|(?i:my|our) {_EN_HOME})\b)",
]

_FR_HOME = r"(?:appartement|appart|studio|maison|immeuble|domicile|chez-moi|logement)"
_FR_CUE = (
    r"(?:\b(?i:habit(?:e[sz]?|ons|ent|ais|ait|ions|aient|er|é|ant)|domicili[ée]e?s?|demeur(?:e|ant|ons)|log(?:e|eons)"
    r"|vis|vivons|r[ée]sid(?:e|ons|ant)|(?:j['’ ]ai|on a) (?:em|d[ée])m[ée]nag[ée]"
    rf"|(?:mon|ma|notre) (?:nouvelle |nouvel |ancienne )?(?:adresse|{_FR_HOME})(?: est| se trouve| se situe"
    rf"|,? c['’]est)?"
    r"|adresse(?: de livraison| postale| de facturation)?(?: est| ?:|,? c['’]est)|chez (?:moi|nous)))"
)
_FR_SMALL = (
    r"est|sont|c['’]est|au|à|a|dans|sur|en|près|pres|pas|loin|de|d['’]|du|la|le|l['’]|côté|bout|coin|bas|haut|fin|début"
    r"|derrière|face|juste|ici|seule?|toujours|maintenant|aussi"
)
_FR_NO_NAME = (
    r"(?!(?i:derri[eè]re|juste|devant|d['’]à|de la (?:boutique|mode|soif)|de l['’]angle|du (?:magasin|shopping)|[àa] "
    r"|qui|o[uù]|pi[ée]tonne|commer[cç]ante|principale|calme|pas|pr[eè]s|et|ou|mais|avec|pour|chez)\b)"
)
_FRENCH = [
    rf"{_after(_FR_CUE, _FR_SMALL)}(?:{FR_SURE}(?!\p{{L}}) ?{_FR_NO_NAME}(?:{NAME}|{LOWER})"
    rf"|{FR_OTHER} {_FR_NO_NAME}{NAME}){TAIL}",
    rf"(?<!\w){FR_SURE}(?!\p{{L}}) ?{NAME}(?=,? (?i:(?:c['’]est |juste )?(?:là )?o[uù] (?:j['’ ]habite|je vis"
    rf"|nous habitons)"
    r"|(?:à côté|pr[eè]s|en bas|au pied) de chez (?:moi|nous))\b)",
]

_DE_HOME = r"(?:adresse|anschrift|wohnung|haus|zuhause|bude|wg)"
_DE_CUE = (
    r"(?:\b(?i:wohn(?:e|en|t|te|ten|haft)|leb(?:e|en)|zu ?hause|daheim|umgezogen"
    rf"|(?:mein|meine|meiner|unsere?) (?:neue[nr]? )?{_DE_HOME}(?: ist| liegt)?|(?:adresse|anschrift"
    rf"|lieferadresse)(?: ist| ?:)))"
)
_DE_SMALL = (
    r"ich|wir|ist|hier|jetzt|auch|direkt|gleich|noch|allein|seit|in|an|auf|am|im|der|dem|die|nahe|bei|beim|nähe|neben"
    r"|um|ecke|ende|von|zur|zum"
)
_DE_NO = (
    r"(?!(?i:seiten|neben|einkaufs|nachbar|parallel|quer|spiel|durchgangs|wohn|fußgänger|land|park|arbeits|um"
    r"|hin|r[uü]ck"
    r"|heim|schul|fahrrad|sitz|stell|steh|lauf|schlaf|markt|spielp)(?:stra(?:ß|ss)e|platz|weg|allee|gasse)\b)"
)
_GERMAN = [
    rf"{_after(_DE_CUE, _DE_SMALL)}(?<![\p{{L}}-])(?:{_DE_NO}\p{{L}}[\p{{L}}-]+(?:stra(?:ß|ss)e|str\.|allee|gasse|damm"
    rf"|(?<![äÄ])ufer|chaussee|weg|platz|straat|laan|gracht)|(?:\p{{Lu}}[\p{{L}}.-]+ ){{1,3}}(?:Stra(?:ß|ss)e"
    rf"|Str\.|Allee"
    rf"|Platz|Weg|Damm|Ufer|Gasse))(?![\p{{L}}-]){TAIL}",
]

_IT_CUE = (
    rf"(?:{_SAYS}(?i:abito|vivo)|\b(?i:abit(?:iamo|[ao]no|avo|avamo|a)|viviamo|risied(?:o|iamo|e)|residente"
    rf"|domiciliat[oa]"
    r"|casa (?:mia|nostra)(?: è| si trova)?|(?:il )?mio (?:nuovo )?(?:indirizzo|appartamento)(?: è| si trova)?"
    r"|indirizzo(?: di spedizione| di consegna)?(?: è| ?:)|mi sono trasferit[oa]))"
)
_IT_SMALL = (
    r"è|qui|ora|anche|da|solo|sola|sempre|a|in|ad|nella|nel|vicino|presso|di|all['’]|alla|al|dietro|fine|angolo"
    r"|traversa"
)
_IT_STREET = (
    r"(?i:via|viale|v\.le|piazza|p\.zz?a|piazzale|corso|c\.so|largo|vicolo|strada|contrada|lungarno|lungotevere)"
)
_IT_NO_NAME = r"(?!(?i:di (?:mezzo|fuga|sviluppo|guarigione)|del tutto|principale|tranquilla|che|con|e|ma|molto)\b)"
_ITALIAN = [rf"{_after(_IT_CUE, _IT_SMALL)}{_IT_STREET} {_IT_NO_NAME}(?:{NAME}|{LOWER}){TAIL}"]

_ES_CUE = (
    rf"(?:{_SAYS}(?i:vivo)|\b(?i:vivimos|vivía(?:mos)?|resid(?:o|imos)|me (?:he )?mud(?:é|ado)|domiciliad[oa]"
    r"|mi (?:nueva )?(?:direcci[oó]n|casa|piso|apartamento)(?: es| está| queda)?|nuestra casa(?: está)?"
    r"|direcci[oó]n(?: de entrega| de env[ií]o)?(?: es| ?:)))"
)
_ES_SMALL = r"es|está|ahí|aquí|ahora|sola?|solo|en|a|la|el|al|de|del|cerca|lado|por|junto|final|esquina|detrás|frente"
_ES_STREET = (
    r"(?:(?i:calle|avenida|avda\.?|av\.|plaza|pza\.?|paseo|pso\.?|carrer|ronda|camino|carretera|ctra\.?|glorieta"
    r"|traves[ií]a) |(?i:c/) ?)"
)
_ES_NO_NAME = (
    r"(?!(?i:principal|peatonal|tranquila|de (?:atrás|al lado|enfrente|las tiendas)|donde|que|con|y|pero|muy)\b)"
)
_SPANISH = [rf"{_after(_ES_CUE, _ES_SMALL)}{_ES_STREET}{_ES_NO_NAME}(?:{NAME}|{LOWER}){TAIL}"]

_HOMES = (
    rf"(?:{_EN_CUE}|{_FR_CUE}|{_DE_CUE}|\b(?:abit(?:o|iamo|[ao]no|avo|avamo|a)|viv(?:o|iamo|imos|ía)|resid"
    rf"|risied|domicil"
    r"|casa (?:mia|nostra)|(?:il )?mio (?:nuovo )?(?:indir|appart)|indirizzo|mi sono tras|me (?:he )?mud"
    r"|mi (?:nueva )?(?:dir|casa|piso|apart)|nuestra casa|direcci[oó]n))"
)
_STREETS = (
    rf"(?<![^\W\d_])(?:(?:{FR_SURE}|{FR_OTHER}|{_IT_STREET})(?![^\W\d_])|{_ES_STREET}|{_EN_STREET}(?!\w))"
    r"|(?:stra(?:ß|ss)e|str\.|allee|gasse|damm|ufer|chaussee|weg|platz|straat|laan|gracht)(?![^\W\d_])"
)
HOME_STREET = pattern_kind(
    "STREET_ADDRESS",
    hint=(
        rf"{_HOMES}[ ,:][^\n]{{0,120}}?(?:{_STREETS})"
        rf"|\b{_EN_STREET},? [^\n]{{0,40}}?(?:where (?:i|we) live|(?:my|our) {_EN_HOME})"
        rf"|(?<![^\W\d_]){FR_SURE} ?[^\n]{{2,80}}?(?:o[uù] (?:j|nous)|de chez )"
    ),
    patterns=[*_ENGLISH, *_FRENCH, *_GERMAN, *_ITALIAN, *_SPANISH],
    ignore_case=False,
)
"""A street without a number, where somebody says to live."""
