from __future__ import annotations

import numpy as np

from tests.training.baselines.worlds import history
from tests.training.evaluation.worlds import FIRST_DAY, orders_of
from training.baselines.history import NOTHING_SAID, History, customer_rows, dense_or_nothing


def test_recency_counts_the_later_orders_of_the_same_customer() -> None:
    assert history().recency().tolist() == [2, 1, 1, 0, 0, 0, 0]  # a guest's order stands for itself


def test_orders_of_customers_and_products() -> None:
    known = history()
    assert known.order_counts().tolist() == [3, 2, 1]
    assert known.product_orders().tolist() == [4, 2, 4, 1, 0]
    assert known.product_orders(15).tolist() == [1, 0, 2, 1, 0]  # ages below 15 days


def test_decayed_purchases_by_hand() -> None:
    first = history().decayed(10).toarray()[0]
    np.testing.assert_allclose(first, [0.5**4 + 0.5**2 + 0.5, 0.5**4, 0.5, 0, 0], rtol=1e-6)


def test_strangers_have_empty_rows() -> None:
    rows = customer_rows(history().decayed(10), np.array([-1, 2]))
    assert rows[0].nnz == 0
    assert dense_or_nothing(rows)[0].tolist() == [NOTHING_SAID] * 5


def test_from_orders() -> None:
    orders = orders_of(
        [("b", FIRST_DAY, ("x", "y")), (None, FIRST_DAY + 3, ("y",)), ("a", FIRST_DAY + 5, ("x",))]
    )
    known = History.of(orders, FIRST_DAY + 6, np.array([1, -1, 1]))
    assert known.customer.tolist() == [1, -1, 0]
    assert known.age.tolist() == [6, 3, 1]
    assert known.baskets.toarray().tolist() == [[1, 1], [0, 1], [1, 0]]
    assert known.asked.tolist() == [1]
