"""How the products of a cart speak for a candidate: all together, the loudest of them, and how many."""

from __future__ import annotations

import numpy as np

from models.bundle import Bundle
from models.cart_proposals import NOWHERE
from models.together import Together

COLUMNS = 4


def link_features(
    bundle: Bundle, rules: Together, shown: np.ndarray, places: np.ndarray, n: int
) -> np.ndarray:
    """float32 [COLUMNS, n] for n candidates at these places (see Proposed), 0 where nothing speaks for one.

    The highest weight of item ridge and how many products of the cart have one; the sum and the highest
    of the confidences of the pair rules.
    """
    ridge, pairs = bundle.cart_ridge, bundle.bought_together
    rows = ridge.rows(shown)
    n_links, strongest, _ = _gathered(places[ridge.products[rows]], ridge.weights[rows], n)
    confidence = pairs.pair_orders[rules.pairs] / pairs.product_orders[rules.antecedents]
    _, surest, summed = _gathered(places[rules.by_pairs.products], confidence, n)
    return np.stack([strongest, n_links, summed, surest]).astype(np.float32)


def _gathered(at: np.ndarray, values: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How many values (above 0) there are at each of n places, the highest and the sum of them."""
    inside = (at != NOWHERE).nonzero()[0]
    at, values = at[inside], values[inside]
    highest = np.zeros(n)
    np.maximum.at(highest, at, values)
    return np.bincount(at, minlength=n), highest, np.bincount(at, values, minlength=n)
