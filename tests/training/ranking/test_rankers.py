"""Rankers: an order is learned where there is one, and chances are true to what is bought."""

from __future__ import annotations

import builtins
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import lightgbm
import numpy as np
import pytest
from scipy.special import expit, logit

from training.fitting.progress import Progress, silent
from training.ranking.examples import NEGATIVES, Examples, Order, Outcome
from training.ranking.rankers import FEWEST_BOUGHT, Ranker, fit_orders, why_not

NAMES = ("nothing", "habit")
SHARES = np.array([0.02, 0.2, 0.6])  # bought of the candidates whose habit is 0, 1 and 2


def planted(order: Order, n: int = 30_000, seed: int = 1) -> Examples:
    """Candidates of which the habit decides; a share of what was not bought is left out, as in training."""
    random = np.random.default_rng(seed)
    features = np.stack([random.random(n), random.integers(0, 3, n)], axis=1).astype(np.float32)
    bought = random.random(n) < SHARES[features[:, 1].astype(int)]
    kept = bought | (random.random(n) < NEGATIVES[order])
    outcome = Outcome(bought[kept].astype(np.float32), np.ones(int(kept.sum()), dtype=np.float32))
    return Examples(features[kept], outcome, outcome, NAMES)


def fit_ranker(
    order: Order, examples: list[Examples], seed: int, threads: int, progress: Progress = silent
) -> Ranker | None:
    """One order alone."""
    return fit_orders({order: examples}, seed, threads, progress)[order]


def fitted(order: Order, *, seed: int = 1, threads: int = 1) -> Ranker:
    ranker = fit_ranker(order, [planted(order)], seed, threads)
    assert ranker is not None
    return ranker


@pytest.mark.parametrize("order", ["all", "new"])
def test_chances_are_the_shares_that_were_bought(order: Order) -> None:
    chances = fitted(order).ready().chances(np.array([[0.5, 0], [0.5, 1], [0.5, 2]], dtype=np.float32))
    assert chances == pytest.approx(SHARES, abs=0.04)
    assert chances.dtype == np.float32


def test_missing_values_are_answered() -> None:
    chances = fitted("all").ready().chances(np.full((3, 2), np.nan, dtype=np.float32))
    assert np.isfinite(chances).all()
    assert ((chances >= 0) & (chances <= 1)).all()
    assert fitted("all").ready().chances(np.empty((0, 2), dtype=np.float32)).shape == (0,)


def test_a_ranker_can_be_sent_to_a_process() -> None:
    ranker = fitted("new")
    rows = planted("new", seed=2).features
    sent = pickle.loads(pickle.dumps(ranker))  # noqa: S301  # our own bytes
    assert np.array_equal(sent.ready().chances(rows), ranker.ready().chances(rows))


def test_the_seed_decides_and_threads_do_not() -> None:
    rows = planted("all", seed=2).features
    first = fitted("all").ready().chances(rows)
    assert np.array_equal(first, fitted("all").ready().chances(rows))
    assert np.array_equal(first, fitted("all", threads=2).ready().chances(rows))
    assert not np.array_equal(first, fitted("all", seed=2).ready().chances(rows))


def test_first_sight_is_the_first_quarter_of_the_trees() -> None:
    ranker, rows = fitted("new"), planted("new", seed=2).features
    booster = lightgbm.Booster(model_str=ranker.trees[0])
    assert booster.num_trees() == 200
    expected = booster.predict(rows, raw_score=True, num_iteration=50)
    one = replace(ranker, trees=ranker.trees[:1])
    assert one.ready().at_first_sight(rows) == pytest.approx(expected, abs=1e-9)


def test_threads_may_ask_at_first_sight_and_in_full_at_the_same_time() -> None:
    ready, rows = fitted("new").ready(), np.tile(planted("new", seed=2).features, (20, 1))
    rough, full = ready.at_first_sight(rows), ready.chances(rows)
    with ThreadPoolExecutor(2) as pool:
        for _ in range(3):
            at_first, at_last = pool.submit(ready.at_first_sight, rows), pool.submit(ready.chances, rows)
            assert np.array_equal(at_first.result(), rough)
            assert np.array_equal(at_last.result(), full)


def test_orders_side_by_side_are_those_that_are_fitted_alone() -> None:
    both = fit_orders({"all": [planted("all")], "new": [planted("new")]}, 1, 4)
    for alone in (fitted("all"), fitted("new")):
        together = both[alone.order]
        assert together is not None
        assert together.trees == alone.trees
        rows = planted(alone.order, seed=2).features
        assert np.array_equal(together.ready().chances(rows), alone.ready().chances(rows))


def of_few(window: int, first: int) -> Examples:
    """A thousand candidates, so many of them bought in the window and in its first basket."""

    def of(n: int) -> Outcome:
        return Outcome((np.arange(1_000) < n).astype(np.float32), np.ones(1_000, dtype=np.float32))

    return Examples(np.zeros((1_000, 2), dtype=np.float32), of(first), of(window), NAMES)


def test_too_few_purchases_are_no_order() -> None:
    assert fit_ranker("all", [of_few(FEWEST_BOUGHT - 1, 100)], 1, 1) is None
    told: list[str] = []
    few = [of_few(FEWEST_BOUGHT - 100, FEWEST_BOUGHT - 100), of_few(100, 100)]
    assert fit_ranker("all", few, 1, 1, told.append) is not None
    assert told == [f"ranker of all products, {n} of 2: 2,000 examples" for n in (1, 2)]


def test_first_baskets_with_too_little_leave_the_window_alone() -> None:
    ranker = fit_ranker("new", [of_few(FEWEST_BOUGHT, FEWEST_BOUGHT - 1)], 1, 1)
    assert ranker is not None
    assert len(ranker.trees) == 1


SHARES_OF_BOTH = np.array([[0.1, 0.5], [0.6, 0.2]])  # in the first basket and the window, by what is shown
SHOWN = np.array([[0, 0], [0, 1]], dtype=np.float32)


def with_both_outcomes(order: Order) -> Examples:
    random = np.random.default_rng(1)
    shown = random.integers(0, 2, 30_000)
    drawn = random.random(30_000)[:, None] < SHARES_OF_BOTH[shown]
    kept = drawn.any(axis=1) | (random.random(30_000) < NEGATIVES[order])
    first, window = drawn[kept].T

    def outcome(right: np.ndarray) -> Outcome:
        """What is kept for the other outcome alone counts as much as its share."""
        weights = np.where(~right & (first | window), NEGATIVES[order], 1)
        return Outcome(right.astype(np.float32), weights.astype(np.float32))

    rows = np.stack([np.zeros(len(first)), shown[kept]], axis=1).astype(np.float32)
    return Examples(rows, outcome(first), outcome(window), NAMES)


def test_chances_of_new_products_are_the_mean_of_the_window_and_its_first_basket() -> None:
    """In log-odds: where one forest has next to no chance the other does not make up for it."""
    ranker = fit_ranker("new", [with_both_outcomes("new")], 1, 1)
    assert ranker is not None
    of_window, of_first = (replace(ranker, trees=(trees,)).ready().chances(SHOWN) for trees in ranker.trees)
    assert of_first == pytest.approx(SHARES_OF_BOTH[:, 0], abs=0.04)
    assert of_window == pytest.approx(SHARES_OF_BOTH[:, 1], abs=0.04)
    both = (logit(of_first) + logit(of_window)) / 2
    assert logit(ranker.ready().chances(SHOWN)) == pytest.approx(both, abs=1e-4)


def test_chances_of_all_products_are_the_mean_of_a_forest_and_two_networks() -> None:
    ranker = fit_ranker("all", [with_both_outcomes("all")], 1, 1)
    assert ranker is not None
    assert ranker.networks is not None
    of_forest = replace(ranker, networks=None).ready().chances(SHOWN)
    assert of_forest == pytest.approx(SHARES_OF_BOTH[:, 0], abs=0.04)  # of the first basket
    for network, shares in zip(
        ranker.networks.each, (SHARES_OF_BOTH[:, 1], SHARES_OF_BOTH[:, 0]), strict=True
    ):
        odds = network.log_odds(ranker.networks.scaling.inputs(SHOWN)) + np.log(NEGATIVES["all"])
        assert expit(odds) == pytest.approx(shares, abs=0.06)
    expected = (logit(of_forest) + ranker.networks.log_odds(SHOWN) + np.log(NEGATIVES["all"])) / 2
    assert logit(ranker.ready().chances(SHOWN)) == pytest.approx(expected, abs=1e-4)


def test_products_new_to_the_customer_are_ordered_by_forests_alone() -> None:
    assert fitted("new").networks is None


def test_of_too_few_purchases_there_are_two_forests_and_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    bought = int(planted("all").window.bought.sum())
    monkeypatch.setattr("training.ranking.rankers.ENOUGH_BOUGHT", bought + 1)
    ranker = fitted("all")
    assert ranker.networks is None
    assert len(ranker.trees) == 2


def test_of_many_examples_there_is_one_forest_and_one_network(monkeypatch: pytest.MonkeyPatch) -> None:
    of_new, of_all = fitted("new"), fitted("all")
    monkeypatch.setattr("training.ranking.rankers.MANY", 1_000)
    assert fitted("new").trees == of_new.trees[:1]  # of the window
    many = fitted("all")
    assert many.trees == of_all.trees  # of its first basket
    assert many.networks is not None
    assert len(many.networks.each) == 1


def test_of_more_examples_some_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.ranking.rankers.MOST", 2_000)
    told: list[str] = []
    ranker = fit_ranker("all", [planted("all")], 1, 1, told.append)
    assert told[0].endswith("2,000 examples")
    assert ranker is not None
    chances = ranker.ready().chances(np.array([[0.5, 0], [0.5, 2]], dtype=np.float32))
    assert chances == pytest.approx(SHARES[[0, 2]], abs=0.1)


def test_of_more_examples_networks_learn_from_some(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.ranking.rankers.MOST_OF_NETWORKS", 5_000)
    monkeypatch.setattr("training.ranking.rankers.ENOUGH_BOUGHT", 1_000)
    told: list[str] = []
    ranker = fit_ranker("all", [planted("all")], 1, 1, told.append)
    assert ranker is not None
    assert [line for line in told if line.startswith("network")] == [
        f"network of all products, {n} of 2: 5,000 examples" for n in (1, 2)
    ]
    assert ranker.trees == fitted("all").trees


def test_lightgbm_is_here() -> None:
    assert why_not() is None


def test_lightgbm_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    reason = why_not()
    assert reason is not None
    assert reason.startswith("LightGBM cannot be loaded")


def test_a_missing_library_of_the_system_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without_openmp(name: str, *arguments: Any, **named: Any) -> Any:
        if name == "lightgbm":
            raise OSError("libgomp.so.1: cannot open shared object file")
        return imported(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without_openmp)
    reason = why_not()
    assert reason is not None
    assert "libgomp.so.1: cannot open shared object file" in reason
