import pytest

from ingestion.demo import DemoSize, parse_size
from ingestion.errors import DemoSizeError


@pytest.mark.parametrize(
    ("text", "stores", "products"),
    [("small", 6, 14), ("full", 24, 40), (" Full ", 24, 40), ("200x500", 200, 500), ("1x1", 1, 1)],
)
def test_a_size_is_read(text: str, stores: int, products: int) -> None:
    size = parse_size(text)
    assert (size.stores, size.products) == (stores, products)


@pytest.mark.parametrize("text", ["", "medium", "10", "10x", "x10", "0x5", "5x0", "-1x5", "3000x2", "1.5x2"])
def test_a_size_that_means_nothing_is_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(DemoSizeError, match="200x500") as caught:
        parse_size(text)
    assert caught.value.size == text


def test_posts_cover_whole_years_where_there_are_any() -> None:
    assert parse_size("small").post_days == 364
    assert parse_size("full").post_days == 728
    assert DemoSize(stores=1, products=1, days=100, posts=100).post_days == 100
