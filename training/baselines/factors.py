"""ALS: customers by their factors, carts folded in."""

from __future__ import annotations

import numpy as np

from models.taste import Taste
from training.baselines.history import NOTHING_SAID, Asked, Scorer


def by_customer(taste: Taste) -> Scorer:
    """Preferences of known customers for all products with a known buyer."""

    def score(asked: Asked) -> np.ndarray:
        known = asked.customers >= 0
        scores = np.full((len(known), len(taste.product_factors)), NOTHING_SAID, dtype=np.float32)
        scores[known] = taste.customer_factors[asked.customers[known]] @ taste.product_factors.T
        scores[:, ~taste.product_factors.any(axis=1)] = NOTHING_SAID
        return scores

    return score


def by_cart(taste: Taste) -> Scorer:
    """Preferences of a customer who bought the cart and nothing else."""

    def score(asked: Asked) -> np.ndarray:
        baskets = asked.baskets
        ends = zip(baskets.indptr[:-1], baskets.indptr[1:], strict=True)
        shown = [baskets.indices[begin:end] for begin, end in ends]
        factors = [taste.fold_in(products, np.ones(len(products))) for products in shown]
        stacked = np.array(factors, dtype=np.float32).reshape(len(shown), -1)
        scores: np.ndarray = stacked @ taste.product_factors.T
        scores[:, ~taste.product_factors.any(axis=1)] = NOTHING_SAID
        return scores

    return score
