from __future__ import annotations

import numpy as np
import pytest

from tests.training.baselines.worlds import ask, history
from training.baselines import confidence
from training.baselines.confidence import combined, confidences, lifts, pair_counts
from training.baselines.history import NOTHING_SAID

NO = NOTHING_SAID


def test_pair_counts_by_hand() -> None:
    """{0,1}, {0,2} twice, {1,2} of the guest, and three baskets of one product."""
    counts = pair_counts(history()).toarray()
    assert counts[:3, :3].tolist() == [[0, 1, 2], [1, 0, 1], [2, 1, 0]]
    assert counts.sum() == 8


def test_confidence_and_lift_by_hand() -> None:
    known = history()
    pairs, orders = pair_counts(known), known.product_orders()
    np.testing.assert_allclose(confidences(pairs, orders, 1)[0].toarray()[0], [0, 1 / 4, 2 / 4, 0, 0])
    assert confidences(pairs, orders, 2)[0].toarray()[0].tolist() == [0, 0, 0.5, 0, 0]
    np.testing.assert_allclose(
        lifts(pairs, orders, 7, 1)[0].toarray()[0], [0, (1 / 4) / (2 / 7), (2 / 4) / (4 / 7), 0, 0], rtol=1e-6
    )


def test_max_and_sum_over_the_cart() -> None:
    known = history()
    rules = confidences(pair_counts(known), known.product_orders(), 1)
    carts = ask([-1, -1], [(0, 1), ()])
    # To 2: from 0 two of four baskets, from 1 one of two.
    np.testing.assert_allclose(combined(rules, "max")(carts)[0], [0.5, 0.25, 0.5, NO, NO])
    np.testing.assert_allclose(combined(rules, "sum")(carts)[0], [0.5, 0.25, 1.0, NO, NO])
    assert (combined(rules, "max")(carts)[1] == NO).all()


def test_only_the_most_frequent_consequents_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confidence, "MAX_CONSEQUENTS", 1)
    counts = pair_counts(history()).toarray()
    assert counts[0].tolist() == [0, 0, 2, 0, 0]
    assert counts[1].tolist() == [1, 0, 0, 0, 0]  # of equals the first


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = pair_counts(history()).toarray()
    monkeypatch.setattr(confidence, "BLOCK_CELLS", 1)
    assert (pair_counts(history()).toarray() == whole).all()
