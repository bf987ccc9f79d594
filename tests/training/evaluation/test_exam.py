from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tests.training.evaluation.worlds import FIRST_DAY, Basket, combo_shop, loyal_shop, orders_of
from training.data.orders import Orders
from training.evaluation.exam import Exam, set_exam
from training.evaluation.split import Cut, NotJudgeable

CUT = Cut(FIRST_DAY + 140, FIRST_DAY + 168)


def exam_of(baskets: list[Basket], cut: Cut = CUT, most: int = 1000) -> Exam:
    orders = orders_of(baskets)
    exam = set_exam(orders, orders.lines, cut, most, seed=3)
    assert isinstance(exam, Exam)
    return exam


def names(orders: Orders, products: np.ndarray) -> set[str]:
    return set(orders.products.take(products))


def small_shop() -> list[Basket]:
    """Ten customers with one order before the cut and one after; the first of them told below."""
    baskets: list[Basket] = [
        ("ana", FIRST_DAY + 1, ("tea", "milk")),
        ("ana", FIRST_DAY + 100, ("cake",)),
        ("ana", FIRST_DAY + 140, ("tea", "jam")),
        ("ana", FIRST_DAY + 150, ("jam", "milk")),
        ("new", FIRST_DAY + 150, ("tea", "jam")),
        (None, FIRST_DAY + 150, ("tea", "jam", "milk")),
        ("gone", FIRST_DAY + 20, ("milk",)),
    ]
    for number in range(9):
        baskets.append((f"c{number}", FIRST_DAY + 10, ("tea",)))
        baskets.append((f"c{number}", FIRST_DAY + 145, ("tea",)))
    return baskets


def test_truth_by_hand() -> None:
    exam = exam_of(small_shop())
    history = exam.history
    assert exam.history.customers.take(exam.customers) == ["ana", *(f"c{number}" for number in range(9))]
    assert names(history, exam.owned.of(0)) == {"tea", "milk", "cake"}
    assert names(history, exam.last_basket.of(0)) == {"cake"}
    assert names(history, exam.truth("all").of(0)) == {"tea", "jam", "milk"}
    assert names(history, exam.truth("repeat").of(0)) == {"tea", "milk"}
    assert names(history, exam.truth("new").of(0)) == {"jam"}
    assert names(history, exam.truth("all").of(1)) == {"tea"}
    assert exam.truth("new").lengths().tolist() == [1] + [0] * 9
    assert exam.n_sold == 3
    assert len(history.customers) == 11  # with "gone", without "new"


def test_history_is_what_was_known_before_the_cut() -> None:
    exam = exam_of(loyal_shop())
    lines = exam.history.lines
    assert lines["day"].max() < CUT.at
    assert sorted(lines["order"].unique()) == list(range(exam.history.n_orders))
    assert sorted(lines["customer"].unique()) == list(range(len(exam.history.customers)))


def test_nothing_after_the_cut_changes_what_is_known() -> None:
    """A different future: all later orders hold other products, and somebody comes who never came."""
    past = [basket for basket in loyal_shop() if basket[1] < CUT.at]
    future = [basket for basket in loyal_shop() if basket[1] >= CUT.at]
    shelf = (None, FIRST_DAY, tuple(sorted({item for _, _, bought in past for item in bought})))
    other = [(customer, day, ("p00", "p59")) for customer, day, _ in future]
    first = exam_of([shelf, *past, *future])
    second = exam_of([shelf, *past, *other, ("newcomer", CUT.at, ("p01",))])
    assert first.history.products.ids.tolist() == second.history.products.ids.tolist()
    assert first.history.customers.ids.tolist() == second.history.customers.ids.tolist()
    assert first.history.lines.equals(second.history.lines)
    assert not np.array_equal(first.bought.products, second.bought.products)


def test_an_order_on_both_sides_of_the_cut_is_no_truth() -> None:
    orders = orders_of(small_shop())
    straddling = orders.lines.filter((pl.col("day") == FIRST_DAY + 100) | (pl.col("day") == FIRST_DAY + 140))
    assert straddling["order"].n_unique() == 2
    number = int(straddling["order"].min())  # type: ignore[arg-type]  # a column of integers
    lines = orders.lines.with_columns(
        pl.when(pl.col("order").is_in(straddling["order"].unique().implode()))
        .then(number)
        .otherwise(pl.col("order"))
        .cast(pl.Int32)
        .alias("order")
    )
    exam = set_exam(orders, lines, CUT, 1000, seed=3)
    assert isinstance(exam, Exam)
    assert names(exam.history, exam.bought.of(0)) == {"jam", "milk"}  # without the tea of day 140
    assert names(exam.history, exam.owned.of(0)) == {"tea", "milk", "cake"}


def test_carts_by_hand() -> None:
    exam = exam_of(small_shop())
    carts = exam.carts
    # Ana's two baskets may have lost an owned product, which makes no cart; jam was not sold before.
    for row in range(len(carts)):
        basket, lost = names(exam.history, carts.baskets.of(row)), names(exam.history, carts.removed.of(row))
        owned = names(exam.history, carts.owned.of(row))
        assert basket
        assert len(lost) == 1
        assert not lost & (basket | owned)
        assert "jam" not in basket
        if carts.customers[row] == -1:
            assert not owned
        else:
            assert owned == {"tea", "milk", "cake"}
    assert len(carts) >= 1


def test_carts_of_many_baskets() -> None:
    exam = exam_of(combo_shop(), Cut(FIRST_DAY + 130, FIRST_DAY + 168))
    carts = exam.carts
    guests = carts.customers == -1
    assert guests.sum() == 4 * 38  # every guest basket of the window has three products
    assert (carts.baskets.lengths()[guests] == 2).all()
    assert (carts.removed.lengths() == 1).all()


def test_carts_larger_than_the_service_takes_are_left_out() -> None:
    shelf = tuple(f"p{number:03d}" for number in range(202))
    shop = [*small_shop(), (None, FIRST_DAY, shelf), (None, CUT.at, shelf), (None, CUT.at, shelf[:201])]
    carts = exam_of(shop).carts
    assert carts.baskets.lengths().max() == 200


def test_customers_are_sampled_with_the_seed() -> None:
    first, again = exam_of(loyal_shop(), most=20), exam_of(loyal_shop(), most=20)
    assert len(first.customers) == 20
    assert first.customers.tolist() == again.customers.tolist()
    assert first.history.lines.equals(exam_of(loyal_shop()).history.lines)  # judged fewer, learned from all


def test_too_few_customers_are_not_judged_by_name() -> None:
    few = [basket for basket in small_shop() if basket[0] in (None, "ana", "new", "gone", "c1")]
    orders = orders_of(few)
    exam = set_exam(orders, orders.lines, CUT, 1000, seed=3)
    assert exam == NotJudgeable(
        "not evaluated: 2 customers with orders before 2025-02-21 bought from then to 2025-03-20,"
        " 10 are needed"
    )


@pytest.mark.parametrize("baskets", [[(None, FIRST_DAY, ("tea",))], [("ana", FIRST_DAY + 150, ("tea",))]])
def test_nobody_before_or_after_is_not_judged(baskets: list[Basket]) -> None:
    orders = orders_of(baskets)
    assert isinstance(set_exam(orders, orders.lines, CUT, 1000, seed=3), NotJudgeable)
