"""The last baskets of every known customer: what they put together before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.arrays import Arrays, frozen
from models.scored import NOTHING, Scored
from models.sources import best_first

HALF_LIFE = 90.0  # days after which a basket says half as much


@dataclass(frozen=True, slots=True, eq=False)
class PastBaskets:
    """Baskets in compressed rows, by customer, then by time.

    starts   int64 [n_customers + 1] customer i's products are at positions starts[i] to starts[i + 1]
    products int32 [n_entries] basket by basket
    baskets  uint8 [n_entries] the basket of the customer's that an entry is in, counted from 0
    weights  float32 [n_entries] what a product in common with a basket says: rare products say more,
             large and old baskets less
    """

    starts: np.ndarray
    products: np.ndarray
    baskets: np.ndarray
    weights: np.ndarray

    def like(self, customer: int, shown: np.ndarray) -> Scored:
        """The customer's products in baskets like this cart (distinct products int32), best first.

        The score of a product is the sum over the baskets with it of the weights of what they share with
        the cart, over the same sum over all baskets and 1.
        """
        if not 0 <= customer < len(self.starts) - 1:
            return NOTHING
        row = slice(int(self.starts[customer]), int(self.starts[customer + 1]))
        products, baskets = self.products[row], self.baskets[row]
        common = (products[:, None] == shown).any(axis=1)
        if not common.any():
            return NOTHING
        likeness = np.bincount(baskets, common * self.weights[row])
        said = likeness[baskets]
        useful = (said > 0) & ~common
        if not useful.any():
            return NOTHING
        distinct, place = np.unique(products[useful], return_inverse=True)
        scores = np.bincount(place, said[useful]) / (1 + likeness.sum())
        return best_first(distinct, scores.astype(np.float32))

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})


def no_past_baskets(n_customers: int) -> PastBaskets:
    """No basket of anybody."""
    return PastBaskets(
        frozen(np.zeros(n_customers + 1, dtype=np.int64)),
        frozen(np.empty(0, dtype=np.int32)),
        frozen(np.empty(0, dtype=np.uint8)),
        frozen(np.empty(0, dtype=np.float32)),
    )
