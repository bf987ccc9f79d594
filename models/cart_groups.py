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

    def block(self, grouping: int) -> np.ndarray:
        """The links of one grouping, float32 [linked, linked]."""
        size, begin = int(self.linked[grouping]), int((self.linked[:grouping] ** 2).sum())
        return self.links[begin : begin + size * size].reshape(size, size)

    def features(
        self, products: np.ndarray, mine: np.ndarray, shown: np.ndarray, own: OwnPurchases | None
    ) -> np.ndarray:
        """float32 [COLUMNS * n_groupings, n] for candidates int32 [n] and a cart of distinct products.

        For each grouping how many products of the cart share the candidate's group; how much the cart
        calls for the group; and, NaN for a stranger (`own` None), the customer's share of orders with the
        group, the candidate's part of it, and the days since the group was last bought. `mine` float32 [n]
        is the customer's share of orders with the candidate itself.
        """
        n_groupings, nothing = len(self.of), self.n_groups
        group, in_cart = self.of[:, products], self.of[:, shown]
        none = group == nothing
        counts = np.bincount(in_cart.ravel(), minlength=nothing + 1).astype(np.float32)[group]
        counts[none] = 0
        called = np.empty((n_groupings, len(products)), dtype=np.float32)
        for at in range(n_groupings):
            called[at] = self._called(at, group[at], in_cart[at])
        habits = np.full((3, n_groupings, len(products)), np.nan, dtype=np.float32)
        if own is not None:
            of_own = self.of[:, own.products]
            share = np.bincount(of_own.ravel(), np.tile(own.shares, n_groupings), minlength=nothing + 1)
            last = np.full(nothing + 1, np.nan, dtype=np.float32)
            for groups in of_own:  # the latest purchase of a group is written last
                last[groups] = own.since
            habits[0] = share[group]
            habits[1] = mine / np.maximum(habits[0], 1e-6)
            habits[2] = last[group]
            habits[:, none] = np.nan
        return np.concatenate([counts, called, *habits])

    def _called(self, grouping: int, group: np.ndarray, in_cart: np.ndarray) -> np.ndarray:
        """float32 [n]: the sum of the links from the distinct groups of the cart to each of `group` [n]."""
        first, size = int(self.starts[grouping]), int(self.linked[grouping])
        cart = np.unique(in_cart - first)
        cart = cart[cart < size]
        to = group - first
        inside = to < size
        called = np.zeros(len(group), dtype=np.float32)
        called[inside] = self.block(grouping)[cart[:, None], to[inside]].sum(axis=0)
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
