"""All posts as far as marks need them, in some 400 bytes each, most of them in files where there are many, and their
marks kept right as posts come and go."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ingestion.post_marks.columns import GrowingColumns
from ingestion.post_marks.features import mark_features
from ingestion.post_marks.lookup import KeyLookup, Rows
from ingestion.post_marks.pace import PACE_CODE, TEMPLATE_CODE, UNDATED, USUAL, author_flags
from ingestion.post_marks.room import Room
from ingestion.post_marks.rules import PACE, TEMPLATE, mark_groups, short
from ingestion.post_marks.signatures import SIGNATURE_BYTES
from ingestion.post_marks.texts import TextGroups

MARKS_SCHEMA = pl.Schema(
    {"post_id": pl.String(), "duplicate_of": pl.String(), "spam": pl.Boolean(), "spam_reason": pl.String()}
)
_ID_BYTES = 36
_NONE = -1
_FLAG_REASONS = {USUAL: "", PACE_CODE: PACE, TEMPLATE_CODE: TEMPLATE}


@dataclass(frozen=True, kw_only=True)
class _Given:
    """Posts as columns of numbers."""

    ids: npt.NDArray[np.bytes_]
    id_keys: npt.NDArray[np.uint64]
    author: npt.NDArray[np.uint64]
    at: npt.NDArray[np.int64]
    content: npt.NDArray[np.uint64]
    text_key: npt.NDArray[np.uint64]
    signatures: npt.NDArray[np.uint8]
    signed: npt.NDArray[np.bool_]
    frame: pl.DataFrame


class KnownPosts:
    """Posts by id, what their marks are made from, and their marks. Holds no text.

    Args:
        room: where what grows with the posts is kept.
    """

    def __init__(self, room: Room | None = None) -> None:
        room = room or Room()
        self._posts = GrowingColumns(
            {
                "id": (f"S{_ID_BYTES}", 1),
                "author": (np.uint64, 1),
                "at": (np.int64, 1),
                "content": (np.uint64, 1),
                "text": (np.int32, 1),
                "words": (np.uint16, 1),
                "cues": (np.uint16, 1),
                "linked": (np.bool_, 1),
                "repost": (np.bool_, 1),
                "flag": (np.uint8, 1),
                "first": (np.int32, 1),
                "spam": (np.bool_, 1),
                "here": (np.bool_, 1),
                "given": (np.bool_, 1),
            },
            room,
        )
        self._texts = TextGroups(room)
        self._by_id = KeyLookup(np.uint64, room)
        self._by_text = KeyLookup(np.int32, room)
        self._by_author = KeyLookup(np.uint64, room)

    def __len__(self) -> int:
        return int(self._posts["here"].sum())

    def load(self, posts: pl.DataFrame, *, marks_fit: bool) -> pl.DataFrame:
        """Take in posts with the marks that they have. Needs what `put` needs, and duplicate_of and spam.

        `marks_fit`: whether the marks were made when exactly these posts were there, or these and others that are given
        to `put` next; if not, all are made anew. Returns marks that are not what they were, in `MARKS_SCHEMA`.
        """
        given = _given(posts)
        rows = self._added(given.id_keys)
        self._fill(rows, given)
        self._posts["spam"][rows] = posts["spam"].to_numpy()
        copied = (posts["duplicate_of"] != "").to_numpy()
        firsts = self._rows(posts["duplicate_of"].filter(pl.Series(copied)))
        copies, lost = rows[copied][firsts >= 0], rows[copied][firsts < 0]
        self._posts["first"][copies] = firsts[firsts >= 0]
        self._posts["first"][lost] = _NONE
        self._flag(rows)
        text = self._posts["text"]
        if not marks_fit:
            self._texts.join(text[rows])
            return self._moved(rows, fresh=rows[:0])
        self._texts.unite(text[copies], text[firsts[firsts >= 0]])
        self._texts.join(text[lost])
        return self._moved(self._posts_of(self._texts.members(text[lost])), fresh=rows[:0])

    def put(self, posts: pl.DataFrame) -> pl.DataFrame:
        """Take in new posts and known ones as they are now; return their marks, and those that they moved.

        Needs post_id (each once), author, published_at, content_hash and the columns of `FEATURES_SCHEMA`. Returns
        `MARKS_SCHEMA`: post_id, duplicate_of, spam and spam_reason (empty where not spam).
        """
        given = _given(posts)
        rows: Rows = self._rows(posts["post_id"])
        known = rows[rows >= 0]
        flagged, touched = self._same_authors(known), self._taken_out(known)
        new = np.flatnonzero(rows < 0)
        rows[new] = self._added(given.id_keys[new])
        self._fill(rows, given)
        self._texts.join(np.concatenate([self._posts["text"][rows], touched]))
        turned = self._flag(np.union1d(flagged, self._same_authors(rows)))
        reached = self._posts_of(self._texts.members(np.concatenate([self._posts["text"][rows], touched])))
        return self._moved(np.union1d(reached, turned), fresh=rows)

    def forget(self, post_ids: Collection[str]) -> pl.DataFrame:
        """Let posts go; return the marks that this moved, of others. Ids that are not there are passed over."""
        rows = self._rows(pl.Series(list(post_ids), dtype=pl.String()))
        rows = rows[rows >= 0]
        others = np.setdiff1d(self._same_authors(rows), rows)
        touched = self._taken_out(rows)
        self._posts["here"][rows] = False
        self._texts.join(touched)
        turned = self._flag(others)
        return self._moved(np.union1d(self._posts_of(self._texts.members(touched)), turned), fresh=rows[:0])

    def compare(self, posts: pl.DataFrame) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Which posts are not known, and which are known with the same content. Needs post_id and content_hash."""
        rows = self._rows(posts["post_id"])
        same = rows >= 0
        same[same] = self._posts["content"][rows[same]] == _hashes(posts["content_hash"])[same]
        return rows < 0, same

    def were_given(self, post_ids: pl.Series) -> npt.NDArray[np.bool_]:
        """Which posts are among those of `note_given`."""
        rows = self._rows(post_ids)
        given = rows >= 0
        given[given] = self._posts["given"][rows[given]]
        return given

    def note_given(self, post_ids: pl.Series) -> None:
        """Keep that these posts, all of which are there, came in this run."""
        self._posts["given"][self._rows(post_ids)] = True

    def marks(self, post_ids: Collection[str]) -> pl.DataFrame:
        """Marks of known posts, in `MARKS_SCHEMA`, in no order."""
        rows = self._rows(pl.Series(list(post_ids), dtype=pl.String()))
        return self._frame(*self._judge(rows[rows >= 0]))

    def _added(self, id_keys: npt.NDArray[np.uint64]) -> Rows:
        rows: Rows = self._posts.add(len(id_keys))
        self._by_id.add(id_keys, rows)
        return rows

    def _fill(self, rows: Rows, given: _Given) -> None:
        """Write the columns of posts that are in no text's count yet."""
        posts, frame = self._posts, given.frame
        posts["id"][rows] = given.ids
        for name in ("author", "at", "content"):
            posts[name][rows] = getattr(given, name)
        for name in ("words", "cues"):
            posts[name][rows] = frame[name].clip(0, 60_000).to_numpy()
        for name in ("linked", "repost"):
            posts[name][rows] = frame[name].to_numpy()
        posts["first"][rows] = rows
        posts["here"][rows] = True
        posts["text"][rows] = self._texts.add(given.text_key, given.signatures, given.signed)
        self._by_text.add(posts["text"][rows], rows)
        self._by_author.add(given.author, rows)

    def _taken_out(self, rows: Rows) -> Rows:
        """Texts whose groups may fall apart now that these posts have them no more: to be joined again."""
        return self._texts.remove(self._posts["text"][rows])

    def _rows(self, post_ids: pl.Series) -> Rows:
        """Row of each post, -1 where it is not there."""
        rows: Rows = np.full(len(post_ids), _NONE, np.int32)
        places, found = self._by_id.find(_hashes(post_ids))
        ids = post_ids.to_numpy().astype(f"S{_ID_BYTES}")
        right = (self._posts["id"][found] == ids[places]) & self._posts["here"][found]
        rows[places[right]] = found[right]
        return rows

    def _posts_of(self, texts: Rows) -> Rows:
        """Rows of every post that has one of the texts."""
        places, found = self._by_text.find(texts)
        right = (self._posts["text"][found] == texts[places]) & self._posts["here"][found]
        unique: Rows = np.unique(found[right])
        return unique

    def _same_authors(self, rows: Rows) -> Rows:
        """Rows of every post by the authors of some."""
        authors = np.unique(self._posts["author"][rows])
        places, found = self._by_author.find(authors)
        right = (self._posts["author"][found] == authors[places]) & self._posts["here"][found]
        unique: Rows = np.unique(found[right])
        return unique

    def _flag(self, rows: Rows) -> Rows:
        """Judge the pace of authors, of whom all posts are given; return the posts for which it changed."""
        rows = rows[self._posts["here"][rows]]
        texts = self._posts["text"][rows]
        flags = author_flags(
            self._posts["author"][rows], self._posts["at"][rows], lambda places: self._texts.signatures(texts[places])
        )
        turned: Rows = rows[self._posts["flag"][rows] != flags]
        self._posts["flag"][rows] = flags
        return turned

    def _judge(self, rows: Rows) -> tuple[Rows, Rows, pl.Series]:
        """Rows in some order, the first post of each, and the reason why it is spam."""
        context = self._posts_of(self._texts.members(self._posts["text"][rows]))
        posts = self._posts
        at = posts["at"][context]
        frame = pl.DataFrame(
            {
                "row": context,
                "post_id": posts["id"][context].astype(str),
                "author": posts["author"][context],
                "at": pl.Series(at).set(pl.Series(at == UNDATED), None),
                "group": self._texts.groups(posts["text"][context]),
                **{name: posts[name][context] for name in ("words", "cues", "linked", "repost")},
                "flag": pl.Series(posts["flag"][context]).replace_strict(_FLAG_REASONS, return_dtype=pl.String()),
            }
        )
        judged = mark_groups(frame).filter(pl.col("row").is_in(rows.tolist()))
        return judged["row"].to_numpy(), judged["first"].to_numpy(), judged["reason"]

    def _moved(self, rows: Rows, *, fresh: Rows) -> pl.DataFrame:
        """Judge posts anew; return the marks of fresh ones and of those whose marks are not what they were."""
        judged, first, reason = self._judge(np.union1d(rows, fresh))
        spam = (reason != "").to_numpy()
        moved = (self._posts["first"][judged] != first) | (self._posts["spam"][judged] != spam) | np.isin(judged, fresh)
        self._posts["first"][judged] = first
        self._posts["spam"][judged] = spam
        return self._frame(judged[moved], first[moved], reason.filter(pl.Series(moved)))

    def _frame(self, rows: Rows, first: Rows, reason: pl.Series) -> pl.DataFrame:
        ids = self._posts["id"]
        return pl.DataFrame(
            {
                "post_id": ids[rows].astype(str),
                "duplicate_of": np.where(first == rows, b"", ids[first]).astype(str),
                "spam": reason != "",
                "spam_reason": reason,
            },
            schema=MARKS_SCHEMA,
        )


def mark_posts(posts: pl.DataFrame) -> pl.DataFrame:
    """Marks of a set of posts, in `MARKS_SCHEMA`. Needs post_id, author, published_at and text."""
    features = mark_features(posts).drop("post_id")
    whole = posts.with_columns(features).with_columns(content_hash=pl.lit(""))
    return KnownPosts().put(whole)


def _given(posts: pl.DataFrame) -> _Given:
    author, ids = _hashes(posts["author"]), _hashes(posts["post_id"])
    key = posts["text_key"].fill_null(0).to_numpy().view(np.uint64)
    # A short text is a text of its author's; a text without words is one of its own.
    own = posts.select(short(pl.col("words"))).to_series().to_numpy()
    key = np.where(posts["text_key"].is_null().to_numpy(), ids, np.where(own, key ^ author, key))
    signed = (posts["signature"].bin.size() == SIGNATURE_BYTES).to_numpy()
    signatures = np.zeros((posts.height, SIGNATURE_BYTES), np.uint8)
    joined = b"".join(posts["signature"].filter(pl.Series(signed)).to_list())
    signatures[signed] = np.frombuffer(joined, np.uint8).reshape(-1, SIGNATURE_BYTES)
    return _Given(
        ids=posts["post_id"].to_numpy().astype(f"S{_ID_BYTES}"),
        id_keys=ids,
        author=author,
        at=posts["published_at"].to_physical().fill_null(UNDATED).to_numpy(),
        content=_hashes(posts["content_hash"]),
        text_key=key,
        signatures=signatures,
        signed=signed,
        frame=posts,
    )


def _hashes(texts: pl.Series) -> npt.NDArray[np.uint64]:
    """Good for one process."""
    found: npt.NDArray[np.uint64] = texts.hash(seed=0).to_numpy()
    return found
