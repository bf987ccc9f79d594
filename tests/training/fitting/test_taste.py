"""Taste and its lists: what is new, what is nearest, against the plain matrix products."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from models.ids import UNKNOWN
from models.taste import Taste
from tests.models.contract import assert_same_arrays
from training.fitting import taste as module
from training.fitting.taste import fit_similar, fit_taste, fit_taste_lists, most_bought

N_CUSTOMERS, N_PRODUCTS = 50, 30


def purchases(seed: int = 2) -> csr_matrix:
    """Two kinds of customers who buy from two halves of the catalogue; product 29 is never bought."""
    random = np.random.default_rng(seed)
    half = np.arange(N_CUSTOMERS)[:, None] % 2 == np.arange(N_PRODUCTS)[None, :] % 2
    bought = (random.random((N_CUSTOMERS, N_PRODUCTS)) < 0.3) & half
    bought[:, 29] = False
    return csr_matrix(bought.astype(np.float32))


def buyers() -> np.ndarray:
    return np.bincount(purchases().indices, minlength=N_PRODUCTS)


@pytest.fixture(scope="module")
def taste() -> Taste:
    return fit(purchases())


def fit(matrix: csr_matrix, threads: int = 2) -> Taste:
    return fit_taste(matrix, factors=8, iterations=10, regularization=0.5, alpha=4.0, seed=3, threads=threads)


def test_planted_tastes_are_learned(taste: Taste) -> None:
    scores = taste.customer_factors @ taste.product_factors[:28].T
    same = np.arange(N_CUSTOMERS)[:, None] % 2 == np.arange(28)[None, :] % 2
    assert scores[same].mean() > 3 * abs(scores[~same].mean())


def test_a_product_nobody_bought_has_no_factors(taste: Taste) -> None:
    assert not taste.product_factors[29].any()
    assert taste.product_factors[:29].any(axis=1).all()


def test_a_customer_without_a_purchase_has_no_factors() -> None:
    matrix = purchases().tolil()
    matrix[7] = 0
    assert not fit(matrix.tocsr()).customer_factors[7].any()


def test_the_gram_is_of_the_products(taste: Taste) -> None:
    assert taste.gram == pytest.approx(taste.product_factors.T @ taste.product_factors, rel=1e-5)
    assert (taste.regularization.item(), taste.alpha.item()) == (0.5, 4.0)


def test_threads_do_not_change_the_fit() -> None:
    assert_same_arrays(fit(purchases(), threads=1), fit(purchases(), threads=2))


def test_of_many_customers_a_sample_is_fitted_first(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    by_all = fit(purchases())
    monkeypatch.setattr(module, "FIRST_CUSTOMERS", 30)
    settings = {"factors": 8, "iterations": 10, "regularization": 0.5, "alpha": 4.0, "seed": 3}
    taste = fit_taste(purchases(), **settings, threads=2, progress=told.append)
    assert told == [f"taste: {done} of 10 iterations" for done in range(1, 11)]
    assert_same_arrays(taste, fit_taste(purchases(), **settings, threads=1))
    assert not np.array_equal(taste.product_factors, by_all.product_factors)
    scores = taste.customer_factors @ taste.product_factors[:28].T  # of those not in the sample too
    same = np.arange(N_CUSTOMERS)[:, None] % 2 == np.arange(28)[None, :] % 2
    for customer in range(N_CUSTOMERS):
        assert scores[customer][same[customer]].mean() > scores[customer][~same[customer]].mean()


def test_fewer_rounds_than_the_last_ones_look_at_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_CUSTOMERS", 30)
    for iterations in (1, 2):
        told: list[str] = []
        taste = fit_taste(
            purchases(), factors=8, iterations=iterations, regularization=0.5, alpha=4.0, seed=3, threads=1,
            progress=told.append,
        )  # fmt: skip
        assert len(told) == iterations
        assert taste.customer_factors.any(axis=1).all()


def test_the_most_bought_are_taken_and_of_equals_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_LISTED", 3)
    assert most_bought(np.array([2, 0, 5, 2, 2, 1])).tolist() == [0, 2, 3]
    assert most_bought(np.array([0, 1, 0])).tolist() == [1]
    assert most_bought(np.zeros(4, dtype=int)).tolist() == []


def test_lists_are_among_the_products_they_are_asked_for(taste: Taste) -> None:
    among = np.array([3, 4, 8, 15, 20, 21])
    whole = fit_taste_lists(taste, purchases(), N_PRODUCTS, threads=2)
    few = fit_taste_lists(taste, purchases(), 4, threads=2, among=among)
    for customer in range(N_CUSTOMERS):
        expected = [product for product in whole.of(customer).products.tolist() if product in among]
        assert few.of(customer).products.tolist() == expected[:4]


def test_lists_are_the_best_of_what_is_new(taste: Taste) -> None:
    owned = purchases()
    lists = fit_taste_lists(taste, owned, 12, threads=2)
    scores = taste.customer_factors @ taste.product_factors.T
    for customer in range(N_CUSTOMERS):
        new = np.setdiff1d(np.arange(N_PRODUCTS), owned[customer].indices)
        expected = np.sort(scores[customer, new])[::-1]
        expected = expected[expected > 0][:12]
        found = lists.of(customer)
        assert not set(found.products.tolist()) & set(owned[customer].indices.tolist())
        assert found.scores == pytest.approx(expected, abs=1e-5)
        assert scores[customer, found.products] == pytest.approx(found.scores, abs=1e-5)


def test_variants_of_what_is_owned_are_not_new(taste: Taste) -> None:
    family = np.arange(N_PRODUCTS, dtype=np.int32)
    family[10:20] = 10  # ten variants of one product
    owned = purchases()
    lists = fit_taste_lists(taste, owned, 12, threads=2, family=family)
    for customer in range(N_CUSTOMERS):
        mine = set(family[owned[customer].indices].tolist())
        assert not mine & set(family[lists.of(customer).products].tolist())


def test_similar_are_the_nearest_by_cosine(taste: Taste) -> None:
    lists = fit_similar(taste, buyers(), length=6, threads=2)
    factors = taste.product_factors
    norms = np.linalg.norm(factors, axis=1)
    for product in range(29):
        cosines = factors @ factors[product] / np.where(norms > 0, norms, np.inf) / norms[product]
        cosines[product] = -1
        expected = np.sort(cosines)[::-1]
        found = lists.of(product)
        assert product not in found.products.tolist()
        assert 29 not in found.products.tolist()
        assert found.scores == pytest.approx(expected[expected > 0][:6], abs=1e-5)
    assert len(lists.of(29).products) == 0


def test_in_a_large_shop_only_what_many_bought_is_similar(
    taste: Taste, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fit_similar(taste, buyers(), N_PRODUCTS, threads=2)
    monkeypatch.setattr(module, "MOST_LISTED", 10)
    few = fit_similar(taste, buyers(), 6, threads=2)
    many = set(np.argsort(-buyers(), kind="stable")[:10].tolist())
    for product in range(29):
        expected = [other for other in whole.of(product).products.tolist() if other in many]
        assert few.of(product).products.tolist() == expected[:6]


def test_blocks_do_not_change_the_lists(taste: Taste, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = fit_taste_lists(taste, purchases(), 12, threads=2), fit_similar(taste, buyers(), 6, threads=2)
    monkeypatch.setattr(module, "BLOCK_SCORES", 70)
    cut = fit_taste_lists(taste, purchases(), 12, threads=2), fit_similar(taste, buyers(), 6, threads=2)
    for one, other in zip(whole, cut, strict=True):
        assert np.array_equal(one.products, other.products)
        assert one.scores == pytest.approx(other.scores, abs=1e-6)


def test_lists_are_no_longer_than_the_catalogue(taste: Taste) -> None:
    assert fit_taste_lists(taste, purchases(), 1000, threads=2).products.shape == (N_CUSTOMERS, N_PRODUCTS)
    assert fit_similar(taste, buyers(), 1000, threads=2).products.shape == (N_PRODUCTS, N_PRODUCTS - 1)


def test_who_owns_everything_is_offered_nothing(taste: Taste) -> None:
    everything = csr_matrix(np.ones((N_CUSTOMERS, N_PRODUCTS), dtype=np.float32))
    lists = fit_taste_lists(taste, everything, 5, threads=2)
    assert (lists.products == UNKNOWN).all()
    assert not lists.scores.any()


@pytest.mark.parametrize(("customers", "products"), [(0, 5), (3, 5), (3, 0), (0, 0), (1, 1)])
def test_a_shop_of_guests_has_empty_lists(customers: int, products: int) -> None:
    nothing = csr_matrix((customers, products), dtype=np.float32)
    empty = fit(nothing)
    assert empty.customer_factors.shape == (customers, 8)
    lists = fit_taste_lists(empty, nothing, 4, threads=2)
    assert lists.products.shape == (customers, min(4, products))
    assert (lists.products == UNKNOWN).all()
    assert (fit_similar(empty, np.zeros(products, int), 4, threads=2).products == UNKNOWN).all()


def test_one_product_and_one_customer() -> None:
    one = csr_matrix(np.ones((1, 1), dtype=np.float32))
    assert (fit_similar(fit(one), np.ones(1, int), 4, threads=2).products == UNKNOWN).all()


def test_progress_counts_iterations_and_customers() -> None:
    told: list[str] = []
    taste = fit_taste(
        purchases(),
        factors=4,
        iterations=2,
        regularization=1,
        alpha=1,
        seed=1,
        threads=1,
        progress=told.append,
    )
    fit_taste_lists(taste, purchases(), 5, 1, progress=told.append)
    assert told == ["taste: 1 of 2 iterations", "taste: 2 of 2 iterations", "taste lists: 50 of 50 customers"]
