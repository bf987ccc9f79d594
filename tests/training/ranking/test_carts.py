"""The order of carts: what carts lost is put first, and where there is none, why."""

from __future__ import annotations

import logging
import sys
from dataclasses import replace

import numpy as np
import pytest

from models.carts import cart_table, ranked_for_cart
from models.query import Kind
from models.together import together
from tests.training.ranking.cart_worlds import CUT, learned, lost_sugar, ready, shop
from training.evaluation.mixing import customer_context
from training.evaluation.rows import Rows
from training.ranking.carts import (
    DRAWS,
    FEWEST_COMPLETED,
    NEGATIVES,
    CartOrder,
    _exchanged,
    _lost,
    fit_cart_order,
)
from training.ranking.history import History
from training.ranking.statistics import product_statistics


def first(customer: int, *basket: str) -> str:
    """What the learned order puts first for a cart."""
    bundle = learned()
    context = customer_context(customer, bundle.products.indices(basket))
    kinds: tuple[Kind, ...] = ("cross_sell",)
    found = ranked_for_cart(bundle, context, together(bundle, context.shown), kinds)["cross_sell"]
    return bundle.products.id(int(found.products[found.scores.argmax()]))


@pytest.mark.parametrize("customer", [-1, 0, 7])
def test_what_carts_lost_is_put_first(customer: int) -> None:
    assert first(customer, "tea", "milk") == "sugar"
    rules = together(ready(), ready().products.indices(["tea", "milk"]))
    assert ready().products.id(int(rules.by_pairs.products[2])) == "bread"  # the rules' own first, after both
    assert first(customer, "tea", "sugar") == "milk"


def test_chances_know_that_most_candidates_were_left_out() -> None:
    bundle = learned()
    context = customer_context(-1, bundle.products.indices(["tea", "milk"]))
    table = cart_table(bundle, context, together(bundle, context.shown))
    chances = bundle.cart_ranker.chances(table.features)
    assert ((chances > 0) & (chances < 1)).all()
    assert chances.sum() == pytest.approx(1, abs=0.2)  # one of them was bought
    assert bundle.cart_ranker.negatives.tolist() == [NEGATIVES]


def test_the_seed_decides() -> None:
    carts = lost_sugar(250)
    one, other = (fit_cart_order(ready(), carts, 1, 1) for _ in range(2))
    different = fit_cart_order(ready(), carts, 2, 1)
    assert isinstance(one, CartOrder)
    assert isinstance(other, CartOrder)
    assert isinstance(different, CartOrder)
    assert one.trees.tobytes() == other.trees.tobytes() != different.trees.tobytes()
    assert one.first.tobytes() == other.first.tobytes()
    assert not one.trees.flags.writeable
    assert not one.first.flags.writeable


@pytest.mark.parametrize("n", [0, 1, 30])
def test_too_few_carts_are_no_order(n: int, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        reason = fit_cart_order(ready(), lost_sugar(n), 1, 1)
    assert reason == f"{DRAWS * n} carts can be learned from, {FEWEST_COMPLETED} are needed"
    assert f"no order of carts was learned, they are mixed by weight: {reason}" in caplog.text


@pytest.mark.parametrize(("few", "times"), [(20, DRAWS), (19, 1)])
def test_few_carts_lose_other_products_too(few: int, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.ranking.carts.FEW", few)
    lost = _lost(lost_sugar(20), np.ones(len(shop().products), dtype=bool), np.random.default_rng(1))
    assert len(lost) == times * 20
    sugar = shop().products.index("sugar")
    assert all(product == sugar for _, product in lost[:20])
    assert not any(product in context.shown for context, product in lost)


def test_without_lightgbm_the_log_says_why(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with caplog.at_level(logging.WARNING):
        reason = fit_cart_order(ready(), lost_sugar(300), 1, 1)
    assert isinstance(reason, str)
    assert reason.startswith("LightGBM cannot be loaded")
    assert f"no order of carts was learned, they are mixed by weight: {reason}" in caplog.text


@pytest.mark.parametrize(("lost", "back"), [(3, True), (4, False)])
def test_a_cart_that_loses_another_product_has_products_sold_before_alone(lost: int, back: bool) -> None:
    basket, sold = np.array([0, 2, 5], dtype=np.int32), np.array([1, 1, 1, 1, 0, 1], dtype=bool)
    taken = set()
    for seed in range(20):
        rest, out = _exchanged(basket, lost, sold, np.random.default_rng(seed))
        taken.add(out)
        assert rest.tolist() == sorted({0, 2, 5, lost} - {out} if back else {0, 2, 5} - {out})
    assert taken == {0, 2, 5}
    assert basket.tolist() == [0, 2, 5]


def test_carts_of_which_nothing_known_is_left_are_passed_over() -> None:
    """Tea alone, which lost sugar: where sugar is new to the shop, taking out the tea leaves nothing."""
    carts, products = lost_sugar(150), shop().products
    tea = Rows.of_pairs(np.arange(150), np.full(150, products.index("tea")), 150)
    known = ready().bought_together.product_orders.copy()
    known[products.index("sugar")] = 0
    bundle = replace(ready(), bought_together=replace(ready().bought_together, product_orders=known))
    reason = fit_cart_order(bundle, replace(carts, baskets=tea), 1, 1)
    assert reason == f"150 carts can be learned from, {FEWEST_COMPLETED} are needed"


def test_the_usual_gap_is_the_first_statistic() -> None:
    ranker = ready().cart_ranker
    assert not ranker.learned
    history = History.of_orders(shop(), CUT)
    assert ranker.products[:, 0].tolist() == product_statistics(history)["usual_gap"].tolist()
