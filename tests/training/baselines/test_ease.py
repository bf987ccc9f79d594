from __future__ import annotations

import numpy as np
import pytest

from tests.training.baselines.worlds import ask, history, matrix
from training.baselines import ease
from training.baselines.ease import ease_on_baskets, ease_on_customers, item_weights
from training.baselines.history import NOTHING_SAID, History


def shop(n_customers: int, n_products: int, seed: int = 0) -> History:
    """One basket a customer, the newest today."""
    rng = np.random.default_rng(seed)
    bought = [
        tuple(rng.choice(n_products, rng.integers(1, 5), replace=False).tolist()) for _ in range(n_customers)
    ]
    return history([(number, number % 7, basket) for number, basket in enumerate(bought)], n_products)


def by_definition(rows: np.ndarray, ridge: float) -> np.ndarray:
    """Every column regressed on all the others by itself, Steck's problem without his solution."""
    n = rows.shape[1]
    weights = np.zeros((n, n))
    for product in range(n):
        others = np.delete(np.arange(n), product)
        left = rows[:, others].T @ rows[:, others] + ridge * np.eye(n - 1)
        weights[others, product] = np.linalg.solve(left, rows[:, others].T @ rows[:, product])
    return weights


def test_weights_are_ridge_regressions_without_self_similarity() -> None:
    rows = matrix([(0, 1), (0, 1, 2), (2, 3), (1, 3), (0,)], 4)
    weights = item_weights(rows, 2.0)
    np.testing.assert_allclose(weights, by_definition(rows.toarray().astype(float), 2.0), atol=1e-5)
    assert not np.diag(weights).any()


@pytest.mark.parametrize(("n_customers", "n_products"), [(12, 30), (30, 12)])
def test_both_forms_give_the_same_scores(n_customers: int, n_products: int) -> None:
    known = shop(n_customers, n_products)  # dual form for the first shop, closed form for the second
    rows = np.log1p(known.decayed(60).toarray().astype(float))
    expected = rows @ by_definition(rows, 3.0)
    scores = ease_on_customers(known, 60, 3.0)(ask(list(range(n_customers)), n_products=n_products))
    said = scores > NOTHING_SAID
    assert said[:, rows.any(axis=0)].all()
    np.testing.assert_allclose(scores[said], expected[said], atol=1e-4)


def test_a_stranger_and_an_unsold_product_get_nothing() -> None:
    scores = ease_on_customers(history(), 60, 1.0)(ask([-1, 0]))
    assert (scores[0] == NOTHING_SAID).all()
    assert scores[1, 4] == NOTHING_SAID
    assert np.isfinite(scores[1, :4]).all()


def test_carts_over_the_top_products(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ease, "MAX_CART_PRODUCTS", 2)  # 0 and 2, in four baskets each
    scores = ease_on_baskets(history(), 0.0, 1.0)(ask([-1, -1], [(0, 1), (1,)]))
    assert np.isfinite(scores[0]).tolist() == [True, False, True, False, False]
    gram = np.array([[4.0, 2.0], [2.0, 4.0]])
    assert scores[0, 2] == pytest.approx(gram[0, 1] / (gram[0, 0] + 1), rel=1e-5)
    assert (scores[1] == NOTHING_SAID).all()  # nothing in the cart is among them


def test_baskets_weigh_by_their_size() -> None:
    rows = history([(0, 0, (0, 1)), (0, 0, (0, 1, 2, 3))], 4)
    scores = ease_on_baskets(rows, 1.0, 1.0)(ask([-1], [(0,)], 4))
    gram = np.array([[1 / 2 + 1 / 4, 1 / 2 + 1 / 4, 1 / 4, 1 / 4]] * 2 + [[1 / 4] * 4] * 2) + np.eye(4)
    inverse = np.linalg.inv(gram)
    np.testing.assert_allclose(scores[0, 1:], -inverse[0, 1:] / np.diag(inverse)[1:], rtol=1e-4)
