"""Links that say who somebody is: profiles, and addresses that carry a name, an order or a token."""

from __future__ import annotations

from ingestion.pseudonymise.recogniser import pattern_kind

_PROFILE = (
    r"(?:https?://)?(?:www\.|m\.|mobile\.|[a-z]{2}(?:-[a-z]{2})?\.)?(?:instagram\.com|instagr\.am|twitter\.com|x\.com|facebook\.com"
    r"|fb\.com|tiktok\.com|threads\.net|snapchat\.com/add|pinterest\.(?:com|fr|it|de|es|co\.uk)|linkedin\.com/in|depop\.com"
    r"|reddit\.com/(?:u|user)|youtube\.com/(?:c|user|channel)|youtube\.com(?=/@)|t\.me|wa\.me|linktr\.ee|flickr\.com/(?:photos"
    r"|people)|vinted\.(?:com|fr|it|de|es|co\.uk)/member|poshmark\.com/closet|lookbook\.nu/user)/"
)
_NO_PROFILE = (
    r"(?!(?:p|pin|reel|reels|explore|stories|tv|status|hashtag|search|watch|events|groups|pages|sharer|share|intent|home|i"
    r"|about|help|legal|discover|ideas|login|tag|upload|photo\.php|profile\.php)(?:[/?#]|\b(?![\w.-])))"
)
PROFILE = pattern_kind(
    "PROFILE_LINK",
    hint=r"[./]\w+/",
    patterns=[rf"(?<![\w@.]){_PROFILE}{_NO_PROFILE}@?[\w.%@-]+(?:[/?#][^\s<>\"')\]]*)?"],
)

_TELLING = (
    r"(?:e?mail|user(?:name|_?id)?|uid|name|nom|prenom|token|auth|phone|tel|customer(?:_?id)?"
    r"|client(?:_?id)?|order(?:_?id)?|commande|password|pwd)"
)
LINK = pattern_kind(
    "IDENTITY_LINK",
    hint=r"://",
    patterns=[
        rf"https?://[^\s<>\"']*[?&;#]{_TELLING}=[^\s<>\"']+",
        r"https?://[^\s/<>\"'@]+@[^\s<>\"']+",
    ],
)
