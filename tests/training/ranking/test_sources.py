"""What every source must hold, whatever it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from tests.training.ranking.worlds import Basket, history_of, random_history, snapshot_of
from training.ranking.history import History
from training.ranking.snapshot import Snapshot
from training.ranking.sources import SOURCE_NAMES, dense, logs_of, weighted_sums


def test_logs_are_of_decayed_purchases() -> None:
    history = history_of([(0, 3, (0, 2)), (0, 9, (0,)), (1, 9, (1,))], 2, 3, as_of=10)
    logs = logs_of(history, np.array([0, 2]), half_life=6)
    assert dense(logs) == pytest.approx(np.log1p([[1.5, 0.5], [0, 0]]))
    assert dense(logs).dtype == np.float32


def test_weighted_sums_are_the_product() -> None:
    random = np.random.default_rng(1)
    weights = random.normal(size=(3, 5)).astype(np.float32)
    matrix = csr_matrix(random.poisson(0.4, size=(5, 7)).astype(np.float32))
    sums = weighted_sums(weights, matrix)
    assert sums == pytest.approx(weights @ matrix.toarray(), rel=1e-5)
    assert sums.dtype == np.float32
    assert sums.flags.c_contiguous


@settings(max_examples=12)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8))
def test_scores_are_numbers_for_any_customers(seed: int, n_customers: int) -> None:
    snapshot = snapshot_of(random_history(seed))
    strangers = random_history(seed + 1, n_customers=n_customers)
    nobody = history_of([], 2, 15, 150)  # nothing bought, nothing to say
    for name, source in snapshot.sources.items():
        for customers in (strangers, nobody):
            scores = source.scores(customers)
            assert scores.shape == (customers.n_customers, len(snapshot.columns)), name
            assert scores.dtype == np.float32, name
            assert np.isfinite(scores).all(), name


def alike(snapshot: Snapshot, customers: History, one: int, other: int) -> list[str]:
    """The sources that see no difference between two customers."""
    return [
        name
        for name, source in snapshot.sources.items()
        if source.scores(customers)[[one, other]] == pytest.approx(source.scores(customers)[[other, one]])
    ]


def test_every_source_tells_customers_apart_by_what_they_bought() -> None:
    baskets: list[Basket] = [
        (who, day, (5 * (who % 2) + (day + who) % 5, 5 * (who % 2) + (day + who + 1) % 5))
        for who in range(20)
        for day in range(100 + who % 3, 150, 4)
    ]
    history = history_of(baskets, 20, 10, 150)
    snapshot = snapshot_of(history)
    assert tuple(snapshot.sources) == SOURCE_NAMES
    # ALS is held back for shops of thousands of customers: of twenty it says nothing.
    assert set(alike(snapshot, history, 0, 1)) <= {"taste"}
    for name in SOURCE_NAMES:
        if name == "taste":
            continue
        source = snapshot.sources[name]
        best = source.scores(history).argmax(axis=1)
        assert ((best >= 5) == (np.arange(20) % 2 == 1)).all(), name
