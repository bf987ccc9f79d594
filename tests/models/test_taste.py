"""Taste: the fold-in against implicit's own, scores, and the best products."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from implicit.cpu.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from models.ids import UNKNOWN
from models.scored import NOTHING, Scored
from models.taste import Taste
from tests.models.contract import ModelContract, assert_descending
from tests.models.tiny import tiny_bundle
from tests.models.tiny_names import ANA, BREAD, BREAD_XL, BUTTER, COLA, LAST_DAY, PIZZA, PRODUCTS, WINE
from tests.training.fitting.worlds import tiny_lines
from training.fitting.taste import fit_taste
from training.matrices import purchase_matrix


def random_purchases(n_customers: int = 60, n_products: int = 40, seed: int = 3) -> csr_matrix:
    random = np.random.default_rng(seed)
    weights = random.random((n_customers, n_products)) * (random.random((n_customers, n_products)) < 0.15)
    return csr_matrix(weights.astype(np.float32))


class TestTasteContract(ModelContract):
    part = "taste"

    def fit(self) -> Taste:
        purchases = purchase_matrix(tiny_lines(), 4, len(PRODUCTS), LAST_DAY, 180)
        return fit_taste(purchases, factors=3, iterations=5, regularization=0.1, alpha=2.0, seed=7, threads=2)

    def unknown(self, model: Taste) -> Sequence[Scored]:
        nothing = np.empty(0, dtype=np.int32)
        strangers = [nothing, np.array([UNKNOWN]), np.array([UNKNOWN, UNKNOWN])]
        factors = [model.fold_in(products, np.ones(len(products))) for products in strangers]
        return [model.top(one, 5, exclude=nothing) for one in factors]


@pytest.mark.parametrize("alpha", [1.0, 10.0])
@pytest.mark.parametrize("regularization", [0.05, 30.0])
def test_fold_in_agrees_with_implicit(alpha: float, regularization: float) -> None:
    purchases = random_purchases()
    taste = fit_taste(
        purchases, factors=16, iterations=8, regularization=regularization, alpha=alpha, seed=5, threads=2
    )
    with threadpool_limits(1, user_api="blas"):
        theirs = AlternatingLeastSquares(factors=16, regularization=regularization, alpha=alpha)
        theirs.item_factors = np.array(taste.product_factors)
        expected = theirs.recalculate_user(np.arange(len(taste.customer_factors)), purchases)
    for customer in range(purchases.shape[0]):
        row = purchases[customer]
        found = taste.fold_in(row.indices, row.data)
        assert np.abs(found - expected[customer]).max() < 1e-4


def test_fold_in_by_hand() -> None:
    # One factor y = 1 and 2; gram 1 + 4 = 5, alpha 2, weight 3 on product 1: confidence 6, x solves
    # (5 + (6 - 1) * 4 + 0.5) x = 6 * 2, so x = 12 / 25.5.
    taste = Taste(
        customer_factors=np.zeros((0, 1), np.float32),
        product_factors=np.array([[1.0], [2.0]], np.float32),
        gram=np.array([[5.0]], np.float32),
        regularization=np.array([0.5]),
        alpha=np.array([2.0]),
    )
    assert taste.fold_in(np.array([1]), np.array([3.0]))[0] == pytest.approx(12 / 25.5)


def test_unknown_products_are_left_out_of_a_fold_in() -> None:
    taste = tiny_bundle().taste
    known = taste.fold_in(np.array([BREAD]), np.array([1.0]))
    with_unknown = taste.fold_in(np.array([UNKNOWN, BREAD]), np.array([5.0, 1.0]))
    assert np.array_equal(known, with_unknown)


def test_top_leaves_out_what_is_excluded_and_what_is_not_liked() -> None:
    taste = tiny_bundle().taste
    # ana: bread 0.9, bread-xl 0.9, butter 0.72 + 0.06, cola 0.54 + 0.08, pizza 0.1, wine 0.05
    found = taste.top(taste.customer_factors[ANA], 10, exclude=np.array([BREAD]))
    assert found.products.tolist() == [BREAD_XL, BUTTER, COLA, PIZZA, WINE]
    assert found.scores == pytest.approx([0.9, 0.78, 0.62, 0.1, 0.05])
    assert_descending(found)
    against = taste.top(np.array([-1.0, 1.0], np.float32), 10, exclude=np.empty(0, np.int32))
    assert set(against.products.tolist()) == {COLA, PIZZA, WINE}


def test_equal_preferences_keep_the_order_of_products() -> None:
    taste = tiny_bundle().taste
    found = taste.top(np.array([1.0, 0.0], np.float32), 2, exclude=np.empty(0, np.int32))
    assert found.products.tolist() == [BREAD, BREAD_XL]


def test_scoring_does_not_change_the_model() -> None:
    taste = tiny_bundle().taste
    before = {name: array.tobytes() for name, array in taste.to_arrays().items()}
    taste.top(taste.customer_factors[ANA], 3, exclude=np.array([BREAD, BUTTER]))
    assert {name: array.tobytes() for name, array in taste.to_arrays().items()} == before


def test_no_factors_have_no_best() -> None:
    taste = tiny_bundle().taste
    assert taste.top(np.zeros(2, np.float32), 5, exclude=np.empty(0, np.int32)) is NOTHING
