"""From a labelled target and opinion to one of our aspects, by rules over their words.

DMASTE marks words (`zipper`, `too tight`), not categories. The target decides where it names an aspect, else the
opinion does; a target such as `shoes` names none. What neither names is `other`: the article as a whole, its use.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from copilot.signals.aspects.records import Aspect

_COLOURS = (
    "black|white|blue|red|green|brown|navy|pink|purple|yellow|orange|gray|grey|burgundy|taupe|maroon|tan|beige|gold|"
    "silver|midnight|sparkly|light|dark|and"
)
_BARE_COLOUR = re.compile(rf"^(?:(?:{_COLOURS})\s?)+$")
_FEEL = re.compile(r"\b(?:feels?|felt|weight|light ?weight|heavy|warmth|walking|ventilation|pads)\b")

_TARGETS: Mapping[Aspect, str] = {
    "price": r"pric\w*|costs?|value|money|deal|bucks?",
    "delivery": r"deliver\w*|ship\w*|arriv\w*|packag\w*|packing|sellers?|vendors?|service|returned|received|refund\w*"
    r"|returns?|store|order|ordering|came",
    "colour": r"colou?rs?|colored|shades?|dyed?",
    "fit": r"fits?|fitting|fitted|siz\w*|length|width|waist|inseam|medium|small|large|xl|toe (?:box|area|bed)|wide"
    r"|cups?"
    r"|(?:leg|neck|wrist) openings?|torso|narrow legs|crotch",
    "fabric": r"materials?|fabrics?|cotton|leather|wool|cloth|texture|mesh|canvas|suede|silky?|polyester|nylon|deerskin"
    r"|thickness|thinness|weave|elastic|stiffness|stretch\w*|padding|fishnets?|lining|liner|rubber|fibers?",
    "comfort": r"arch support|support|comfort\w*|cushion\w*|insoles?",
    "quality": r"quality|quiality|made|workmanship|stitching|seams?|construct\w*|durab\w*|lasts?|lasting|zippers?"
    r"|buttons?|snaps?|hooks|sewing|grommets|pill|strength|finish|clasps?|buckle|condition|craft\w*",
    "style": r"looks?|looked|looking|styl\w*|designs?|appearance|patterns?|shape|stripes|lines|fashion\w*|shine"
    r"|shimmer",
}
_OPINIONS: Mapping[Aspect, str] = {
    "fit": r"fits?|fitting|fitted|sizes?|sized|sizing|too (?:\w+ )?(?:big|small|large|long|short|tight|narrow|wide"
    r"|loose|snug)|bigger|smaller|larger|(?<!no )longer|shorter|tighter|narrower|wider|looser"
    r"|ran (?:a )?(?:little |bit )?(?:long|small|big|large|short|narrow)|tight\w*|snug\w*|loos\w*|narrow\w*|small|large"
    r"|huge|big|baggy|roomy|short|true|runs?|slips? off|falls? (?:off|down)|falling (?:off|down)|fell off|kept falling"
    r"|stays? (?:up|on|(?:in )?place)|come off|pull down|waist|rode|width",
    "comfort": r"\w*comfort\w*|comfy|cozy|comfier|blisters?|hurts?|hurting|pain\w*|support\w*|cushion\w*|warm\w*|cool"
    r"|breath\w*|light ?-? ?weight|light|heavy|heavier|rub|rubs|rubbing|rubbed|irritat\w*|fatigue|padding|pinch\w*"
    r"|break(?:ing)? in|sweat\w*|itch\w*",
    "price": r"pric\w*|costs?|(?:in)?expensive|afford\w*|bargain|deal|money|penny|cheap(?:er)?|on sale|bucks|pricey"
    r"|sold for less|worth",
    "delivery": r"deliver\w*|ship\w*|arriv\w*|on time|prompt\w*|got here|timely|packag\w*|refund\w*|customer service",
    "quality": r"(?:well|cheaply|poorly|better|nicely)[ -]+(?:made|built|constructed)|made well|quality|durab\w*"
    r"|sturd\w*|strudy|lasts?|lasted|lasting|(?:hold|holds|held|holding) up|broke\w*|breaks?|tear\w*|torn|tore|rip\w*"
    r"|(?:fell|fallen|falling|fall) apart|holes?|defect\w*|flimsy|cheaply|junk|crap|trash|solid\w*|rugged|strong\w*"
    r"|tough\w*|w(?:ea|o)re? out|worn|fray\w*|pill\w*|crack\w*|shr[aiu]nk\w*|sew\w*|stitch\w*|loose thread\w*"
    r"|come loose|scuffed|wash(?:ed|es)?|ruined|unravel\w*|dent",
    "fabric": r"soft\w*|thin\w*|thick\w*|stiff\w*|stretch\w*|scratchy|silky|material|fabric|cotton|leather|wrinkl\w*"
    r"|sheer|see through|flexible|plastic|iron\w*",
    "style": r"cut(?:e|est)|pretty$|stylish|attractive|beautiful\w*|gorgeous|ugly|fashion\w*|classy|elegant"
    r"|compliments?|sexy|handsome|feminine|looks?(?! for)|looking(?! for)|looked|sleek|classic|style|trendy"
    r"|spiffy|shiny|sparkl\w*|casual|lovely|adorable|tailored",
    "colour": r"colou?r\w*|(?<!the )dark|darker|bright\w*|vibrant|fad(?:e|ed|es|ing)|bleed\w*|black|white|blue|green"
    r"|brown|pink",
}


def _compiled(patterns: Mapping[Aspect, str]) -> dict[Aspect, re.Pattern[str]]:
    return {aspect: re.compile(rf"\b(?:{pattern})\b") for aspect, pattern in patterns.items()}


_OF_TARGET, _OF_OPINION = _compiled(_TARGETS), _compiled(_OPINIONS)


def aspect_of(target: str, opinion: str) -> Aspect:
    """The aspect that an opinion on a target is about; an empty target is the article, not named.

    >>> aspect_of("zipper", "broke"), aspect_of("shoes", "too tight"), aspect_of("", "love"), aspect_of("navy", "nice")
    ('quality', 'fit', 'other', 'colour')
    """
    target, opinion = target.lower(), opinion.lower()
    if "fits the bill" in f"{opinion} {target}":
        return "other"
    if target and _BARE_COLOUR.search(target):
        return "colour"
    named = _first(_OF_TARGET, target)
    if named is not None:
        return named
    told = _first(_OF_OPINION, opinion)
    if _FEEL.search(target):
        return told or "comfort"
    return told or "other"


def _first(patterns: Mapping[Aspect, re.Pattern[str]], text: str) -> Aspect | None:
    return next((aspect for aspect, pattern in patterns.items() if pattern.search(text)), None)
