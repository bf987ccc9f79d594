"""A learned order of what may complete a cart: LightGBM over what the sources and the past say."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from models.arrays import Arrays, frozen

if TYPE_CHECKING:
    from lightgbm import Booster

log = logging.getLogger(__name__)

FIELDS = ("trees", "products", "customers", "groups", "negatives")


@dataclass(frozen=True, eq=False)
class CartRanker:
    """Trees, and what they want to know of products and customers that no other part has.

    trees      uint8 [n_bytes] LightGBM's text model; empty where no order was learned
    products   float32 [n_products, n_product_columns] statistics
    customers  float32 [n_customers, n_customer_columns] statistics
    groups     int32 [n_groupings, n_products] group of each product in each grouping, -1 for none
    negatives  float64 [1] share of what was not bought that was learned from
    """

    trees: np.ndarray
    products: np.ndarray
    customers: np.ndarray
    groups: np.ndarray
    negatives: np.ndarray

    @property
    def learned(self) -> bool:
        """Is there an order to go by?"""
        return len(self.trees) > 0

    @cached_property
    def usable(self) -> bool:
        """Was an order learned, and can it be gone by here? The log says once if LightGBM is missing."""
        if not self.learned:
            return False
        try:
            self._booster  # noqa: B018  # loads LightGBM, which is kept
        except (ImportError, OSError) as error:
            log.warning(
                "carts are answered by the mix of sources, not by the learned order:"
                " LightGBM cannot be loaded (Debian's libgomp1 is needed): %s",
                error,
            )
            return False
        return True

    @cached_property
    def _booster(self) -> Booster:
        # Slow to import, and of no use where nothing was learned.
        from lightgbm import Booster  # noqa: PLC0415

        return Booster(model_str=self.trees.tobytes().decode())

    def chances(self, features: np.ndarray) -> np.ndarray:
        """float64 [n]: how likely candidates (float32 [n, n_features]) are to complete the cart, 0 to 1."""
        seen = np.asarray(self._booster.predict(features, num_threads=1))
        chances: np.ndarray = seen / (seen + (1 - seen) / float(self.negatives[0]))
        return chances

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in FIELDS}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in FIELDS})


def no_cart_ranker(n_products: int, n_customers: int) -> CartRanker:
    """Nothing learned: carts are answered by the mix of sources."""
    return CartRanker(
        frozen(np.empty(0, dtype=np.uint8)),
        frozen(np.empty((n_products, 0), dtype=np.float32)),
        frozen(np.empty((n_customers, 0), dtype=np.float32)),
        frozen(np.empty((0, n_products), dtype=np.int32)),
        frozen(np.ones(1)),
    )
