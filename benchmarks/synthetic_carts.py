"""A learned order of carts for a synthetic bundle: as many trees as training grows, of chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.arrays import frozen
from models.bundle import Bundle
from models.cart_groups import CartGroups
from models.cart_proposals import by_fusion
from models.cart_ranker import CartRanker
from models.carts import cart_table
from models.context import Context
from models.ids import UNKNOWN
from models.together import together
from training.ranking.carts import NEGATIVES, grown

CARTS_LEARNED = 200
GROUPS = (20, 240, 1_000)  # of three groupings, as in a grocer's catalogue: departments, shelves, kinds


def synthetic_cart_ranker(bundle: Bundle, rng: np.random.Generator) -> CartRanker:
    """As many trees, as large, as training grows; what they learn is chance."""
    n_products, n_customers = len(bundle.products), len(bundle.customers)
    ranker = CartRanker(
        trees=frozen(np.empty(0, dtype=np.uint8)),
        first=frozen(by_fusion()),
        products=frozen(rng.random((n_products, 22), dtype=np.float32)),
        customers=frozen(rng.random((n_customers, 9), dtype=np.float32)),
        negatives=frozen(np.array([NEGATIVES])),
        groups=_groups(n_products, rng),
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


def _groups(n_products: int, rng: np.random.Generator) -> CartGroups:
    starts = np.cumsum([0, *GROUPS])
    return CartGroups(
        of=frozen(
            np.stack(
                [rng.integers(starts[at], starts[at + 1], n_products) for at in range(len(GROUPS))]
            ).astype(np.int32)
        ),
        starts=frozen(starts),
        linked=frozen(np.array(GROUPS)),
        links=frozen(rng.random(sum(size**2 for size in GROUPS), dtype=np.float32)),
    )
