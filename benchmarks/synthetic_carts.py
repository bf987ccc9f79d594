"""A learned order of carts for a synthetic bundle: as many trees as training grows, of chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import frozen
from models.bundle import Bundle
from models.cart_ranker import CartRanker
from models.carts import cart_table
from models.context import Context
from models.ids import UNKNOWN
from models.together import together
from training.ranking.carts import NEGATIVES, grown

CARTS_LEARNED = 200


def synthetic_cart_ranker(bundle: Bundle, rng: np.random.Generator) -> CartRanker:
    """As many trees, as large, as training grows; what they learn is chance."""
    n_products, n_customers = len(bundle.products), len(bundle.customers)
    groups = rng.integers(0, len(bundle.catalogue.categories), (2, n_products)).astype(np.int32)
    ranker = CartRanker(
        trees=frozen(np.empty(0, dtype=np.uint8)),
        products=frozen(rng.random((n_products, 22), dtype=np.float32)),
        customers=frozen(rng.random((n_customers, 9), dtype=np.float32)),
        groups=frozen(groups),
        negatives=frozen(np.array([NEGATIVES])),
    )
    ready = replace(bundle, cart_ranker=ranker)
    tables = []
    for _ in range(CARTS_LEARNED):
        shown = np.unique(rng.integers(0, n_products, 3)).astype(np.int32)
        customer = int(rng.integers(n_customers))
        context = Context(customer, shown, UNKNOWN, np.empty(0, dtype=np.int32), (), None)
        tables.append(cart_table(ready, context, together(ready, shown)).features)
    features = np.concatenate(tables)
    bought = (rng.random(len(features)) < 0.1).astype(np.float32)
    return replace(ranker, trees=grown(features, bought, seed=1, threads=2))
