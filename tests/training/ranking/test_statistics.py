"""Statistics of products, customers and pairs, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.ranking.worlds import Basket, history_of, random_history
from training.ranking.history import History
from training.ranking.statistics import (
    PAIR_COLUMNS,
    ZERO_IF_NEVER,
    PairStatistics,
    customer_statistics,
    pair_statistics,
    product_statistics,
)

BASKETS: list[Basket] = [
    (0, 0, (0,)),
    (0, 10, (0,)),
    (0, 30, (0,)),
    (0, 35, (1,)),
    (1, 5, (0, 2)),
    (1, 36, (1,)),
    (1, 38, (1,)),
]
IDENTITY = np.arange(3, dtype=np.int32)


def tiny() -> History:
    """As of day 40: customer 0 has baskets 39, 29, 9 and 4 days ago, customer 1 34, 3 and 1."""
    return history_of(BASKETS, 2, 3, as_of=40, prices={0: 100, 1: 400})


def pair(statistics: PairStatistics, customer: int, thing: int) -> dict[str, float]:
    at, exists = statistics.of(np.array([customer]), np.array([thing]))
    return {name: float(statistics.looked_up(at, exists, name)[0]) for name in PAIR_COLUMNS}


def test_a_pair_by_hand() -> None:
    found = pair(pair_statistics(tiny(), IDENTITY, 3), 0, 0)
    expected = {
        "n": 3,
        "last": 9,
        "first": 39,
        "last_place": 1,
        "first_place": 3,
        "d15": 2 ** (-39 / 15) + 2 ** (-29 / 15) + 2 ** (-9 / 15),
        "d45": 2 ** (-39 / 45) + 2 ** (-29 / 45) + 2 ** (-9 / 45),
        "d120": 2 ** (-39 / 120) + 2 ** (-29 / 120) + 2 ** (-9 / 120),
        "n5": 3,
        "n10": 3,
        "n20": 3,
        "r95": 0.95**3 + 0.95**2 + 0.95,
        "gap": 15,  # of 10 and 20 days
        "gap_deviation": 5,
        "overdue": 9 / 15,
        "overdue_places": 1,  # one basket since the last, one from each to the next
        "last_gap": 20,
    }
    assert found == pytest.approx(expected, rel=1e-5)


def test_one_purchase_has_no_gap() -> None:
    found = pair(pair_statistics(tiny(), IDENTITY, 3), 0, 1)
    assert (found["n"], found["last"], found["first"], found["last_place"]) == (1, 4, 4, 0)
    for name in ("gap", "gap_deviation", "overdue", "overdue_places", "last_gap"):
        assert np.isnan(found[name]), name


def test_two_purchases_have_a_gap_and_no_deviation() -> None:
    found = pair(pair_statistics(tiny(), IDENTITY, 3), 1, 1)
    assert (found["gap"], found["overdue"], found["last_gap"]) == (2, 0.5, 2)
    assert np.isnan(found["gap_deviation"])


@pytest.mark.parametrize("history", [tiny(), history_of([], 2, 3, 40)], ids=["never", "nothing at all"])
def test_what_was_never_bought_counts_nothing_and_has_no_age(history: History) -> None:
    found = pair(pair_statistics(history, IDENTITY, 3), 0, 2)
    assert {name for name, value in found.items() if value == 0} == ZERO_IF_NEVER
    assert all(np.isnan(found[name]) for name in found.keys() - ZERO_IF_NEVER)


def test_a_basket_counts_once_for_a_group() -> None:
    groups = np.array([0, -1, 0], dtype=np.int32)  # product 1 is in none
    statistics = pair_statistics(tiny(), groups, 1)
    assert statistics.keys.tolist() == [0, 1]
    assert pair(statistics, 1, 0)["n"] == 1  # products 0 and 2 in one basket
    assert pair(statistics, 0, 0)["n"] == 3


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_groups_are_products_under_another_name(seed: int) -> None:
    """Statistics of a group are those of one product bought wherever one of the group was."""
    history = random_history(seed)
    groups = (np.arange(15) % 4).astype(np.int32)
    merged = History(
        **{
            name: getattr(history, name)
            for name in History.__slots__
            if name not in ("product", "n_products")
        },
        product=groups[history.product],
        n_products=4,
    )
    one = pair_statistics(history, groups, 4)
    other = pair_statistics(merged, np.arange(4, dtype=np.int32), 4)
    assert one.keys.tolist() == other.keys.tolist()
    for name in PAIR_COLUMNS:
        assert np.array_equal(one.columns[name], other.columns[name], equal_nan=True), name
    assert tuple(one.columns) == PAIR_COLUMNS


def test_products_by_hand() -> None:
    found = product_statistics(tiny())
    # In the last week: three baskets, each with product 1, which was new to its customer in two.
    assert found["share_7"] == pytest.approx(np.log(np.array([0.5, 3.5, 0.5]) / 103 * 1000), rel=1e-5)
    assert found["new_share_7"] == pytest.approx(np.log(np.array([0.5, 2.5, 0.5]) / 103 * 1000), rel=1e-5)
    assert found["share_ever"] == pytest.approx(np.log(np.array([4.5, 3.5, 1.5]) / 107 * 1000), rel=1e-5)
    assert found["buyers"] == pytest.approx(np.log(np.array([3, 3, 2]) / 2), rel=1e-5)
    assert found["per_buyer"] == pytest.approx([2, 1.5, 1])
    assert found["on_sale_days"].tolist() == [39, 4, 34]
    assert found["basket_size"] == pytest.approx([5 / 4, 1, 2])
    assert found["price"][:2] == pytest.approx(np.log([100, 400]), rel=1e-5)
    assert np.isnan(found["price"][2])
    assert found["price_now"][1] == 1
    assert np.isnan(found["price_now"][0])  # not sold this week


def test_repeats_by_hand() -> None:
    """Of first purchases 28 days ago and older, product 0 was repeated by one of two, product 2 by none."""
    found = product_statistics(tiny())
    assert found["again"] == pytest.approx(np.array([1 + 10 / 3, 10 / 3, 10 / 3]) / [12, 10, 11])
    # Product 0 took 30 days for two repeats, product 1 two for one: 32 / 3 days in the mean.
    mean = 32 / 3
    assert found["usual_gap"] == pytest.approx([(30 + 5 * mean) / 7, (2 + 5 * mean) / 6, mean])


def test_customers_by_hand() -> None:
    found = customer_statistics(tiny())
    assert found["baskets"] == pytest.approx(np.log([4, 3]))
    assert found["size"] == pytest.approx([1, 4 / 3])
    assert found["size_3"] == pytest.approx([1, 4 / 3])
    assert found["last"].tolist() == [4, 1]
    assert found["gap"] == pytest.approx([35 / 3, 33 / 2])
    assert found["due"] == pytest.approx([4 / (35 / 3), 1 / (33 / 2)])
    assert found["new_share"] == pytest.approx([3 / 6, 4 / 6])
    assert found["distinct"] == pytest.approx(np.log([3, 4]))
    logs = np.log([100, 400])
    assert found["price"] == pytest.approx([(3 * logs[0] + logs[1]) / 4, (logs[0] + 2 * logs[1]) / 3])


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_statistics_are_numbers(seed: int) -> None:
    history = random_history(seed)
    products, customers = product_statistics(history), customer_statistics(history)
    for name, values in (*products.items(), *customers.items()):
        assert values.dtype == np.float32
        assert not np.isinf(values).any(), name
        if name not in ("price", "price_now"):  # nothing has a price here
            assert not np.isnan(values).any(), name
