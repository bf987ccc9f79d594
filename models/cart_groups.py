"""What the groups of products say of a cart: which groups it calls for, and what the customer does in them.

Product by product most pairs are too rare to say much; group by group (categories, names, tags) nearly
every cart says which others are missing. The product is then a matter of habit and of popularity.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays, frozen

COLUMNS = 5  # of each grouping
NO_LINKS = -1
FIELDS = ("of", "starts", "linked", "links")


class OwnPurchases(NamedTuple):
    """What a customer bought, what was bought last at the end.

    products  int32 [n] distinct
    shares    float32 [n] decayed share of the customer's orders with it
    since     float32 [n] days since it was last bought
    """

    products: np.ndarray
    shares: np.ndarray
    since: np.ndarray


@dataclass(frozen=True, eq=False)
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

    def features(
        self, products: np.ndarray, mine: np.ndarray, shown: np.ndarray, own: OwnPurchases | None
    ) -> np.ndarray:
        """float32 [COLUMNS * n_groupings, n] for candidates int32 [n] and a cart of distinct products.

        For each grouping how many products of the cart share the candidate's group; how much the cart
        calls for the group; and, NaN for a stranger (`own` None), the customer's share of orders with the
        group, the candidate's part of it, and the days since the group was last bought. `mine` float32 [n]
        is the customer's share of orders with the candidate itself.
        """
        if not len(self.of):
            return np.empty((0, len(products)), dtype=np.float32)
        theirs, in_cart = self.of.take(products, axis=1), self.of.take(shown, axis=1)
        # What there is to say of each group, and of none at the end; then of the groups of the candidates.
        of_groups = np.empty((3, self.n_groups + 1), dtype=np.float32)
        of_groups[0] = np.bincount(in_cart.ravel(), minlength=self.n_groups + 1)
        of_groups[1:] = np.nan
        if own is not None:
            of_own = self.of.take(own.products, axis=1).ravel()
            shares = np.concatenate([own.shares] * len(theirs))
            of_groups[1] = np.bincount(of_own, shares, minlength=self.n_groups + 1)
            # The latest purchase of a group is written last.
            of_groups[2, of_own] = np.concatenate([own.since] * len(theirs))
        of_groups[0, -1], of_groups[1:, -1] = 0, np.nan
        found = np.empty((COLUMNS, *theirs.shape), dtype=np.float32)
        found[::2] = of_groups.take(theirs, axis=1)
        _, called, share, part, _ = found
        in_cart.sort(axis=1)
        self._called(in_cart, theirs, out=called)
        np.divide(mine, np.maximum(share, 1e-6, out=part), out=part)
        return found.reshape(COLUMNS * len(theirs), len(products))

    @cached_property
    def n_groups(self) -> int:
        return int(self.starts[-1])

    @cached_property
    def _linked(self) -> tuple[np.ndarray, np.ndarray]:
        """int64 [n_groups + 1] where what each group says of others begins in `links`, and its place there
        among those that are spoken of; NO_LINKS for those without links.
        """
        begins = np.full(self.n_groups + 1, NO_LINKS, dtype=np.int64)
        places, begin = begins.copy(), 0
        for first, size in zip(self.starts[:-1].tolist(), self.linked.tolist(), strict=True):
            places[first : first + size] = np.arange(size)
            begins[first : first + size] = begin + size * places[first : first + size]
            begin += size * size
        return begins, places

    def _called(self, in_cart: np.ndarray, theirs: np.ndarray, out: np.ndarray) -> None:
        """Write to `out` float32 [n_groupings, n] how much the groups of the cart (int32 [n_groupings,
        n_shown], ascending) call for these, int32 [n_groupings, n].
        """
        if not len(self.links):
            out[:] = 0
            return
        begins, places = (each.take(at) for each, at in zip(self._linked, (in_cart, theirs), strict=True))
        calling = begins != NO_LINKS
        calling[:, 1:] &= in_cart[:, 1:] != in_cart[:, :-1]  # once, however many of its products are there
        said = self.links.take(begins[:, :, None] + places[:, None, :], mode="clip")
        said *= calling[:, :, None]
        np.add.reduce(said, axis=1, out=out)
        out *= places != NO_LINKS

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in FIELDS}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in FIELDS})


def no_cart_groups(n_products: int) -> CartGroups:
    """No grouping at all."""
    return CartGroups(
        of=frozen(np.empty((0, n_products), dtype=np.int32)),
        starts=frozen(np.zeros(1, dtype=np.int64)),
        linked=frozen(np.empty(0, dtype=np.int64)),
        links=frozen(np.empty(0, dtype=np.float32)),
    )
