"""Fitting rankers: the cuts, and in words why there are none."""

from __future__ import annotations

import logging
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lightgbm import Booster

from config.training import Ranking, Training
from tests.training.evaluation.worlds import SETTINGS as QUICK
from tests.training.ranking.worlds import (
    WINDOW,
    Basket,
    fashion_shop,
    history_of,
    orders_of,
    plain_catalogue,
    random_history,
)
from training.data.orders import Orders
from training.evaluation.run import tune_and_evaluate
from training.matrices import GUEST
from training.ranking import snapshot
from training.ranking.fit import Cut, Rankers, _thinned, cuts_of, fit_rankers
from training.ranking.history import History

SETTINGS = Training(threads=1, ranking=Ranking(cuts=3))


def fit(history: History, settings: Training = SETTINGS) -> Rankers | str:
    return fit_rankers(history, plain_catalogue(history.n_products), settings, WINDOW)


def fashion() -> History:
    return history_of(fashion_shop(), 80, 100, 210)


def test_cuts_are_half_a_window_apart_with_two_windows_before_the_first() -> None:
    history = history_of([(0, 100, (0,)), (0, 199, (0,))], 1, 1, as_of=200)
    assert cuts_of(history, 20, 5) == [
        Cut(180 - 10 * place, 200 - 10 * place, place % 2) for place in range(5)
    ]
    assert cuts_of(history, 20, 26)[-1] == Cut(140, 160, 0)
    assert cuts_of(history, 33, 26) == [Cut(167, 200, 0)]
    assert cuts_of(history, 34, 26) == []
    assert cuts_of(history, 1, 2) == [Cut(199, 200, 0), Cut(198, 199, 1)]
    assert cuts_of(history_of([], 1, 1, 200), 20, 5) == []


@given(st.integers(0, 2**32 - 1), st.integers(1, 80), st.integers(1, 26))
def test_no_cut_looks_beyond_what_is_known(seed: int, window: int, most: int) -> None:
    history = random_history(seed, n_customers=3)
    cuts = cuts_of(history, window, most)
    assert len(cuts) <= most
    for cut in cuts:
        assert cut.at + window == cut.stop <= history.as_of
        assert cut.at - history.basket_day.min() >= 2 * window


def test_more_customers_than_are_learned_from_are_thinned() -> None:
    history = random_history(1, n_customers=50)
    assert _thinned(history, 20, seed=1).n_customers == 20
    assert _thinned(history, 100, seed=1).n_customers == 50


def steady(n_customers: int, days: range, products: int = 3) -> list[Basket]:
    """The same customers with another product each day."""
    return [(who, day, ((who + day) % products,)) for who in range(n_customers) for day in days]


LEFT_OUT = {
    "no order names its customer": history_of([(GUEST, day, (0, 1)) for day in range(200)], 0, 2, 200),
    "orders span too few days: 28 to learn from and 56 before them are needed": history_of(
        steady(20, range(80)), 20, 3, 80
    ),
    "no customer with 3 baskets before any of the cuts bought after it": history_of(
        [(who, who, (who % 3,)) for who in range(150)], 150, 3, 150
    ),
    "customers bought too little after the cuts to learn an order from": history_of(
        steady(4, range(0, 150, 5)), 4, 3, 150
    ),
}


@pytest.mark.parametrize(("reason", "history"), LEFT_OUT.items(), ids=range(len(LEFT_OUT)))
def test_what_cannot_be_learned_is_left_out_in_words(
    reason: str, history: History, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert fit(history) == reason
    assert f"no order was learned, lists are mixed by weight: {reason}" in caplog.text


def test_one_product_alone_has_no_order() -> None:
    found = fit(history_of(steady(40, range(0, 150, 2), products=1), 40, 1, 150))
    assert found == "customers bought too little after the cuts to learn an order from"


def test_ranking_can_be_switched_off() -> None:
    off = SETTINGS.model_copy(update={"ranking": Ranking(enabled=False)})
    assert fit(fashion(), off) == "ranking is switched off (training.ranking.enabled)"


def test_without_lightgbm_training_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    found = fit(fashion())
    assert isinstance(found, str)
    assert found.startswith("LightGBM cannot be loaded")


def refuse(*_: object) -> None:
    raise ValueError("no such luck")


def test_a_source_that_fails_at_some_cuts_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    fits, calls = snapshot.fit_factors, iter(range(100))
    monkeypatch.setattr(
        snapshot, "fit_factors", lambda *given: refuse() if next(calls) == 1 else fits(*given)
    )
    assert isinstance(fit(fashion()), Rankers)
    assert next(calls) == 3


def test_without_any_source_nothing_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "_sources", lambda *_: {})
    assert isinstance(fit(fashion()), str)


def test_processes_learn_the_same() -> None:
    one = fit(fashion())
    two = fit(fashion(), SETTINGS.model_copy(update={"threads": 2}))
    assert isinstance(one, Rankers)
    assert isinstance(two, Rankers)
    names = Booster(model_str=one.all.trees[0]).feature_name()
    rows = np.random.default_rng(1).random((500, len(names))).astype(np.float32) * 5
    for ranker, other in ((one.all, two.all), (one.new, two.new)):
        assert Booster(model_str=ranker.trees[0]).feature_name() == names
        assert np.array_equal(ranker.ready().chances(rows), other.ready().chances(rows))


def sparse(n_customers: int, days: int) -> list[Basket]:
    """Everybody bought once."""
    return [(who, who * days // n_customers, (who % 5, 5 + who % 3)) for who in range(n_customers)]


SMALL_SHOPS: dict[str, tuple[Orders, str]] = {
    "one day": (orders_of(steady(20, range(5, 6)), 20, 3), "orders span 1 days"),
    "guests": (orders_of([(GUEST, day, (0, 1)) for day in range(100)], 0, 2), "0 customers"),
    "one basket each": (orders_of(sparse(90, 150), 90, 8), "0 customers"),
    "few days": (
        orders_of(steady(20, range(3)) + steady(20, range(30, 31)), 20, 3),
        "no customer with 3 baskets before any of the cuts bought after it",
    ),
    "one product": (
        orders_of(steady(20, range(0, 150, 9), products=1), 20, 1),
        "customers bought too little",
    ),
}


@pytest.mark.parametrize(("orders", "reason"), SMALL_SHOPS.values(), ids=SMALL_SHOPS)
def test_a_small_shop_is_judged_without_rankers_and_told_why(orders: Orders, reason: str) -> None:
    settings = QUICK.model_copy(update={"ranking": Ranking(cuts=2), "threads": 1})
    judged = tune_and_evaluate(orders, plain_catalogue(len(orders.products)), settings)
    assert isinstance(judged.learned.people, str)
    assert reason in judged.learned.people
    told = judged.learned.reasons()
    assert told[0] == f"no order of customers' lists was learned: {judged.learned.people}"
    assert told[1].startswith("no order of carts was learned: ")
