"""Personal frequencies, by hand and against counting one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.contract import assert_descending
from tests.training.fitting.worlds import lines_of
from training.fitting.buy_again import fit_buy_again
from training.matrices import GUEST

orders = st.lists(
    st.tuples(st.integers(-1, 3), st.lists(st.integers(0, 5), min_size=1, max_size=5), st.integers(100, 160)),
    max_size=25,
)


def test_by_hand() -> None:
    # Half-life 10 days. Customer 1's orders: day 100 (weight 1/4 beside the last one), 110 (1/2), 120 (1).
    lines = lines_of(
        [(0, 1, 3, 100), (1, GUEST, 3, 105), (2, 1, 3, 110), (2, 1, 0, 110), (2, 1, 0, 110), (3, 1, 0, 120)]
    )
    model = fit_buy_again(lines, n_customers=2, n_products=4, as_of_day=200, half_life_days=10)
    found = model.of(1)
    assert found.products.tolist() == [0, 3]
    assert found.scores == pytest.approx([1.5 / 1.75, 0.75 / 1.75])
    assert model.evidence(1, 0) == (2, 3, 120)
    assert model.evidence(1, 3) == (2, 3, 110)
    assert len(model.of(0).products) == 0


def test_equal_scores_are_ordered_by_product() -> None:
    model = fit_buy_again(lines_of([(0, 0, 5, 1), (0, 0, 2, 1), (0, 0, 4, 1)]), 1, 6, 1, 10)
    assert model.of(0).products.tolist() == [2, 4, 5]
    assert model.of(0).scores.tolist() == [1, 1, 1]


def test_nothing_after_the_day_is_seen() -> None:
    lines = lines_of([(0, 0, 1, 10), (1, 0, 2, 11)])
    model = fit_buy_again(lines, 1, 3, as_of_day=10, half_life_days=5)
    assert model.of(0).products.tolist() == [1]
    assert model.customer_orders.tolist() == [1]


def test_who_left_long_ago_keeps_their_shares() -> None:
    # A half-life of a day, 40 years ago: any decay from today would be nothing divided by nothing.
    model = fit_buy_again(lines_of([(0, 0, 1, 5_000), (1, 0, 2, 5_001)]), 1, 3, 20_000, 1)
    assert model.of(0).scores == pytest.approx([2 / 3, 1 / 3])


@given(orders)
def test_equals_brute_force(world: list[tuple[int, list[int], int]]) -> None:
    world = sorted(world, key=lambda order: order[2])
    lines = lines_of(
        [
            (at, customer, item, day)
            for at, (customer, basket, day) in enumerate(world)
            for item in sorted(basket)
        ]
    )
    model = fit_buy_again(lines, 4, 6, as_of_day=160, half_life_days=15)
    for customer in range(4):
        mine = [(set(basket), day) for who, basket, day in world if who == customer]
        weights = [0.5 ** ((160 - day) / 15) for _, day in mine]
        bought = set().union(*(basket for basket, _ in mine))
        found = model.of(customer)
        assert set(found.products.tolist()) == bought
        assert_descending(found)
        assert model.customer_orders[customer] == len(mine)
        for product, score in zip(found.products.tolist(), found.scores.tolist(), strict=True):
            there = [product in basket for basket, _ in mine]
            assert score == pytest.approx(np.dot(there, weights) / sum(weights), rel=1e-5)
            assert score <= 1
            last = max(day for (basket, day) in mine if product in basket)
            assert model.evidence(customer, product) == (sum(there), len(mine), last)


def test_only_guests() -> None:
    model = fit_buy_again(lines_of([(0, GUEST, 1, 10)]), 0, 3, 10, 5)
    assert model.starts.tolist() == [0]
    assert len(model.products) == 0
