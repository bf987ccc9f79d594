"""A world in which C follows A and B together, and neither alone; D follows A by itself."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from tests.training.fitting.worlds import basket_csr

A, B, C, D = range(4)
N_PRODUCTS = 20


def planted_baskets(n: int = 4_000, seed: int = 11) -> csr_matrix:
    """int32 ones [n, 20]. A and B are each in 30 % of baskets, independently.

    With both, C is there in 80 %, else in 5 %; D is there in 60 % of the baskets with A, whatever else
    is, and in 5 % of the others. The rest is noise of 5 % each.
    """
    random = np.random.default_rng(seed)
    here = random.random((n, N_PRODUCTS)) < 0.05
    here[:, A], here[:, B] = random.random((2, n)) < 0.3
    here[:, C] = random.random(n) < np.where(here[:, A] & here[:, B], 0.8, 0.05)
    here[:, D] = random.random(n) < np.where(here[:, A], 0.6, 0.05)
    return basket_csr([np.flatnonzero(row).tolist() for row in here], N_PRODUCTS)
