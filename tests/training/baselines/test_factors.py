from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from tests.training.baselines.worlds import ask
from training.baselines.factors import by_cart, by_customer
from training.baselines.history import NOTHING_SAID
from training.fitting.taste import fit_taste

# Two groups of customers with their own three products each; the last product has no buyer.
BOUGHT = np.kron(np.eye(2), np.ones((6, 3)))
BOUGHT[[0, 7], [1, 4]] = 0
TASTE = fit_taste(
    csr_matrix(np.hstack([BOUGHT, np.zeros((12, 1))]).astype(np.float32)),
    factors=4, iterations=10, regularization=0.1, alpha=5.0, seed=1, threads=1,
)  # fmt: skip


def test_customers_prefer_what_their_group_buys() -> None:
    scores = by_customer(TASTE)(ask([0, 7, -1], n_products=7))
    assert set(np.argsort(-scores[0])[:3].tolist()) == {0, 1, 2}
    assert set(np.argsort(-scores[1])[:3].tolist()) == {3, 4, 5}
    assert (scores[2] == NOTHING_SAID).all()
    assert (scores[:, 6] == NOTHING_SAID).all()


def test_a_cart_is_folded_in() -> None:
    scores = by_cart(TASTE)(ask([-1, -1], [(0, 2), (4,)], 7))
    assert set(np.argsort(-scores[0])[:3].tolist()) == {0, 1, 2}
    assert set(np.argsort(-scores[1])[:3].tolist()) == {3, 4, 5}
    assert (scores[:, 6] == NOTHING_SAID).all()
