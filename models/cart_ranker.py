"""A learned order of what may complete a cart: LightGBM over what the sources and the past say."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from models.arrays import Arrays, frozen
from models.cart_groups import CartGroups, no_cart_groups

if TYPE_CHECKING:
    from lightgbm import Booster

log = logging.getLogger(__name__)

FIELDS = ("trees", "first", "products", "customers", "negatives")
GROUPS = "groups_"  # what stands before the names of the groups' arrays


@dataclass(frozen=True, eq=False)
class CartRanker:
    """Trees, and what they want to know of products and customers that no other part has.

    trees      uint8 [n_bytes] LightGBM's text model; empty where no order was learned
    first      float32 [n_kinds, n_first_features] what is worth asking the trees about
               (see `models.cart_proposals`)
    products   float32 [n_products, n_product_columns] statistics
    customers  float32 [n_customers, n_customer_columns] statistics
    negatives  float64 [1] share of what was not bought that was learned from
    groups     which groups of products a cart calls for
    """

    trees: np.ndarray
    first: np.ndarray
    products: np.ndarray
    customers: np.ndarray
    negatives: np.ndarray
    groups: CartGroups

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

    @cached_property
    def _predicted(self) -> Callable[[np.ndarray], np.ndarray]:
        """What the trees say of rows float32 [n, n_features]: float64 [n]."""
        from models.trees import predictor  # noqa: PLC0415  # it loads LightGBM as well

        return predictor(self._booster)

    def chances(self, features: np.ndarray) -> np.ndarray:
        """float64 [n]: how likely candidates (float32 [n, n_features]) are to complete the cart, 0 to 1."""
        seen = self._predicted(features)
        chances: np.ndarray = seen / (seen + (1 - seen) / float(self.negatives[0]))
        return chances

    def to_arrays(self) -> Arrays:
        of_groups = {GROUPS + name: array for name, array in self.groups.to_arrays().items()}
        return {name: getattr(self, name) for name in FIELDS} | of_groups

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        of_groups = {n.removeprefix(GROUPS): a for n, a in arrays.items() if n.startswith(GROUPS)}
        return cls(**{name: arrays[name] for name in FIELDS}, groups=CartGroups.from_arrays(of_groups))


def no_cart_ranker(n_products: int, n_customers: int) -> CartRanker:
    """Nothing learned: carts are answered by the mix of sources."""
    return CartRanker(
        trees=frozen(np.empty(0, dtype=np.uint8)),
        first=frozen(np.empty((0, 0), dtype=np.float32)),
        products=frozen(np.empty((n_products, 0), dtype=np.float32)),
        customers=frozen(np.empty((n_customers, 0), dtype=np.float32)),
        negatives=frozen(np.ones(1)),
        groups=no_cart_groups(n_products),
    )
