"""Raw posts become posts here, and nowhere else."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

import regex

from ingestion.pseudonymise.contacts import phone_number
from ingestion.pseudonymise.detector import Detector
from ingestion.pseudonymise.keys import PseudonymKey
from ingestion.pseudonymise.known_names import AUTHOR, find_names, is_nobody, with_known_names
from ingestion.pseudonymise.pseudonyms import Pseudonyms, normal_handle
from ingestion.pseudonymise.replacement import replace_spans, without_overlaps
from ingestion.pseudonymise.span import Span
from ingestion.records import Post, RawPost

_DIGITS = regex.compile(r"\d+")
_PROFILE_NAME = regex.compile(
    r"(?:https?://)?[^/]+/(?:(?:add|in|u|user|c|channel|member|photos|people|closet)/)?@?(?:\d+-)?([\w.%-]*\w)"
)
_PLAIN_STAND_INS = {
    "IDENTITY_LINK": "[link]",
    "IBAN_CODE": "[iban]",
    "CREDIT_CARD": "[card]",
    "FR_NIR": "[national_id]",
    "FR_SIRET": "[company_id]",
    "ORDER_NUMBER": "[order]",
    "IP_ADDRESS": "[ip]",
    "PERSON": "[name]",
}


class Pseudonymiser:
    """Replaces identities by pseudonyms made with one key, in texts of some languages."""

    def __init__(self, key: PseudonymKey, *, languages: Sequence[str], keep: Collection[str] = ()) -> None:
        """`languages`: ISO 639-1 codes. `keep`: names and handles that are nobody's (brands, products), in any case:
        they stay where a name or a handle is recognised, but not where they are an author's.
        """
        self.key = key
        self.languages = tuple(languages)
        self.keep = frozenset(normal_handle(name) for name in keep)
        self._pseudonyms = Pseudonyms(key)
        self._detector = Detector(languages)

    def author(self, handle: str) -> str:
        """Pseudonym of an author, by handle or name: what `Post.author` and mentions of it hold."""
        return self._pseudonyms.author(handle)

    def replace(self, text: str, *, language: str, names: Sequence[str] = ()) -> tuple[str, set[str]]:
        """The text with stand-ins, and the kinds that were replaced. `names`: handles and names to replace besides."""
        if not text:
            return "", set()
        known = find_names(text, names)
        found = [span for span in self._detector.find(text, language) if not self._is_kept(span, text)]
        spans = without_overlaps([*found, *known])
        if not spans:
            return text, set()
        return (
            replace_spans(text, spans, lambda span: self._stand_in(span, text, known)),
            {winner.kind for _, winner in spans},
        )

    def post(self, raw: RawPost, names: Sequence[str]) -> Post:
        """The post of a cleaned raw post; `names`: of its author and of others in its thread."""
        title, in_title = self.replace(raw.title, language=raw.language, names=names)
        text, in_text = self.replace(raw.text, language=raw.language, names=names)
        author = (
            self._pseudonyms.no_author(raw.source, raw.source_id)
            if is_nobody(raw.author)
            else self._pseudonyms.author(raw.author)
        )
        thread = self._pseudonyms.thread(raw.source, raw.thread)
        content = (raw.source, raw.kind, author, thread, title, text, raw.published_at, raw.language, raw.market)
        content_hash = hashlib.sha256(repr((*content, raw.rating, raw.product_id)).encode()).hexdigest()
        return Post(
            post_id=self._pseudonyms.post_id(raw.source, raw.source_id),
            source=raw.source,
            kind=raw.kind,
            author=author,
            thread=thread,
            title=title,
            text=text,
            published_at=raw.published_at,
            language=raw.language,
            market=raw.market,
            rating=raw.rating,
            product_id=raw.product_id,
            content_hash=content_hash,
            duplicate_of="",
            spam=False,
            personal_data=tuple(sorted(in_title | in_text)),
        )

    def _is_kept(self, span: Span, text: str) -> bool:
        if span.kind not in ("HANDLE", "PERSON", "PROFILE_LINK"):
            return False
        return self._identifier(span, text) in self.keep

    def _stand_in(self, span: Span, text: str, known: Mapping[Span, str]) -> str:
        found = text[span.start : span.end]
        if span.kind == AUTHOR:
            return f"@{self._pseudonyms.author(known[span])}"
        if span.kind in ("HANDLE", "PROFILE_LINK"):
            return f"@{self._pseudonyms.author(self._identifier(span, text))}"
        if span.kind == "EMAIL_ADDRESS":
            return self._pseudonyms.email(found)
        if span.kind == "PHONE_NUMBER":
            return self._pseudonyms.phone(phone_number(found) or "".join(_DIGITS.findall(found)))
        return _PLAIN_STAND_INS[span.kind]

    @staticmethod
    def _identifier(span: Span, text: str) -> str:
        found = text[span.start : span.end]
        if span.kind == "PROFILE_LINK":
            match = _PROFILE_NAME.match(found)
            found = match.group(1) if match else found
        return normal_handle(found)


def pseudonymise_batch(posts: Sequence[RawPost], pseudonymiser: Pseudonymiser) -> list[Post]:
    """A post for each cleaned raw post, in order. The names of all authors that a thread has in the batch are replaced
    in all of its posts.
    """
    return [pseudonymiser.post(raw, names) for raw, names in with_known_names(posts)]
