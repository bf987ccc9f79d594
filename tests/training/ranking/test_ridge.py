"""Ridge regression in terms of products and of customers, against the equations as they are written."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from tests.training.ranking.worlds import random_history
from training.ranking.history import History
from training.ranking.ridge import (
    CustomerWeights,
    ItemWeights,
    KernelRidge,
    _by_customers,
    _by_items,
    fit_item_ridge,
    fit_kernel_ridge,
)

COLUMNS = np.array([0, 1, 3, 4, 6, 7, 9, 11, 14], dtype=np.int32)
HALF_LIFE, REGULARIZATION = 60.0, 3.0


def logs(history: History) -> np.ndarray:
    """log1p of decayed purchases, added up one by one."""
    purchases = np.zeros((history.n_customers, history.n_products))
    age = history.as_of - 1 - history.basket_day[history.basket]
    np.add.at(purchases, (history.customer, history.product), 0.5 ** (age / HALF_LIFE))
    return np.log1p(purchases)[:, COLUMNS]


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(2, 40))
def test_both_forms_are_the_regression(seed: int, n_customers: int) -> None:
    history = random_history(seed, n_customers=n_customers)
    others = random_history(seed + 1)  # customers that nothing was fitted on
    x = logs(history)
    inverse = np.linalg.inv(x.T @ x + REGULARIZATION * np.eye(len(COLUMNS)))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    for form in (_by_items, _by_customers):
        source = form(history, COLUMNS, HALF_LIFE, REGULARIZATION)
        assert source.scores(history) == pytest.approx(x @ weights, abs=1e-5)
        assert source.scores(others) == pytest.approx(logs(others) @ weights, abs=1e-5)
        assert source.scores(others).dtype == np.float32


def test_the_smaller_side_is_solved() -> None:
    few, many = random_history(1, n_customers=len(COLUMNS)), random_history(1, n_customers=len(COLUMNS) + 1)
    assert isinstance(fit_item_ridge(few, COLUMNS, HALF_LIFE, 1.0), CustomerWeights)
    assert isinstance(fit_item_ridge(many, COLUMNS, HALF_LIFE, 1.0), ItemWeights)


def test_more_customers_than_a_block_of_them() -> None:
    history = random_history(4, n_customers=600, most=3)
    by_items = _by_items(history, COLUMNS, HALF_LIFE, REGULARIZATION).scores(history)
    by_customers = _by_customers(history, COLUMNS, HALF_LIFE, REGULARIZATION).scores(history)
    assert by_customers == pytest.approx(by_items, abs=1e-4)  # 600 rows, in single precision


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(2, 2), (3, 1), (9, 8)]))
def test_what_follows_is_regressed_on_what_was(seed: int, sizes: tuple[int, int]) -> None:
    """(X'X + lambda I)^-1 X'Y, whichever side of it is solved."""
    random = np.random.default_rng(seed)
    examples = [
        (
            csr_matrix(random.random((n, len(COLUMNS))) * (random.random((n, len(COLUMNS))) < 0.4)),
            csr_matrix((random.random((n, len(COLUMNS))) < 0.3).astype(np.float32)),
        )
        for n in sizes
    ]
    x = np.vstack([rows.toarray() for rows, _ in examples])
    y = np.vstack([bought.toarray() for _, bought in examples])
    weights = np.linalg.solve(x.T @ x + REGULARIZATION * np.eye(len(COLUMNS)), x.T @ y)
    source = fit_kernel_ridge(examples, COLUMNS, HALF_LIFE, REGULARIZATION)
    assert isinstance(source, ItemWeights if sum(sizes) > len(COLUMNS) else KernelRidge)
    customers = random_history(seed)
    assert source.scores(customers) == pytest.approx(logs(customers) @ weights, abs=1e-5)
