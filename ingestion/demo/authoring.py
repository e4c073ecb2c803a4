"""Turns "a post about this" into a raw post: source, author, language, time, text, thread, and note of the truth."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Literal

import polars as pl

from ingestion.demo.chance import picker
from ingestion.demo.early_adopters import EarlyAdopters
from ingestion.demo.people import LANGUAGE_SHARES, Person, build_accounts, build_crowds
from ingestion.demo.phrases import Phrases
from ingestion.demo.styles import Range, Style
from ingestion.demo.trends import Trend
from ingestion.demo.truth import PersonalData, PostKey, PostTruth
from ingestion.demo.writer import Mood, Planted, Writer
from ingestion.records import RawPost

REVIEWS, SOCIAL, FORUM = "reviews-web", "social", "forum"

_MARKETS = {"fr": "FR", "en": "GB", "it": "IT", "de": "DE"}
_HOURS = (6, 7, 8, 9, 10, 11, 12, 12, 13, 14, 15, 16, 17, 17, 18, 18, 19, 19, 20, 20, 21)
_SPAMMERS = 12
_COPIED_FROM = 200
_TRIES = 6

Mentions = list[tuple[str, str, date, str, str]]


class Authoring:
    """Writes posts day by day; `posts` has them in order of time."""

    def __init__(
        self,
        range_: Range,
        trends: tuple[Trend, ...],
        *,
        posts: int,
        seed: int,
        quality_drop: tuple[str, date] | None,
    ) -> None:
        self._chance = picker(seed, "posts")
        self._planted = Planted()
        self._crowds = build_crowds(posts, seed=seed)
        self._writers = {
            language: Writer(Phrases(language), self._crowds[language], self._chance, self._planted)
            for language in LANGUAGE_SHARES
        }
        self._early = EarlyAdopters(self._crowds, trends, seed=seed)
        self._spammers = build_accounts(_SPAMMERS, "deals", seed=seed, languages=("fr", "en", "it", "de"))
        self._flooders = {
            trend.term_id: build_accounts(trend.flood.accounts, "pinkclub", seed=seed, languages=("fr", "en"))
            for trend in trends
            if trend.flood is not None
        }
        crews = [self._spammers, *self._flooders.values()]
        self._apart = {person.handle for people in crews for person in people}
        self._styles = range_.styles
        self._linked = {
            trend.term_id: tuple(style for style in range_.styles if style.product_id in trend.product_ids)
            for trend in trends
        }
        self._quality_drop = quality_drop
        self._day = date.min
        self._growth = 1.0
        self._today: list[RawPost] = []
        self._recent: deque[RawPost] = deque(maxlen=_COPIED_FROM)
        self._seen: set[str] = set()
        self._mentions: Mentions = []
        self._keys: dict[str, set[PostKey]] = {"spam": set(), "injection": set(), "exact": set(), "near": set()}
        self._count = 0
        self.posts: list[RawPost] = []

    def open_day(self, day: date, *, social_growth: float) -> None:
        """Begin a day. `social_growth`: volume of the source `social` relative to its mean."""
        self._day, self._growth = day, social_growth

    def close_day(self) -> None:
        """Put the day's posts in order of time."""
        self._today.sort(key=lambda post: (post.published_at or datetime.min.replace(tzinfo=UTC), post.source_id))
        self.posts += self._today
        self._recent.extend(self._today)
        self._today = []

    def about(self, term: str) -> None:
        """A post about a term: a review where a product is about it, or a social post."""
        language = self._language()
        author = self._crowds[language].pick(self._chance)
        on_sale = [style for style in self._linked[term] if style.launched_on <= self._day]
        source = self._source(0.30 if on_sale else 0.0)
        early = self._early.next_on(term, language, self._day)
        if early is not None:
            post = self._social(early, SOCIAL if source == REVIEWS else source, term)
        elif source == REVIEWS:
            post = self._review(author, self._popular(on_sale), term)
        else:
            post = self._social(author, source, term)
        self._mention(post, term)

    def anything(self) -> None:
        """A post without any of the demo's terms: mostly reviews."""
        author = self._crowds[self._language()].pick(self._chance)
        source = self._source(0.55)
        if source == REVIEWS:
            on_sale = [style for style in self._styles if style.launched_on <= self._day]
            self._review(author, self._popular(on_sale or list(self._styles)), "")
        else:
            self._social(author, source, "")

    def flood(self, term: str) -> None:
        """One more post by one of the few accounts behind a flood."""
        self._mention(self._social(self._chance.choice(self._flooders[term]), SOCIAL, term), term)

    def trick(self, topic: Literal["spam", "injection"]) -> None:
        """Spam by a seller, or a post by anyone that gives the reader orders."""
        language = self._language()
        author = self._chance.choice(self._spammers) if topic == "spam" else self._crowds[language].pick(self._chance)
        style = self._chance.choice(self._styles)
        _, text = self._unique(lambda: ("", self._writers[author.language].trick(author, style, topic)))
        post = self._keep(self._post(author, self._chance.choice((SOCIAL, FORUM)), text))
        self._keys[topic].add((post.source, post.source_id))

    def copy(self, *, exact: bool) -> None:
        """A recent social post again, by the same author or another one."""
        originals = [post for post in self._recent if post.source != REVIEWS and post.author not in self._apart]
        if not originals:
            return
        original = self._chance.choice(originals)
        text = original.text if exact else self._retouch(original.text)
        person = self._crowds[self._language()].pick(self._chance)
        author = original.author if self._chance.random() < 0.4 else person.handle
        self._planted.authors.add(author)
        published = self._moment()
        post = replace(original, author=author, text=text, published_at=published, source_id=self._id(SOCIAL, author))
        self._keep(post)
        self._keys["exact" if exact else "near"].add((post.source, post.source_id))

    def truth(self) -> PostTruth:
        """What has been planted."""
        planted = self._planted
        return PostTruth(
            mentions=pl.DataFrame(
                self._mentions, schema=["source", "source_id", "date", "term_id", "author"], orient="row"
            ),
            personal_data=PersonalData(
                authors=frozenset(planted.authors),
                names=frozenset(planted.names),
                emails=frozenset(planted.emails),
                phones=frozenset(planted.phones),
                handles=frozenset(planted.handles),
                order_numbers=frozenset(planted.order_numbers),
            ),
            floods_by=frozenset(person.handle for people in self._flooders.values() for person in people),
            early_adopters=self._early.handles,
            injections=frozenset(self._keys["injection"]),
            spam=frozenset(self._keys["spam"]),
            exact_duplicates=frozenset(self._keys["exact"]),
            near_duplicates=frozenset(self._keys["near"]),
        )

    def _review(self, author: Person, style: Style, term: str) -> RawPost:
        fabric = self._fabric_complaint(style)
        mood = "bad" if fabric else self._mood()
        writer = self._writers[author.language]
        title, text = self._unique(lambda: writer.review(author, style, mood, term, fabric=fabric))
        post = self._post(author, REVIEWS, text)
        rating = {"good": (4.0, 5.0, 5.0), "mid": (3.0, 3.0, 4.0), "bad": (1.0, 1.0, 2.0)}[mood]
        return self._keep(
            replace(
                post,
                kind="review",
                title=title,
                language=author.language,
                rating=self._chance.choice(rating),
                product_id=style.product_id,
                thread="",
            )
        )

    def _social(self, author: Person, source: str, term: str) -> RawPost:
        _, text = self._unique(lambda: ("", self._writers[author.language].social(author, term)))
        return self._keep(self._post(author, source, text))

    def _post(self, author: Person, source: str, text: str) -> RawPost:
        name = author.handle
        if source == REVIEWS:
            name = author.name if author.signs_reviews else "" if self._chance.random() < 0.12 else name
        if name:
            self._planted.authors.add(name)
        source_id = self._id(source, author.handle)
        return RawPost(
            source=source,
            source_id=source_id,
            kind="social",
            author=name,
            text=text,
            published_at=self._moment(),
            market="" if source == FORUM else _MARKETS[author.language],
            thread=self._thread(source, source_id),
        )

    def _keep(self, post: RawPost) -> RawPost:
        self._today.append(post)
        return post

    def _mention(self, post: RawPost, term: str) -> None:
        self._mentions.append((post.source, post.source_id, self._day, term, post.author))

    def _id(self, source: str, handle: str) -> str:
        """Ids of social posts carry the handle, as addresses of posts do."""
        self._count += 1
        if source == SOCIAL:
            self._planted.handles.add(handle)
            return f"{handle}/status/{self._count:07d}"
        return f"{source[0]}{self._count:07d}"

    def _thread(self, source: str, source_id: str) -> str:
        """An open thread of the source, or one that this post begins."""
        earlier = [post.thread for post in self._today if post.source == source]
        return self._chance.choice(earlier) if earlier and self._chance.random() < 0.5 else source_id

    def _moment(self) -> datetime:
        clock = time(self._chance.choice(_HOURS), self._chance.randrange(60), self._chance.randrange(60))
        return datetime.combine(self._day, clock, tzinfo=UTC)

    def _language(self) -> str:
        return self._chance.choices(list(LANGUAGE_SHARES), weights=list(LANGUAGE_SHARES.values()))[0]

    def _source(self, review_share: float) -> str:
        social = 0.55 * self._growth
        rest = (1 - review_share) / 0.70
        weights = (review_share * (0.45 + social), social * rest, 0.15 * rest)
        return self._chance.choices((REVIEWS, SOCIAL, FORUM), weights=weights)[0]

    def _popular(self, styles: list[Style]) -> Style:
        return self._chance.choices(styles, weights=[style.popularity for style in styles])[0]

    def _mood(self) -> Mood:
        moods: tuple[Mood, ...] = ("good", "mid", "bad")
        return self._chance.choices(moods, weights=(65, 14, 21))[0]

    def _fabric_complaint(self, style: Style) -> bool:
        if self._quality_drop is None:
            return False
        product_id, changed_on = self._quality_drop
        return style.product_id == product_id and self._day >= changed_on and self._chance.random() < 0.5

    def _unique(self, write: Callable[[], tuple[str, str]]) -> tuple[str, str]:
        """Title and text, of which no earlier post has the text as far as a few tries go: only `copy` repeats."""
        title, text = write()
        for _ in range(_TRIES):
            if text.lower() not in self._seen:
                break
            title, text = write()
        self._seen.add(text.lower())
        return title, text

    def _retouch(self, text: str) -> str:
        kind = self._chance.randrange(3)
        if kind == 0:
            return f"{text} 👀"
        if kind == 1:
            return f"RT {text}"
        return f"{text} ({self._chance.choice(('bis', 'up', 'again', 'update'))})"
