"""Last baskets of customers: weights by hand, whose an order is, how many are kept."""

from __future__ import annotations

import numpy as np
import pytest

from models.past_baskets import HALF_LIFE
from tests.models.tiny_names import ANA, BEN, BREAD, BUTTER, COLA, CUSTOMERS, DORA, LAST_DAY, PIZZA, PRODUCTS
from tests.training.fitting.worlds import lines_of, tiny_lines
from training.fitting.buy_again import fit_buy_again
from training.fitting.past_baskets import LAST, fit_past_baskets
from training.matrices import GUEST


def test_baskets_of_the_tiny_world_by_hand() -> None:
    model = fit_past_baskets(tiny_lines(), len(CUSTOMERS), len(PRODUCTS), LAST_DAY)
    assert model.starts.tolist() == [0, 6, 11, 15, 17]
    assert model.products[:6].tolist() == [BREAD, BUTTER, BREAD, BUTTER, COLA, BREAD]
    assert model.baskets[:6].tolist() == [0, 0, 1, 1, 1, 2]
    assert model.baskets.dtype == np.uint8
    # 8 orders of customers; bread is in 4 of them, butter in 4, cola in 3. Guests' are not counted.
    bread, cola = np.log(8 / 5), np.log(8 / 4)
    decay = [0.5 ** (age / HALF_LIFE) for age in (9, 8, 7)]  # ana's are of 20,001 to 20,003
    assert model.weights[:6] == pytest.approx(
        [
            *(bread / 2**0.5 * decay[0], bread / 2**0.5 * decay[0]),
            *(bread / 3**0.5 * decay[1], bread / 3**0.5 * decay[1], cola / 3**0.5 * decay[1]),
            bread * decay[2],
        ]
    )


def test_what_is_in_nearly_every_basket_says_nothing_and_never_less() -> None:
    model = fit_past_baskets(lines_of([(0, 0, 0, 1), (1, 0, 0, 2), (1, 0, 1, 2)]), 1, 2, 2)
    assert model.products.tolist() == [0, 0, 1]
    assert model.weights.tolist() == [0, 0, 0]  # ln(2 / 3) is below 0, ln(2 / 2) is 0


def test_the_last_baskets_alone_are_kept() -> None:
    rows = [(order, BEN, order % 5, 100 + order) for order in range(LAST + 7)]
    model = fit_past_baskets(lines_of([*rows, (LAST + 7, DORA, COLA, 300)]), 4, 5, 300)
    assert model.starts.tolist() == [0, 0, LAST, LAST, LAST + 1]
    assert model.baskets[:LAST].tolist() == list(range(LAST))
    assert model.products[:LAST].tolist() == [order % 5 for order in range(7, LAST + 7)]


def test_an_order_with_several_customers_is_the_one_of_buy_again() -> None:
    lines = lines_of([(0, ANA, BREAD, 1), (0, BEN, PIZZA, 1), (1, ANA, COLA, 2)])
    model = fit_past_baskets(lines, 4, 6, 2)
    again = fit_buy_again(lines, 4, 6, 2, 60)
    assert model.starts.tolist() == again.starts.tolist() == [0, 1, 3, 3, 3]
    assert model.products.tolist() == [COLA, BREAD, PIZZA]


def test_a_product_of_an_order_that_took_two_days_is_one_entry() -> None:
    lines = lines_of([(0, ANA, BREAD, 1), (0, ANA, BREAD, 2), (0, ANA, COLA, 2), (1, BEN, PIZZA, 2)])
    model = fit_past_baskets(lines, 4, 6, 2)
    assert model.products.tolist() == [BREAD, COLA, PIZZA]
    assert model.weights.tolist() == pytest.approx([0, 0, 0])  # ln(2 / 2) each


def test_what_comes_later_and_guests_are_left_out() -> None:
    lines = lines_of([(0, ANA, BREAD, 1), (1, GUEST, COLA, 1), (2, ANA, COLA, 3)])
    model = fit_past_baskets(lines, 4, 6, 2)
    assert model.products.tolist() == [BREAD]


def test_no_order_at_all() -> None:
    model = fit_past_baskets(lines_of([]), 2, 3, 1)
    assert model.starts.tolist() == [0, 0, 0]
    assert len(model.products) == len(model.weights) == 0
