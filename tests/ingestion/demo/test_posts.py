"""Posts: what is in them, and that the truth about them holds."""

import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest

from ingestion.demo import Demo
from ingestion.demo.people import LANGUAGE_SHARES
from ingestion.demo.phrases import Phrases
from ingestion.records import RawPost


@pytest.fixture(scope="module")
def posts(demo: Demo) -> list[RawPost]:
    return list(demo.raw_posts())


@pytest.fixture(scope="module")
def weekly(demo: Demo) -> dict[str, list[int]]:
    """Distinct authors of each term in each of the 52 weeks up to the last day."""
    week = ((pl.col("date") - demo.end).dt.total_days() - 6).alias("age") // 7
    counted = demo.truth.posts.mentions.group_by("term_id", (-week).alias("age")).agg(pl.col("author").n_unique())
    found = {term: [0] * 52 for term in counted["term_id"].unique()}
    for term, age, authors in counted.iter_rows():
        found[term][51 - age] = authors
    return found


def test_small_has_about_the_posts_asked_for_over_a_year(demo: Demo, posts: list[RawPost]) -> None:
    assert 0.9 * demo.size.posts < len(posts) < 1.1 * demo.size.posts
    days = [post.published_at.date() for post in posts if post.published_at is not None]
    assert len(days) == len(posts)
    assert days == sorted(days)
    assert (days[0], days[-1]) == (demo.end - timedelta(days=363), demo.end)


def test_reviews_are_on_products_on_sale_and_social_posts_have_threads(
    posts: list[RawPost], tables: dict[str, pl.DataFrame]
) -> None:
    launched = dict(tables["products"].select("product_id", "launched_on").iter_rows())
    reviews = [post for post in posts if post.kind == "review"]
    assert 0.2 < len(reviews) / len(posts) < 0.5
    for post in reviews:
        assert post.published_at is not None
        assert launched[post.product_id] <= post.published_at.date()
        assert post.rating in (1, 2, 3, 4, 5)
        assert post.language in LANGUAGE_SHARES
    social = [post for post in posts if post.kind == "social"]
    threads = Counter(post.thread for post in social)
    assert threads.most_common(1)[0][1] > 1
    assert all(post.thread and not post.language and post.rating is None for post in social)


def test_ids_are_unique_within_their_source(posts: list[RawPost]) -> None:
    assert len({(post.source, post.source_id) for post in posts}) == len(posts)


def test_no_slot_or_alternative_is_left_open(posts: list[RawPost]) -> None:
    for post in posts:
        assert not re.search(r"\{\w+\}|\|", post.text + post.title), post.text


def test_texts_repeat_only_where_they_are_copies(demo: Demo, posts: list[RawPost]) -> None:
    copies = demo.truth.posts.exact_duplicates
    originals = [post.text for post in posts if (post.source, post.source_id) not in copies]
    assert len(set(originals)) > 0.995 * len(originals)
    assert copies
    for post in posts:
        if (post.source, post.source_id) in copies:
            assert post.text in originals


def test_every_piece_of_personal_data_named_is_in_the_posts(demo: Demo, posts: list[RawPost]) -> None:
    personal = demo.truth.personal_data
    texts = "\n".join(f"{post.title}\n{post.text}" for post in posts)
    for found in (personal.names, personal.emails, personal.phones, personal.order_numbers):
        assert len(found) > 20
        assert all(value in texts for value in found)
    authors = {post.author for post in posts if post.author}
    assert personal.authors == authors
    ids = "\n".join(post.source_id for post in posts)
    assert all(handle in texts or handle in ids for handle in personal.handles)


def test_no_handle_email_or_number_is_in_a_post_without_being_named(demo: Demo, posts: list[RawPost]) -> None:
    personal = demo.truth.personal_data
    for post in posts:
        assert set(re.findall(r"[\w.+-]+@[\w-]+\.[\w.]*\w", post.text)) <= personal.emails
        assert set(re.findall(r"(?<!\w)@([\w.]*\w)", post.text)) <= personal.handles
        for run in re.findall(r"\+?\(?\d[\d .()]{8,}\d", post.text):
            assert any(phone in run for phone in personal.phones), run


def test_identifiers_are_long_enough_never_to_be_met_by_chance(demo: Demo) -> None:
    assert min(map(len, demo.truth.personal_data.identifiers)) >= 8


def test_few_write_much_and_many_write_once(posts: list[RawPost]) -> None:
    counts = Counter(post.author for post in posts if post.author)
    assert max(counts.values()) >= 8
    assert sum(count <= 2 for count in counts.values()) > 0.4 * len(counts)


def test_rises_are_said_by_more_people_from_their_day_on(demo: Demo) -> None:
    mentions = demo.truth.posts.mentions
    for rise in demo.truth.rises:
        own = mentions.filter(pl.col("term_id") == rise.term_id)
        before = _authors_a_week(own, rise.starts_on - timedelta(days=70), rise.starts_on)
        until = min(rise.starts_on + timedelta(days=14), demo.end + timedelta(days=1))
        after = _authors_a_week(own, rise.starts_on + timedelta(days=1), until)
        assert after > 1.9 * before, rise.term_id


def _authors_a_week(mentions: pl.DataFrame, since: date, before: date) -> float:
    inside = mentions.filter(pl.col("date").is_between(since, before, closed="left"))
    return inside.select("author", "date").n_unique() / (before - since).days * 7


def test_early_adopters_write_of_rises_in_their_first_days(demo: Demo) -> None:
    early = demo.truth.posts.early_adopters
    mentions = demo.truth.posts.mentions.with_columns(early=pl.col("author").is_in(list(early)))
    first, later = pl.lit(False), pl.lit(False)
    for rise in demo.truth.rises:
        age = (pl.col("date") - rise.starts_on).dt.total_days()
        own = pl.col("term_id") == rise.term_id
        first |= own & age.is_between(0, 5)
        later |= own & age.is_between(6, 60)

    assert len(early) >= 20
    assert 0.3 < mentions.filter(first).select(pl.col("early").mean()).item() < 0.6
    assert mentions.filter(later).select(pl.col("early").mean()).item() < 0.05
    most = mentions.filter(first, "early").group_by("term_id", "author").len()["len"].max()
    assert most == 1


def test_small_knows_the_rises_of_its_own_year(demo: Demo) -> None:
    rises = {rise.term_id: rise.starts_on for rise in demo.truth.rises}
    assert set(rises) == {"cherry_red", "polka_dots", "balletcore", "camel_coat", "suede", "mesh_flats"}
    assert rises["camel_coat"] == date(2026, 10, 21)


def test_seasonal_terms_follow_the_year_without_a_jump(demo: Demo, weekly: dict[str, list[int]]) -> None:
    assert {season.term_id for season in demo.truth.seasonals} == {"linen", "sandals", "wool", "coat"}
    for season in demo.truth.seasonals:
        months = [sum(weekly[season.term_id][at : at + 4]) for at in range(0, 52, 4)]
        high, low = max(months), max(min(months), 1)
        assert high > 1.8 * low
        assert max(after / max(before, 1) for before, after in pairwise(months)) < 2.6


def test_a_flood_is_many_posts_by_few_accounts(demo: Demo, weekly: dict[str, list[int]]) -> None:
    (flood,) = demo.truth.floods
    own = demo.truth.posts.mentions.filter(
        pl.col("term_id") == flood.term_id, pl.col("date").is_between(flood.starts_on, flood.ends_on)
    )
    by_flooders = own.filter(pl.col("author").is_in(list(demo.truth.posts.floods_by)))
    assert by_flooders.height > 80
    assert by_flooders["author"].n_unique() == flood.accounts == 3
    rest = own.filter(~pl.col("author").is_in(list(demo.truth.posts.floods_by)))
    assert rest["author"].n_unique() < 12


def test_a_declining_term_declines_and_the_social_source_grows(
    posts: list[RawPost], weekly: dict[str, list[int]], demo: Demo
) -> None:
    (decline,) = demo.truth.declines
    assert sum(weekly[decline.term_id][:13]) > 1.5 * sum(weekly[decline.term_id][-13:])
    days = [post.published_at.date() for post in posts if post.source == "social" and post.published_at is not None]
    middle = demo.end - timedelta(days=182)
    early = sum(day <= middle for day in days)
    assert len(days) - early > 1.1 * early


def test_orders_to_the_reader_and_spam_are_known(demo: Demo, posts: list[RawPost]) -> None:
    by_key = {(post.source, post.source_id): post for post in posts}
    assert demo.truth.posts.injections <= by_key.keys()
    assert 2 <= len(demo.truth.posts.injections) <= 20
    spam = [by_key[key].text for key in demo.truth.posts.spam]
    assert len(spam) > 50
    assert all("https://" in text for text in spam)
    assert not any("https://" in post.text for key, post in by_key.items() if key not in demo.truth.posts.spam)


def test_reviews_of_one_jacket_turn_against_its_fabric(demo: Demo, posts: list[RawPost]) -> None:
    assert demo.truth.quality_drop is not None
    product_id, since = demo.truth.quality_drop
    ratings: dict[bool, list[float]] = {False: [], True: []}
    for post in posts:
        if post.product_id == product_id and post.published_at is not None and post.rating is not None:
            ratings[post.published_at.date() >= since].append(post.rating)
    before, after = (sum(ratings[late]) / len(ratings[late]) for late in (False, True))
    assert after < before - 0.5


@pytest.mark.parametrize("language", LANGUAGE_SHARES)
def test_phrase_material_names_every_term_in_every_language(demo: Demo, language: str) -> None:
    phrases = Phrases(language)
    assert set(phrases.terms) == set(demo.truth.posts.mentions["term_id"])
    assert all(words.topics and (words.items or words.mods) for words in phrases.terms.values())


@pytest.mark.parametrize("language", LANGUAGE_SHARES)
def test_phrase_material_names_every_category(tables: dict[str, pl.DataFrame], language: str) -> None:
    assert set(tables["products"]["category"]) <= set(Phrases(language).nouns)
