from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.training.evaluation.worlds import FIRST_DAY, Basket, orders_of
from training.data.orders import Orders
from training.evaluation.papers import Paper, Question, Rules, Sitting, of_frequent_products, sit
from training.evaluation.rows import Rows
from training.evaluation.split import Cut, NotJudgeable

CUT = Cut(FIRST_DAY + 140, FIRST_DAY + 168)


def shop() -> list[Basket]:
    """Ana, told below; nine who buy tea before and after; somebody new; a guest."""
    baskets: list[Basket] = [
        ("ana", FIRST_DAY + 1, ("tea", "milk")),
        ("ana", FIRST_DAY + 100, ("cake",)),
        ("ana", FIRST_DAY + 141, ("jam",)),
        ("ana", FIRST_DAY + 142, ("tea", "jam", "milk")),
        ("ana", FIRST_DAY + 150, ("cake", "tea", "milk")),
        ("new", FIRST_DAY + 150, ("tea", "cake")),
        (None, FIRST_DAY + 151, ("tea", "jam", "milk")),
        ("late", FIRST_DAY + 168, ("tea",)),
    ]
    for number in range(9):
        baskets.append((f"c{number}", FIRST_DAY + 10, ("tea", "milk")))
        baskets.append((f"c{number}", FIRST_DAY + 145, ("tea", "cake", "milk")))
    return baskets


def priced(orders: Orders) -> Orders:
    """Every product at 100 minor units and one a position, two pieces of each."""
    lines = orders.lines.with_columns(
        price=pl.col("product").cast(pl.Int64) + 100, quantity=pl.lit(2.0, dtype=pl.Float32)
    )
    return Orders(lines, orders.products, orders.customers, {}, orders.n_orders)


def sitting(rules: Rules, baskets: list[Basket] | None = None, cut: Cut = CUT) -> Sitting:
    orders = priced(orders_of(shop() if baskets is None else baskets))
    return sit(orders, orders.lines, cut, rules, seed=3)


def customers_of(found: Sitting) -> Paper:
    assert isinstance(found.customers, Paper)
    return found.customers


def carts_of(found: Sitting) -> Paper:
    assert isinstance(found.carts, Paper)
    return found.carts


def names(found: Sitting, rows: Rows, row: int) -> set[str]:
    return set(found.exam.history.products.take(rows.of(row)))


def test_truth_of_the_window_by_hand() -> None:
    found = sitting(Rules())
    everything, repeat, new = customers_of(found).questions
    assert found.exam.history.customers.id(int(customers_of(found).customers[0])) == "ana"
    assert len(customers_of(found)) == 10  # without the new one and the late one
    assert names(found, everything.truth, 0) == {"tea", "jam", "milk", "cake"}
    assert names(found, repeat.truth, 0) == {"tea", "milk", "cake"}
    assert names(found, new.truth, 0) == {"jam"}
    assert names(found, repeat.limits, 0) == {"tea", "milk", "cake"}
    assert (repeat.only, new.only) == (True, False)
    assert names(found, customers_of(found).baskets, 0) == {"cake"}


def test_truth_of_the_first_basket_large_enough() -> None:
    found = sitting(Rules(first_basket=True, min_truth_products=3))
    everything = customers_of(found).questions[0]
    assert names(found, everything.truth, 0) == {"tea", "jam", "milk"}
    assert names(found, everything.truth, 1) == {"tea", "cake", "milk"}


def test_customers_with_few_orders_or_small_truths_are_not_asked() -> None:
    few = sitting(Rules(min_customer_orders=2))
    assert isinstance(few.customers, NotJudgeable)
    assert "1 of those" in few.customers.reason
    assert few.exam_for_tuning() is few.customers
    assert few.exam.customers.tolist() == [0]
    small = sitting(Rules(min_truth_products=4))
    assert small.exam.history.customers.take(small.exam.customers) == ["ana"]


def test_revenue_belongs_to_the_products_of_the_truth() -> None:
    found = sitting(Rules())
    price = {name: 100 + at for at, name in enumerate(("cake", "jam", "milk", "tea"))}
    for question in customers_of(found).questions:
        bought = found.exam.history.products.take(question.truth.products)
        assert len(bought) == len(question.revenue)
    everything = customers_of(found).questions[0]
    first = dict(
        zip(found.exam.history.products.take(everything.truth.of(0)), everything.revenue, strict=False)
    )
    assert first == {
        "cake": 2 * price["cake"],
        **{name: 4 * price[name] for name in ("jam", "milk", "tea")},
    }


def test_carts_by_hand() -> None:
    found = sitting(Rules(min_basket_products=3))
    everything, new = carts_of(found).questions
    assert len(carts_of(found)) == 12  # two of Ana's, nine, the guest's; the new one's is too small
    for row in range(12):
        left, lost = names(found, carts_of(found).baskets, row), names(found, everything.truth, row)
        assert "jam" not in left  # it was not sold before the cut
        assert len(left | lost) >= 2
        assert not left & lost
        assert names(found, everything.limits, row) == left
        customer = int(carts_of(found).customers[row])
        if customer >= 0:
            owned = {"tea", "milk"} | ({"cake"} if customer == 0 else set())
            assert names(found, new.limits, row) == left | owned
            assert names(found, new.truth, row) == lost - owned
        price = 2 * (100 + int(everything.truth.of(row)[0]))
        assert everything.revenue[row] == price


def test_nothing_of_the_window_is_in_the_history() -> None:
    found = sitting(Rules())
    assert int(found.exam.history.lines["day"].max()) < CUT.at  # type: ignore[arg-type]  # a column that is not empty


def test_a_shop_of_guests_has_carts_and_no_customers() -> None:
    baskets: list[Basket] = [(None, FIRST_DAY + day, ("tea", "milk", "cake")) for day in range(168)]
    found = sitting(Rules(), baskets)
    assert isinstance(found.customers, NotJudgeable)
    assert len(carts_of(found)) == 28


def test_an_empty_window_has_neither() -> None:
    found = sitting(Rules(), cut=Cut(FIRST_DAY + 300, FIRST_DAY + 328))
    assert isinstance(found.customers, NotJudgeable)
    assert isinstance(found.carts, NotJudgeable)
    assert "0 baskets" in found.carts.reason


def test_rare_products_are_left_out_and_the_others_numbered_anew() -> None:
    orders = orders_of(shop())
    kept = of_frequent_products(orders, 2, CUT.at)
    assert kept.products.take(range(len(kept.products))) == ["milk", "tea"]  # type: ignore[arg-type]  # a range is one
    assert kept.n_orders == kept.lines["order"].n_unique() == int(kept.lines["order"].max()) + 1  # type: ignore[arg-type]
    assert kept.lines["day"].is_sorted()
    assert of_frequent_products(orders, 1, CUT.at).lines.equals(orders.lines)


@given(st.lists(st.integers(0, 9), max_size=12))
def test_taking_rows_takes_their_revenue(rows: list[int]) -> None:
    question: Question = customers_of(sitting(Rules())).questions[0]
    taken = question.take(np.array(rows, dtype=np.int64))
    starts = question.truth.starts
    expected = [question.revenue[starts[row] : starts[row + 1]] for row in rows]
    assert taken.revenue.tolist() == (np.concatenate(expected).tolist() if rows else [])


def test_thinning_spreads_evenly() -> None:
    paper = customers_of(sitting(Rules()))
    assert paper.thinned(5).customers.tolist() == paper.customers[[0, 2, 4, 6, 8]].tolist()
    assert paper.thinned(10) is paper
