"""Customers who are alike: vectors by hand, and scores against loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.ranking.worlds import Basket, history_of, random_history
from training.ranking.neighbours import fit_neighbours, fit_user_wise, tifu_vectors

COLUMNS = np.array([0, 2, 3, 6, 10, 13], dtype=np.int32)


def test_vectors_of_one_group_by_hand() -> None:
    baskets: list[Basket] = [(0, 1, (0,)), (0, 2, (0, 1)), (1, 1, (2,))]
    vectors = tifu_vectors(history_of(baskets, 3, 3, 3), np.arange(3)).toarray()
    # The older of two baskets counts 0.9 of the newer; two in the group, one group.
    assert vectors == pytest.approx(np.array([[1.9 / 2, 0.5, 0], [0, 0, 1], [0, 0, 0]]))


def test_vectors_of_two_groups_by_hand() -> None:
    """Eight baskets: the newest seven are a group, the oldest one is a group of its own."""
    baskets: list[Basket] = [(0, day, (1 if day else 0,)) for day in range(8)]
    vectors = tifu_vectors(history_of(baskets, 1, 2, 8), np.arange(2)).toarray()
    newest = sum(0.9**place for place in range(7)) / 7 / 2
    assert vectors == pytest.approx(np.array([[0.7 / 2, newest]]))


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 3, 300]))
def test_scores_are_the_customer_s_own_and_those_of_the_nearest_others(seed: int, n: int) -> None:
    history = random_history(seed)
    vectors = tifu_vectors(history, COLUMNS).toarray()
    scores = fit_neighbours(history, COLUMNS, n_neighbours=n, share=0.4).scores(history)
    for customer, own in enumerate(vectors):
        distance = ((vectors - own) ** 2).sum(axis=1)
        # Customers without any of the columns are no different from each other.
        others = np.array([row for row in np.argsort(distance) if distance[row] > 1e-6 * (own**2).sum()])
        near = np.sort(distance[others])
        if n < len(others) and near[n] - near[n - 1] < 1e-5:
            continue  # which of the two is nearer is anybody's guess
        mean = vectors[others[:n]].mean(axis=0) if len(others) else 0
        assert scores[customer] == pytest.approx(0.4 * own + 0.6 * mean, abs=1e-5)


def test_alone_in_a_shop_there_are_no_neighbours() -> None:
    history = history_of([(0, 1, (0, 1))], 1, 3, 2)
    scores = fit_neighbours(history, np.arange(3), share=0.5).scores(history)
    assert scores == pytest.approx(np.array([[0.5, 0.5, 0]]))


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_user_wise_is_its_formula(seed: int) -> None:
    reference, customers = random_history(seed), random_history(seed + 1, n_customers=5)
    scores = fit_user_wise(reference, COLUMNS, baskets=3, locality=2, asymmetry=0.25).scores(customers)
    owned, theirs = (history.owned().toarray() > 0 for history in (customers, reference))
    recent = np.zeros((reference.n_customers, reference.n_products))
    for who, product, basket in zip(reference.customer, reference.product, reference.basket, strict=True):
        if reference.places()[basket] < 3:
            recent[who, product] += 1 / min(reference.basket_counts()[who], 3)
    for customer, mine in enumerate(owned):
        expected = np.zeros(reference.n_products)
        for other, has in enumerate(theirs):
            similarity = (mine & has).sum() / (mine.sum() ** 0.25 * has.sum() ** 0.75)
            expected += similarity**2 * recent[other]
        assert scores[customer] == pytest.approx(expected[COLUMNS], rel=1e-4, abs=1e-6)
