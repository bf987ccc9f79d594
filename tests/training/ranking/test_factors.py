"""ALS as a source: customers are folded in as the service folds them in."""

from __future__ import annotations

import numpy as np
import pytest

from models.taste import Taste
from tests.training.ranking.worlds import fashion_shop, history_of, random_history
from training.ranking.factors import FACTORS, HALF_LIFE, fit_factors
from training.ranking.sources import logs_of

COLUMNS = np.array([0, 1, 2, 4, 5, 7, 8, 10, 12, 13], dtype=np.int32)


def test_customers_are_folded_in_as_by_taste() -> None:
    history, others = random_history(1, n_customers=40), random_history(2)
    source = fit_factors(history, COLUMNS, regularization=0.5, seed=3)
    taste = Taste(
        customer_factors=np.zeros((0, FACTORS), dtype=np.float32),
        product_factors=source.products,
        gram=source.gram,
        regularization=np.array([0.5]),
        alpha=np.array([1.0]),
    )
    scores = source.scores(others)
    weights = logs_of(others, COLUMNS, HALF_LIFE)
    for customer in range(others.n_customers):
        row = weights[customer]
        factors = taste.fold_in(row.indices, row.data)
        assert scores[customer] == pytest.approx(source.products @ factors, abs=1e-4)


def test_the_seed_decides() -> None:
    history = random_history(1, n_customers=40)
    first, again, other = (fit_factors(history, COLUMNS, 0.5, seed) for seed in (3, 3, 4))
    assert np.array_equal(first.products, again.products)
    assert not np.array_equal(first.products, other.products)


def test_customers_are_offered_what_their_like_buy() -> None:
    history = history_of(fashion_shop(), 80, 100, 210)
    scores = fit_factors(history, np.arange(100), 1.0, seed=1).scores(history)
    for customer in range(80):
        best = np.argsort(-scores[customer])[:10]
        assert ((best < 50) == (customer < 40)).mean() > 0.8
