from __future__ import annotations

from decimal import Decimal

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from training.demo_store.prices import PriceBook, build_prices, decimal_text


def test_a_price_book_by_hand() -> None:
    offers = np.zeros((3, 24), dtype=np.int64)  # product 0 is on offer in every week but the second
    offers[1] = 1
    book = PriceBook(days=21, price=np.array([1000, 199]), unit_cost=np.array([600, 100]), offers=offers)
    price, cost = book.at(np.array([0, 0, 1, 1]), np.array([0, 7, 7, 20]))
    assert price.tolist() == [800, 1000, 159, 199]
    assert cost.tolist() == [600, 600, 100, 100]


def test_prices_rise_every_half_year() -> None:
    book = build_prices(np.random.default_rng(1), np.full(100, 1000), np.full(100, 500), 730)
    quiet = [
        next(product for product in range(100) if product not in book.offers[day // 7])
        for day in (0, 400, 729)
    ]
    price, cost = book.at(np.array(quiet), np.array([0, 400, 729]))
    assert price.tolist() == [940, 980, 1000]
    assert cost.tolist() == [470, 490, 500]


def test_offers_of_a_week_are_different_products() -> None:
    book = build_prices(np.random.default_rng(1), np.full(100, 1000), np.full(100, 500), 70)
    assert book.offers.shape == (10, 24)
    assert all(len(set(week)) == 24 for week in book.offers.tolist())
    day = np.array([0, 13, 69])
    for one, week in zip(book.offer_of_week(np.random.default_rng(2), day), (0, 1, 9), strict=True):
        assert one in book.offers[week]


@given(st.lists(st.integers(0, 10**9), min_size=1))
def test_decimal_text_is_exact(cents: list[int]) -> None:
    texts = pl.DataFrame({"price": cents}).select(decimal_text("price"))["price"].to_list()
    assert [Decimal(text) * 100 for text in texts] == cents
    assert all(text[-3] == "." for text in texts)
