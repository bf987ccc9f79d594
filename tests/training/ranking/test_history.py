"""The history: its order, what was known when, and what came after."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.ranking.worlds import Basket, history_of, orders_of, random_baskets, random_history
from training.fitting.buy_again import fit_buy_again
from training.matrices import GUEST
from training.ranking.history import History

BASKETS: list[Basket] = [
    (0, 5, (2, 0)),
    (0, 3, (1,)),
    (GUEST, 4, (0, 1)),
    (1, 4, (0,)),
    (0, 9, (0, 1)),
    (2, 9, (2,)),
]


def tiny() -> History:
    """Three customers, three products; day 10 is not known."""
    return history_of(BASKETS, 3, 3, as_of=10, prices={0: 100, 1: 250})


def assert_same(one: History, other: History) -> None:
    for name in History.__slots__:
        assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=name == "price"), name


def test_entries_are_by_customer_then_time_and_guests_are_left_out() -> None:
    history = tiny()
    assert history.customer.tolist() == [0, 0, 0, 0, 0, 1, 2]
    assert history.product.tolist() == [1, 0, 2, 0, 1, 0, 2]
    assert history.basket.tolist() == [0, 1, 1, 2, 2, 3, 4]
    assert history.basket_customer.tolist() == [0, 0, 0, 1, 2]
    assert history.basket_day.tolist() == [3, 5, 9, 4, 9]
    assert history.price[:4].tolist() == pytest.approx([250, 100, np.nan, 100], nan_ok=True)
    assert (history.n_customers, history.n_products, history.as_of) == (3, 3, 10)


def test_a_product_twice_in_an_order_is_one_entry_with_the_mean_price() -> None:
    orders = orders_of([(0, 1, (0, 0))], 1, 1)
    orders.lines.replace_column(orders.lines.columns.index("price"), pl.Series("price", [100, 300]))
    history = History.of_orders(orders, as_of=2)
    assert history.product.tolist() == [0]
    assert history.price.tolist() == [200]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(GUEST, 2), st.integers(0, 5)), max_size=20))
def test_customers_own_what_buy_again_says(rows: list[tuple[int, int, int]]) -> None:
    """Whoever the lines of an order name: an answer looks the reason of a repeat up in buy_again."""
    rows = sorted(rows, key=lambda row: row[0])
    baskets: list[Basket] = [(customer, order, (product,)) for order, customer, product in rows]
    orders = orders_of(baskets, 3, 6)
    numbers = pl.Series("order", [order for order, _, _ in rows], dtype=pl.Int32)
    orders = replace(orders, lines=orders.lines.with_columns(numbers), n_orders=5)
    owned = History.of_orders(orders, as_of=5).owned()
    buy_again = fit_buy_again(orders.lines, 3, 6, 5, 60)
    for customer in range(3):
        assert set(owned[customer].indices.tolist()) == set(buy_again.of(customer).products.tolist())


def test_before_a_day_nothing_of_it_is_known() -> None:
    known = tiny().before(5)
    assert known.product.tolist() == [1, 0]
    assert known.basket.tolist() == [0, 1]
    assert known.basket_customer.tolist() == [0, 1]
    assert (known.as_of, known.n_customers) == (5, 3)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(0, 151))
def test_before_is_what_would_have_been_read_then(seed: int, day: int) -> None:
    baskets = random_baskets(seed)
    known = history_of([basket for basket in baskets if basket[1] < day], 12, 15, day)
    assert_same(random_history(seed).before(day), known)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sets(st.integers(0, 11)))
def test_taking_customers_is_reading_their_orders_alone(seed: int, chosen: set[int]) -> None:
    numbers = {customer: number for number, customer in enumerate(sorted(chosen))}
    alone = [(numbers[who], day, products) for who, day, products in random_baskets(seed) if who in numbers]
    taken = random_history(seed).take(np.array(sorted(chosen), dtype=np.int64))
    assert_same(taken, history_of(alone, len(chosen), 15, 150))


def test_truth_is_the_first_basket_and_the_window() -> None:
    first, window = tiny().truth(4, 10)
    assert first.toarray().tolist() == [[1, 0, 1], [1, 0, 0], [0, 0, 1]]
    assert window.toarray().tolist() == [[1, 1, 1], [1, 0, 0], [0, 0, 1]]
    first, window = tiny().truth(4, 9)
    assert window.toarray().tolist() == first.toarray().tolist() == [[1, 0, 1], [1, 0, 0], [0, 0, 0]]


def test_purchases_halve_in_a_half_life() -> None:
    # Day 9 is the last that is known: age 0. Customer 0 bought product 0 on days 5 and 9.
    assert tiny().decayed(2).toarray() == pytest.approx(
        np.array([[2**-2 + 1, 2**-3 + 1, 2**-2], [2**-2.5, 0, 0], [0, 0, 1]])
    )


def test_places_count_from_the_last_basket() -> None:
    history = tiny()
    assert history.places().tolist() == [2, 1, 0, 0, 0]
    assert history.age().tolist() == [6, 4, 0, 5, 0]
    assert history.basket_counts().tolist() == [3, 1, 1]
    assert history.owned().toarray().tolist() == [[1, 1, 1], [1, 0, 0], [0, 0, 1]]
    assert history.baskets().toarray().tolist() == [[0, 1, 0], [1, 0, 1], [1, 1, 0], [1, 0, 0], [0, 0, 1]]


def test_guests_alone_are_an_empty_history() -> None:
    history = history_of([(GUEST, 1, (0,))], 0, 1, 2)
    assert len(history.product) == len(history.basket_day) == 0
    assert history.owned().shape == (0, 1)
    assert history.before(1).decayed(5).shape == (0, 1)
