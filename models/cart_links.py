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
    linked, weights = _inside(places[ridge.products[rows]], ridge.weights[rows])
    confidence = pairs.pair_orders[rules.pairs] / pairs.product_orders[rules.antecedents]
    paired, confidence = _inside(places[rules.by_pairs.products], confidence)
    said = np.zeros((COLUMNS, n), dtype=np.float32)
    np.maximum.at(said[0], linked, weights)
    said[1] = np.bincount(linked, minlength=n)
    said[2] = np.bincount(paired, confidence, minlength=n)
    np.maximum.at(said[3], paired, confidence.astype(np.float32))
    return said


def _inside(at: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Those of these places, and the values there, that are somewhere."""
    inside = (at != NOWHERE).nonzero()[0]
    return at[inside], values[inside]
