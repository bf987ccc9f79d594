"""Order lines as matrices, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.fitting.worlds import lines_of
from training.matrices import GUEST, basket_matrix, order_table, purchase_matrix

rows = st.lists(
    st.tuples(st.integers(0, 9), st.integers(-1, 3), st.integers(0, 5), st.integers(100, 130)), max_size=60
)


def test_baskets_by_hand() -> None:
    # order 0: product 2 twice and product 0; order 1 has no lines; order 2: product 1
    lines = lines_of([(0, 0, 2, 5), (0, 0, 0, 5), (0, 0, 2, 5), (2, 1, 1, 6)])
    baskets = basket_matrix(lines, 3, 4)
    assert baskets.dtype == np.int32
    assert baskets.toarray().tolist() == [[1, 0, 1, 0], [0, 0, 0, 0], [0, 1, 0, 0]]


def test_purchases_by_hand() -> None:
    # Half-life 10 days, seen from day 120: day 120 weighs 1, day 110 weighs 1/2, day 100 weighs 1/4.
    lines = lines_of(
        [
            (0, 0, 1, 100),
            (0, 0, 1, 100),  # the same order: once
            (1, 0, 1, 110),
            (1, 0, 2, 110),
            (2, GUEST, 2, 115),
            (3, 1, 0, 120),
        ]
    )
    purchases = purchase_matrix(lines, 3, 3, as_of_day=120, half_life_days=10)
    assert purchases.dtype == np.float32
    assert purchases.toarray().tolist() == [[0, 0.75, 0.5], [1, 0, 0], [0, 0, 0]]


def test_an_order_has_the_customer_and_day_of_its_last_line() -> None:
    table = order_table(lines_of([(0, 4, 0, 7), (2, GUEST, 0, 8), (2, 1, 1, 9)]), 3)
    assert table.customer.tolist() == [4, GUEST, 1]
    assert table.day.tolist() == [7, 0, 9]


@given(rows)
def test_baskets_equal_brute_force(world: list[tuple[int, int, int, int]]) -> None:
    baskets = basket_matrix(lines_of(world), 10, 6)
    assert set(zip(*(part.tolist() for part in baskets.nonzero()), strict=True)) == {
        (order, product) for order, _, product, _ in world
    }
    assert baskets.nnz == len({(order, product) for order, _, product, _ in world})
    assert (baskets.data == 1).all()
    assert baskets.has_sorted_indices


@given(rows)
def test_purchases_equal_brute_force(world: list[tuple[int, int, int, int]]) -> None:
    last = {order: (customer, day) for order, customer, _, day in world}
    expected = np.zeros((4, 6))
    for order, product in {(order, product) for order, _, product, _ in world}:
        customer, day = last[order]
        if customer != GUEST:
            expected[customer, product] += 0.5 ** ((130 - day) / 7)
    found = purchase_matrix(lines_of(world), 4, 6, as_of_day=130, half_life_days=7).toarray()
    assert found == pytest.approx(expected, rel=1e-5)


def test_no_lines_at_all() -> None:
    lines = lines_of([])
    assert basket_matrix(lines, 0, 0).shape == (0, 0)
    assert purchase_matrix(lines, 0, 3, 10, 5).shape == (0, 3)
