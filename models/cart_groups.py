"""What the groups of products say of a cart: which groups it calls for, and what the customer does in them.

Product by product most pairs are too rare to say much; group by group (categories, names, tags) nearly
every cart says which others are missing. The product is then a matter of habit and of popularity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays, frozen

COLUMNS = 5  # of each grouping


class OwnPurchases(NamedTuple):
    """What a customer bought, what was bought last at the end.

    products  int32 [n] distinct
    shares    float32 [n] decayed share of the customer's orders with it
    since     float32 [n] days since it was last bought
    """

    products: np.ndarray
    shares: np.ndarray
    since: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class CartGroups:
    """Groupings of the products, their groups numbered through from 0.

    of      int32 [n_groupings, n_products] the group of each product; n_groups for none
    starts  int64 [n_groupings + 1] grouping i has the groups starts[i] to starts[i + 1], the most
            frequent first
    linked  int64 [n_groupings] how many groups of each grouping have links
    links   float32 [sum of linked^2] for each grouping a square matrix, by rows: what a group in the cart
            adds to the score of another one, as in `models.item_ridge`
    """

    of: np.ndarray
    starts: np.ndarray
    linked: np.ndarray
    links: np.ndarray

    @property
    def n_groups(self) -> int:
        return int(self.starts[-1])

    def features(
        self, products: np.ndarray, mine: np.ndarray, shown: np.ndarray, own: OwnPurchases | None
    ) -> np.ndarray:
        """float32 [COLUMNS * n_groupings, n] for candidates int32 [n] and a cart of distinct products.

        For each grouping how many products of the cart share the candidate's group; how much the cart
        calls for the group; and, NaN for a stranger (`own` None), the customer's share of orders with the
        group, the candidate's part of it, and the days since the group was last bought. `mine` float32 [n]
        is the customer's share of orders with the candidate itself.
        """
        # What there is to say of each group, and of none at the end; then of the groups of the candidates.
        of_groups = np.full((4, self.n_groups + 1), np.nan, dtype=np.float32)
        counts = np.bincount(self.of[:, shown].ravel(), minlength=self.n_groups + 1)
        of_groups[0] = counts
        of_groups[1] = self._called(counts[:-1].nonzero()[0])
        if own is not None:
            of_own = self.of[:, own.products]
            shares = np.broadcast_to(own.shares, of_own.shape).ravel()
            of_groups[2] = np.bincount(of_own.ravel(), shares, minlength=self.n_groups + 1)
            for groups in of_own:  # the latest purchase of a group is written last
                of_groups[3, groups] = own.since
        of_groups[:2, -1], of_groups[2:, -1] = 0, np.nan
        counts, called, share, since = of_groups[:, self.of[:, products]]
        return np.concatenate([counts, called, share, mine / np.maximum(share, 1e-6), since])

    def _called(self, in_cart: np.ndarray) -> np.ndarray:
        """float32 [n_groups + 1]: how much the distinct groups of the cart call for each group."""
        called = np.zeros(self.n_groups + 1, dtype=np.float32)
        begins, begin = in_cart.searchsorted(self.starts), 0
        for at, size in enumerate(self.linked.tolist()):
            first = self.starts[at]
            cart = in_cart[begins[at] : begins[at + 1]] - first
            block = self.links[begin : begin + size * size].reshape(size, size)
            called[first : first + size] = block[cart[cart < size]].sum(axis=0)
            begin += size * size
        return called

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})


def no_cart_groups(n_products: int) -> CartGroups:
    """No grouping at all."""
    return CartGroups(
        of=frozen(np.empty((0, n_products), dtype=np.int32)),
        starts=frozen(np.zeros(1, dtype=np.int64)),
        linked=frozen(np.empty(0, dtype=np.int64)),
        links=frozen(np.empty(0, dtype=np.float32)),
    )
