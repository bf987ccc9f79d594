from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.training.baselines.worlds import Order, ask, history
from training.baselines.history import NOTHING_SAID
from training.baselines.neighbours import nearest, tifu, tifu_vectors, up_cf

NO = NOTHING_SAID


def test_tifu_weights_by_hand() -> None:
    """Customer 0 has three baskets {0,1}, {0}, {0,2}; groups of two, counted from the last one.

    Newest group: {0}, {0,2} with weights 0.9, 1 over 2; oldest group: {0,1} alone, weight 1 over 1, as
    a group 0.7. Both over two groups.
    """
    vectors = tifu_vectors(history(), group=2, within=0.9, between=0.7).toarray()
    newest_before, newest, oldest = 0.9 / 2 / 2, 1 / 2 / 2, 0.7 / 2
    np.testing.assert_allclose(vectors[0], [newest_before + newest + oldest, oldest, newest, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(vectors[1], [0.45, 0, 0.45 + 0.5, 0, 0], rtol=1e-6)  # one group of two
    np.testing.assert_allclose(vectors[2], [0, 0, 0, 1, 0], rtol=1e-6)


def test_nearest_by_hand() -> None:
    vectors = tifu_vectors(history(), 2, 0.9, 0.7)
    dense = vectors.toarray()
    near = nearest(vectors, np.array([0, 2]), 5)
    assert near.shape == (2, 2)  # no more than there are others
    for row, customer in enumerate((0, 2)):
        distances = ((dense - dense[customer]) ** 2).sum(axis=1)
        distances[customer] = np.inf
        assert near[row].tolist() == np.argsort(distances)[:2].tolist()


def test_tifu_scores_by_hand() -> None:
    known = history()
    vectors = tifu_vectors(known, 2, 0.9, 0.7)
    near = nearest(vectors, known.asked, 2)
    assert near[0, 0] == 1
    scores = tifu(vectors, known.asked, near, k=1, alpha=0.7)(ask([0, -1]))
    dense = vectors.toarray()
    expected = 0.7 * dense[0] + 0.3 * dense[1]
    np.testing.assert_allclose(scores[0], np.where(expected > 0, expected, NO), rtol=1e-5)
    assert (scores[1] == NO).all()


def test_up_cf_by_hand() -> None:
    """Sets: 0 {0,1,2}, 1 {0,2}, 2 {3}; last two baskets: 0 {0}, {0,2}; 1 {0,2}, {2}; 2 {3}."""
    scores = up_cf(history(), recent=2, locality=2, asymmetry=0.25)(ask([0, 2, -1]))
    itself = 1.0
    other = (2 / (3**0.25 * 2**0.75)) ** 2
    np.testing.assert_allclose(
        scores[0], [itself * 1 + other * 0.5, NO, itself * 0.5 + other * 1, NO, NO], rtol=1e-5
    )
    np.testing.assert_allclose(scores[1], [NO, NO, NO, 1, NO], rtol=1e-5)
    assert (scores[2] == NO).all()


ORDER = st.tuples(st.integers(-1, 4), st.just(0), st.sets(st.integers(0, 5), min_size=1).map(tuple))


@given(st.lists(ORDER, min_size=1, max_size=12), st.integers(1, 4))
def test_without_decay_a_vector_is_a_mean_of_group_means(orders: list[Order], group: int) -> None:
    known = history([*orders, (4, 0, (0,))], 6)
    vectors = tifu_vectors(known, group, 1.0, 1.0).toarray()
    for customer in range(known.n_customers):
        baskets = known.baskets.toarray()[known.customer == customer][::-1]
        groups = [baskets[at : at + group].mean(axis=0) for at in range(0, len(baskets), group)]
        expected = np.mean(groups, axis=0) if groups else np.zeros(6)
        assert vectors[customer] == pytest.approx(expected, abs=1e-6)
