from __future__ import annotations

from itertools import pairwise
from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from training.evaluation.metrics import (
    coverage,
    judged_rows,
    mean_popularity,
    ndcg_over_truth,
    per_row,
    revenue_recall,
)
from training.evaluation.rows import Rows

N_PRODUCTS = 12
truths = st.lists(st.sets(st.integers(0, N_PRODUCTS - 1), max_size=6), min_size=1, max_size=5)


def rows_of(truth: list[set[int]]) -> Rows:
    pairs = [(row, product) for row, products in enumerate(truth) for product in products]
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Rows.of_pairs(table[:, 0], table[:, 1], len(truth))


def lists_for(n_rows: int, seed: int, length: int = 8) -> np.ndarray:
    """Distinct products in random order, some lists ending early."""
    rng = np.random.default_rng(seed)
    lists = np.array([rng.permutation(N_PRODUCTS)[:length] for _ in range(n_rows)], dtype=np.int32)
    for row in range(n_rows):
        lists[row, int(rng.integers(0, length + 1)) :] = -1
    return lists


def test_values_by_hand() -> None:
    # Row 0: truth {1, 2, 3}, list 1 9 3: hits at ranks 1 and 3.
    # Row 1: truth {5}, list 0 5: hit at rank 2. Row 2 has no truth. Row 3: truth {7}, no list.
    truth = rows_of([{1, 2, 3}, {5}, set(), {7}])
    lists = np.array([[1, 9, 3], [0, 5, -1], [1, 2, 3], [-1, -1, -1]], dtype=np.int32)
    assert judged_rows(truth).tolist() == [0, 1, 3]
    at_three = per_row(lists, truth, 3)
    assert at_three.recall.tolist() == pytest.approx([2 / 3, 1, 0])
    ideal = 1 + 1 / log2(3) + 1 / log2(4)
    assert at_three.ndcg.tolist() == pytest.approx([(1 + 1 / log2(4)) / ideal, 1 / log2(3), 0])
    assert at_three.hit.tolist() == [1, 1, 0]
    at_one = per_row(lists, truth, 1)
    assert at_one.recall.tolist() == pytest.approx([1 / 3, 0, 0])
    assert at_one.ndcg.tolist() == pytest.approx([1, 0, 0])  # the ideal has min(1, 3) = 1 rank
    assert at_one.hit.tolist() == [1, 0, 0]


def test_coverage_counts_distinct_products_of_the_first_k() -> None:
    lists = np.array([[1, 2, 3], [2, 1, 4], [-1, -1, -1]], dtype=np.int32)
    assert coverage(lists, 2, 8) == 2 / 8
    assert coverage(lists, 3, 8) == 4 / 8


def test_a_product_named_twice_is_refused() -> None:
    lists = np.array([[3, 1, 3], [-1, -1, -1]], dtype=np.int32)
    with pytest.raises(ValueError, match="list of row 0 names product 3 twice"):
        per_row(lists, rows_of([{3}, {1}]), 2)


@given(truths, st.integers(0, 1000))
def test_bounds_and_monotony(truth: list[set[int]], seed: int) -> None:
    lists, rows = lists_for(len(truth), seed), rows_of(truth)
    values = [per_row(lists, rows, k) for k in range(1, 9)]
    for at_k in values:
        for value in at_k:
            assert ((value >= 0) & (value <= 1 + 1e-12)).all()
        assert ((at_k.recall > 0) == (at_k.hit > 0)).all()
        assert ((at_k.ndcg > 0) == (at_k.hit > 0)).all()
    for shorter, longer in pairwise(values):
        assert (shorter.recall <= longer.recall).all()
        assert (shorter.hit <= longer.hit).all()


@given(truths)
def test_a_perfect_list_gets_one(truth: list[set[int]]) -> None:
    lists = np.full((len(truth), 6), -1, dtype=np.int32)
    for row, products in enumerate(truth):
        lists[row, : len(products)] = sorted(products)
    for k in (6, 10):
        values = per_row(lists, rows_of(truth), k)
        for value in values:
            assert value.tolist() == pytest.approx([1.0] * len(value))


@given(st.sets(st.integers(0, N_PRODUCTS - 1), min_size=1), st.integers(0, 1000), st.integers(1, 8))
def test_ndcg_agrees_with_scikit_learn(products: set[int], seed: int, k: int) -> None:
    ranking = np.random.default_rng(seed).permutation(N_PRODUCTS).astype(np.int32)
    relevance = np.array([[float(product in products) for product in range(N_PRODUCTS)]])
    scores = np.empty((1, N_PRODUCTS))
    scores[0, ranking] = -np.arange(N_PRODUCTS)
    ours = per_row(ranking[None, :], rows_of([products]), k).ndcg
    assert ours.tolist() == pytest.approx([ndcg_score(relevance, scores, k=k)])


def test_both_ideal_gains_by_hand() -> None:
    """Four right products, two shown, one of them right at rank 2."""
    truth, lists = rows_of([{1, 2, 3, 4}]), np.array([[9, 2]], dtype=np.int32)
    gain = 1 / log2(3)
    assert per_row(lists, truth, 2).ndcg.tolist() == pytest.approx([gain / (1 + 1 / log2(3))])
    over_truth = gain / (1 + 1 / log2(3) + 1 / log2(4) + 1 / log2(5))
    assert ndcg_over_truth(lists, truth, 2).tolist() == pytest.approx([over_truth])


@given(truths, st.integers(0, 99), st.integers(1, 8))
def test_the_ideal_over_truth_is_never_easier(truth: list[set[int]], seed: int, k: int) -> None:
    rows, lists = rows_of(truth), lists_for(len(truth), seed)
    easier, harder = per_row(lists, rows, k).ndcg, ndcg_over_truth(lists, rows, k)
    assert (harder <= easier + 1e-12).all()
    small = rows.lengths()[judged_rows(rows)] <= k
    assert harder[small] == pytest.approx(easier[small])


def test_revenue_recall_by_hand() -> None:
    truth = rows_of([{1, 2}, {3}, set()])
    lists = np.array([[2, 9], [9, 3], [1, 2]], dtype=np.int32)
    revenue = np.array([100.0, 300.0, 600.0])
    assert revenue_recall(lists, truth, revenue, 1) == pytest.approx(0.3)
    assert revenue_recall(lists, truth, revenue, 2) == pytest.approx(0.9)
    assert revenue_recall(lists, truth, np.zeros(3), 2) is None


def test_mean_popularity_by_hand() -> None:
    orders = np.array([10, 0, 4])
    lists = np.array([[0, 2], [2, -1]], dtype=np.int32)
    assert mean_popularity(lists, 2, orders, 20) == pytest.approx((10 + 4 + 4) / 3 / 20)
    assert mean_popularity(lists, 1, orders, 20) == pytest.approx((10 + 4) / 2 / 20)
    assert mean_popularity(np.full((2, 3), -1), 3, orders, 20) == 0
