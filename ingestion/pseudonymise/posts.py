"""Raw posts become posts here, and nowhere else."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import regex

from ingestion.pseudonymise.checksums import digits_of
from ingestion.pseudonymise.contacts import phone_number
from ingestion.pseudonymise.content import CONTENT, content_hash
from ingestion.pseudonymise.detector import Detector
from ingestion.pseudonymise.keys import PseudonymKey
from ingestion.pseudonymise.known_names import AUTHOR, find_names, is_nobody
from ingestion.pseudonymise.named_people import NamedPeople
from ingestion.pseudonymise.names.finder import PERSON
from ingestion.pseudonymise.policy import POLICY, policy_version
from ingestion.pseudonymise.pseudonyms import Pseudonyms, normal_handle
from ingestion.pseudonymise.replacement import replace_spans, without_overlaps
from ingestion.pseudonymise.span import Span
from ingestion.pseudonymise.stand_ins import label
from ingestion.records import Post, RawPost

_PROFILE_NAME = regex.compile(
    r"(?:https?://)?[^/]+/(?:(?:add|in|u|user|c|channel|member|photos|people|closet)/)?@?(?:\d+-)?([\w.%-]*\w)"
)

_POSSESSIVE = regex.compile(r"['’]s?$")


@dataclass(frozen=True, kw_only=True)
class _Finds:
    """What was found in a text."""

    text: str
    known: Mapping[Span, str]
    """Names that the source gave away, and whose each is."""
    spans: list[tuple[Span, Span]]
    """As `without_overlaps` gives them."""

    @property
    def kinds(self) -> set[str]:
        return {winner.kind for _, winner in self.spans}

    @property
    def people(self) -> list[str]:
        return [self.text[winner.start : winner.end] for _, winner in self.spans if winner.kind == PERSON]


class Pseudonymiser:
    """Replaces identities by pseudonyms made with one key, in texts of some languages."""

    def __init__(self, key: PseudonymKey, *, languages: Sequence[str], keep: Collection[str] = ()) -> None:
        """`languages`: ISO 639-1 codes. `keep`: names and handles that are nobody's (brands, products), in any case:
        they stay where a name or a handle is recognised, whole or two words of them or more, but not where they are an
        author's.
        """
        self.key = key
        self.languages = tuple(languages)
        self.keep = frozenset(normal_handle(name) for name in keep)
        self._kept = frozenset(part for name in self.keep for part in _with_parts(name))
        self._pseudonyms = Pseudonyms(key)
        self._detector = Detector(languages)

    @property
    def policy_version(self) -> str:
        """Changes with what is recognised and what takes its place: texts made under another are to be made anew."""
        return policy_version()

    def author(self, handle: str) -> str:
        """Pseudonym of an author, by handle or name: what `Post.author` and mentions of it hold."""
        return self._pseudonyms.author(handle)

    def replace(
        self, text: str, *, language: str, names: Sequence[str] = (), found: Sequence[Span] = (), thread: str = ""
    ) -> tuple[str, set[str]]:
        """The text with stand-ins, and the kinds that were replaced.

        `names`: handles and names to replace besides. `found`: what a model found in the text, of kind `PERSON`.
        `thread`: conversation within which a name has one stand-in.
        """
        finds = self._find(text, language=language, names=names, found=found)
        return self._replaced(finds, NamedPeople(finds.people), thread), finds.kinds

    def post(
        self,
        raw: RawPost,
        names: Sequence[str],
        *,
        in_title: Sequence[Span] = (),
        in_text: Sequence[Span] = (),
        people: Sequence[str] = (),
    ) -> Post:
        """The post of a cleaned raw post.

        `names`: of its author and of others in its thread. `in_title`, `in_text`: names that a model found, of kind
        `PERSON`. `people`: names found in other posts of the thread, by which a first name alone is known for whose it
        is.
        """
        title_finds = self._find(raw.title, language=raw.language, names=names, found=in_title)
        text_finds = self._find(raw.text, language=raw.language, names=names, found=in_text)
        named = NamedPeople([*people, *title_finds.people, *text_finds.people])
        post_id = self._pseudonyms.post_id(raw.source, raw.source_id)
        thread = self._pseudonyms.thread(raw.source, raw.thread)
        title = self._replaced(title_finds, named, thread or post_id)
        text = self._replaced(text_finds, named, thread or post_id)
        author = (
            self._pseudonyms.no_author(raw.source, raw.source_id)
            if is_nobody(raw.author)
            else self._pseudonyms.author(raw.author)
        )
        content = {
            **{name: getattr(raw, name) for name in CONTENT},
            "author": author,
            "thread": thread,
            "title": title,
            "text": text,
        }
        return Post(
            post_id=post_id,
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
            content_hash=content_hash(content),
            duplicate_of="",
            spam=False,
            personal_data=tuple(sorted(title_finds.kinds | text_finds.kinds)),
        )

    def _find(self, text: str, *, language: str, names: Sequence[str], found: Sequence[Span]) -> _Finds:
        if not text:
            return _Finds(text="", known={}, spans=[])
        known = find_names(text, names)
        others = [*self._detector.find(text, language), *found]
        spans = without_overlaps([*(span for span in others if not self._is_kept(span, text)), *known])
        return _Finds(text=text, known=known, spans=spans)

    def _is_kept(self, span: Span, text: str) -> bool:
        if span.kind not in ("HANDLE", "PERSON", "PROFILE_LINK"):
            return False
        name = self._identifier(span, text)
        return name in self._kept or _POSSESSIVE.sub("", name) in self._kept

    def _replaced(self, finds: _Finds, people: NamedPeople, conversation: str) -> str:
        if not finds.spans:
            return finds.text
        return replace_spans(finds.text, finds.spans, lambda span: self._stand_in(span, finds, people, conversation))

    def _stand_in(self, span: Span, finds: _Finds, people: NamedPeople, conversation: str) -> str:
        found = finds.text[span.start : span.end]
        if span.kind == AUTHOR:
            return f"@{self._pseudonyms.author(finds.known[span])}"
        match POLICY[span.kind]:
            case "author":
                return f"@{self._pseudonyms.author(self._identifier(span, finds.text))}"
            case "email":
                return self._pseudonyms.email(found)
            case "phone":
                return self._pseudonyms.phone(phone_number(found) or digits_of(found))
            case "name":
                return self._pseudonyms.name(conversation, people.whole(found))
            case word:
                return label(word)

    @staticmethod
    def _identifier(span: Span, text: str) -> str:
        found = text[span.start : span.end]
        if span.kind == "PROFILE_LINK":
            match = _PROFILE_NAME.match(found)
            found = match.group(1) if match else found
        return normal_handle(found)


def _with_parts(name: str) -> Iterator[str]:
    """The name, and each row of its words that leaves some out and has two or more."""
    words = name.split(" ")
    yield name
    for start in range(len(words) - 1):
        for end in range(start + 2, len(words) + 1):
            yield " ".join(words[start:end])
