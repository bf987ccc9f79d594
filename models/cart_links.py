"""How the products of a cart speak for a candidate: all together, the loudest of them, and how many."""

from __future__ import annotations

import numpy as np

from models.bundle import Bundle
from models.cart_proposals import NOWHERE
from models.together import Together

COLUMNS = 4


def link_features(bundle: Bundle, rules: Together, places: np.ndarray, n: int) -> np.ndarray:
    """float32 [COLUMNS, n] for n candidates at these places (see Proposed), 0 where nothing speaks for one.

    The highest weight of item ridge and how many products of the cart have one; the sum and the highest
    of the confidences of the pair rules.
    """
    pairs, said = bundle.bought_together, np.zeros((COLUMNS, n), dtype=np.float32)
    products, starts, weights, _ = rules.links.by_product
    if len(products):
        linked, inside = _inside(places[products])
        said[0, linked] = np.maximum.reduceat(weights, starts)[inside]
        said[1, linked] = _lengths(starts, len(weights))[inside]
    paired, inside = _inside(places[rules.by_pairs.products])
    confidence = pairs.pair_orders[rules.pairs[inside]] / pairs.product_orders[rules.antecedents[inside]]
    said[2] = np.bincount(paired, confidence, minlength=n)
    np.maximum.at(said[3], paired, confidence.astype(np.float32))
    return said


def _lengths(starts: np.ndarray, end: int) -> np.ndarray:
    """How long each of some stretches is that follow each other, up to an end."""
    lengths = np.empty_like(starts)
    np.subtract(starts[1:], starts[:-1], out=lengths[:-1])
    lengths[-1:] = end - starts[-1:]
    return lengths


def _inside(at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Those of these places that are somewhere, and which they are."""
    inside = (at != NOWHERE).nonzero()[0]
    return at[inside].astype(np.intp), inside
