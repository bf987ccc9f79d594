"""Item ridge against the regressions it stands for, and on planted shops."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from models.ids import UNKNOWN
from models.lists import TopLists
from tests.models.contract import assert_same_arrays
from tests.training.fitting.worlds import basket_csr, random_baskets
from training.fitting import item_ridge as module
from training.fitting.item_ridge import (
    Gram,
    basket_rows,
    customer_rows,
    fit_cart_ridge,
    fit_links,
    fit_ridge_lists,
    gram_of,
)

REGULARIZATION = 2.0


def dense(links: TopLists) -> np.ndarray:
    """The kept weights [n_products, n_products], row i what product i says."""
    n_products = len(links.products)
    weights = np.zeros((n_products, n_products))
    for product in range(n_products):
        found = links.of(product)
        weights[found.products, product] = found.scores
    return weights


def regressions(gram: np.ndarray, regularization: float) -> np.ndarray:
    """Each product's ridge regression on all others, one after the other, from X'X."""
    n = len(gram)
    weights = np.zeros((n, n))
    for product in range(n):
        others = np.delete(np.arange(n), product)
        left = gram[np.ix_(others, others)] + regularization * np.eye(n - 1)
        weights[others, product] = np.linalg.solve(left, gram[others, product])
    return weights


def paired_purchases(seed: int = 3) -> csr_matrix:
    """200 customers; who has product 2k has 2k + 1 in four of five cases, product 9 anybody may have."""
    random = np.random.default_rng(seed)
    bought = np.zeros((200, 10), dtype=np.float32)
    for customer in range(200):
        for pair in random.choice(4, 2, replace=False):
            bought[customer, 2 * pair] = random.integers(1, 5)
            bought[customer, 2 * pair + 1] = random.random() < 0.8
        bought[customer, 9] = random.random() < 0.6
    return csr_matrix(bought)


@given(random_baskets(max_products=7, max_baskets=20), st.sampled_from([0.5, 5.0, 100.0]))
def test_weights_are_those_of_one_regression_a_product(
    baskets: list[list[int]], regularization: float
) -> None:
    rows = basket_rows(basket_csr(baskets, 7))
    gram = gram_of(rows, 7, threads=1)
    links = fit_links(gram, 7, regularization, 7, 1)
    x = rows.toarray().astype(np.float64)
    expected = np.maximum(regressions(x.T @ x, regularization), 0)
    if len(gram.products) > 1:
        assert dense(links) == pytest.approx(expected, abs=1e-4)
    else:
        assert links.products.size == 0


def test_single_precision_is_enough_beside_a_bestseller() -> None:
    """Sales from 3 to 300,000: the inverse of the matrix as it is would lose the rare ones."""
    random = np.random.default_rng(5)
    scale = np.geomspace(3, 300_000, 40)
    x = (random.random((400, 40)) < 0.2) * np.sqrt(scale)
    gram = Gram(np.arange(40, dtype=np.int32), (x.T @ x).astype(np.float32))
    links = fit_links(gram, 40, 30.0, 40, 1)
    expected = np.maximum(regressions(x.T @ x, 30.0), 0)
    assert dense(links) == pytest.approx(expected, rel=1e-3, abs=1e-5 * expected.max())


@given(random_baskets(max_products=9, max_baskets=25), st.integers(1, 9))
def test_the_gram_is_of_the_most_sold(baskets: list[list[int]], most: int) -> None:
    rows = basket_rows(basket_csr(baskets, 9))
    gram = gram_of(rows, most, threads=2)
    sold = np.array([sum(item in basket for basket in baskets) for item in range(9)])
    expected = np.sort([item for item in np.argsort(-sold, kind="stable")[:most] if sold[item]])
    assert gram.products.tolist() == expected.tolist()
    x = rows.toarray()[:, gram.products].astype(np.float64)
    assert gram.matrix == pytest.approx(x.T @ x, abs=1e-5)


def test_a_basket_counts_by_the_root_of_its_size() -> None:
    gram = gram_of(basket_rows(basket_csr([[0, 1], [0, 1, 2, 3], [4]], 5)), 5, 1)
    assert gram.matrix[0, 1] == pytest.approx(2**-0.5 + 4**-0.5)
    assert gram.matrix[2, 3] == pytest.approx(4**-0.5)
    assert gram.matrix[4, 4] == pytest.approx(1)
    assert gram.matrix[0, 4] == 0


def test_no_habit_is_all() -> None:
    rows = customer_rows(csr_matrix(np.array([[0.0, 1.0, 99.0]], dtype=np.float32)))
    assert rows.toarray() == pytest.approx(np.log1p([[0, 1, 99]]))


def test_planted_pairs_are_the_strongest_links() -> None:
    links = fit_links(gram_of(customer_rows(paired_purchases()), 10, 2), 10, REGULARIZATION, 3, 2)
    for pair in range(4):
        assert links.of(2 * pair + 1).products[0] == 2 * pair
        assert links.of(2 * pair).products[0] == 2 * pair + 1
    assert len(links.of(8).products) == 0  # never bought


def test_who_has_one_of_a_pair_is_offered_the_other() -> None:
    purchases = paired_purchases()
    links = fit_links(gram_of(customer_rows(purchases), 10, 2), 10, REGULARIZATION, 9, 2)
    lists = fit_ridge_lists(links, purchases, length=4, family=np.arange(10), threads=2)
    bought = purchases.toarray() > 0
    lacking = [
        (row, 2 * pair)
        for row in range(200)
        for pair in range(4)
        if bought[row, 2 * pair : 2 * pair + 2].tolist() == [True, False]
    ]
    assert len(lacking) > 20
    assert all(product + 1 in lists.of(row).products[:3] for row, product in lacking)


def test_carts_get_the_same_weights_by_row() -> None:
    links = fit_links(gram_of(basket_rows(paired_purchases()), 10, 1), 10, REGULARIZATION, 4, 1)
    ridge = fit_cart_ridge(links)
    weights = dense(links)
    for product in range(10):
        at = slice(ridge.starts[product], ridge.starts[product + 1])
        assert weights[product, ridge.products[at]] == pytest.approx(ridge.weights[at])
        assert (np.diff(ridge.weights[at]) <= 0).all()
    assert len(ridge.weights) == (weights > 0).sum()


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(1, 9))
def test_lists_are_the_best_of_what_is_new(seed: int, length: int, top_k: int) -> None:
    random = np.random.default_rng(seed)
    n_customers, n_products = int(random.integers(1, 12)), 9
    bought = random.random((n_customers, n_products)) < 0.3
    purchases = csr_matrix((bought * random.random(bought.shape) * 3).astype(np.float32))
    family = np.array([0, 0, 2, 3, 3, 3, 6, 7, 8], dtype=np.int32)
    links = fit_links(gram_of(customer_rows(purchases), 8, 1), n_products, 0.3, top_k, 1)
    lists = fit_ridge_lists(links, purchases, length=length, family=family, threads=1)
    scores = np.log1p(purchases.toarray()) @ dense(links)
    for row in range(n_customers):
        scores[row, np.isin(family, family[purchases[row].indices])] = 0
        found = lists.of(row)
        best = np.sort(scores[row][scores[row] > 0])[::-1][:length]
        assert found.scores == pytest.approx(best, abs=1e-5)
        assert scores[row, found.products] == pytest.approx(found.scores, abs=1e-5)


def test_blocks_and_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    purchases = paired_purchases()

    def fit(threads: int) -> tuple[TopLists, TopLists]:
        # LAPACK's own threads may change the last digit; the same number of them gives the same bytes.
        links = fit_links(gram_of(customer_rows(purchases), 10, threads), 10, 2.0, 5, threads=1)
        return links, fit_ridge_lists(links, purchases, length=5, family=np.arange(10), threads=threads)

    whole = fit(2)
    monkeypatch.setattr(module, "BLOCK_SCORES", 70)
    monkeypatch.setattr(module, "COLUMNS", 3)
    for one, other in zip(whole, fit(1), strict=True):
        assert_same_arrays(one, other)


@pytest.mark.parametrize(
    ("purchases", "why"),
    [
        (csr_matrix((0, 4), dtype=np.float32), "0 products were bought, 2 are needed"),
        (csr_matrix(np.eye(1, 4, dtype=np.float32)), "1 products were bought, 2 are needed"),
    ],
)
def test_what_cannot_be_fitted_is_left_out_and_logged(
    purchases: csr_matrix, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        links = fit_links(
            gram_of(customer_rows(purchases), 4, 1), 4, 30.0, 3, 1, what="item ridge on customers"
        )
    assert f"item ridge on customers is left out: {why}" in caplog.text
    lists = fit_ridge_lists(links, purchases, length=3, family=np.arange(4), threads=1)
    assert lists.products.shape == (purchases.shape[0], 0)
    assert len(fit_cart_ridge(links).propose(np.array([0, 1], dtype=np.int32), 5).products) == 0


def test_no_finite_solution_is_left_out_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    gram = Gram(np.arange(2, dtype=np.int32), np.array([[1.0, np.nan], [np.nan, 1.0]], dtype=np.float32))
    with caplog.at_level(logging.WARNING):
        links = fit_links(gram, 2, 30.0, 3, 1)
    assert "no finite solution" in caplog.text
    assert links.products.shape == (2, 0)


def test_progress_is_told() -> None:
    told: list[str] = []
    purchases = paired_purchases()
    links = fit_links(gram_of(customer_rows(purchases), 10, 1), 10, 2.0, 5, 1)
    fit_ridge_lists(links, purchases, length=5, family=np.arange(10), threads=1, progress=told.append)
    assert told == ["item ridge lists: 200 of 200 customers"]


def test_lists_end_with_nothing() -> None:
    purchases = paired_purchases()
    links = fit_links(gram_of(customer_rows(purchases), 4, 1), 10, 2.0, 5, 1)
    lists = fit_ridge_lists(links, purchases, length=50, family=np.arange(10), threads=1)
    assert lists.products.shape == (200, 4)
    assert ((lists.products == UNKNOWN) == (lists.scores == 0)).all()
