"""Item-to-item ridge regression: how much having one product raises the score of another."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays, best
from models.ids import UNKNOWN
from models.scored import NOTHING, Scored


class Link(NamedTuple):
    """The product of a basket that speaks most for another one, and its weight."""

    antecedent: int
    weight: float


class ByProduct(NamedTuple):
    """What the products of a basket say, by the product that is spoken for.

    products  int32 [m] distinct, ascending
    starts    int64 [m] where those of each begin in
    weights   float32 [n] those of one product as its antecedents are in the basket
    places    int64 [n] the place of each, row by row
    """

    products: np.ndarray
    starts: np.ndarray
    weights: np.ndarray
    places: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class ItemRidge:
    """Weights in compressed rows: row i holds what product i says of others, strongest first.

    starts    int64 [n_products + 1] row i holds positions starts[i] to starts[i + 1]
    products  int32 [n_weights] the products spoken for
    weights   float32 [n_weights] above 0: what a product in the basket adds to the score of another

    A score is the sum of the weights of the basket's products: an estimate of how much of the other
    product the basket holds, about 0 where the basket says nothing of it and 1 where it is sure.
    The regression without a product predicting itself is EASE (Steck, WWW 2019, equation 8).
    """

    starts: np.ndarray
    products: np.ndarray
    weights: np.ndarray

    def propose(self, shown: np.ndarray, n: int) -> Scored:
        """The n products with the highest scores for a basket (distinct indices int32), none of it."""
        return Links(self, shown[(shown > UNKNOWN) & (shown < len(self.starts) - 1)]).proposed(n)

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})


class Links:
    """What the products of a basket say of others, looked up and summed once, when it is first asked for."""

    def __init__(self, ridge: ItemRidge, shown: np.ndarray) -> None:
        """`shown` are distinct indices of products, int32."""
        self._ridge = ridge
        self._shown = shown

    @cached_property
    def _rows(self) -> list[slice]:
        """Where each product's weights are."""
        starts, shown = self._ridge.starts, self._shown
        return list(map(slice, starts[shown].tolist(), starts[shown + 1].tolist()))

    @cached_property
    def weights(self) -> tuple[np.ndarray, np.ndarray]:
        """The products int32 [n] spoken for, and the weights float32 [n]: row by row."""
        rows, ridge = self._rows, self._ridge
        if not rows:
            return NOTHING
        if len(rows) == 1:
            return ridge.products[rows[0]], ridge.weights[rows[0]]
        return (
            np.concatenate([ridge.products[row] for row in rows]),
            np.concatenate([ridge.weights[row] for row in rows]),
        )

    @cached_property
    def by_product(self) -> ByProduct:
        """All that is said of each product.

        Sorting a few hundred takes the same time for every catalogue; counting by product would not.
        """
        products, weights = self.weights
        order = products.argsort(kind="stable")
        ordered = products[order]
        first = np.empty(len(ordered), dtype=bool)
        first[:1] = True
        np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
        starts = first.nonzero()[0]
        return ByProduct(ordered[starts], starts, weights[order], order)

    def proposed(self, n: int) -> Scored:
        """The n products with the highest sums, none of the basket."""
        if len(self._shown) == 1:  # a row is in order as it is, and no product speaks for itself
            products, weights = self.weights
            return Scored(products[:n], weights[:n])
        products, starts, weights, _ = self.by_product
        if not len(products):
            return NOTHING
        scores = np.add.reduceat(weights, starts)
        places = np.minimum(products.searchsorted(self._shown), len(products) - 1)
        shown = places[products[places] == self._shown]
        scores[shown] = 0
        top = best(scores, min(n, len(scores) - len(shown)))
        return Scored(products[top], scores[top])

    def strongest(self, product: int) -> Link:
        """The highest weight for a product that is spoken for, and whose it is: of equals that of the product
        which is first in the basket.
        """
        found = self.by_product
        at = int(found.products.searchsorted(product))
        start = int(found.starts[at])
        stop = int(found.starts[at + 1]) if at + 1 < len(found.starts) else len(found.weights)
        place = start + int(found.weights[start:stop].argmax())
        row = bisect_right(self._ends, int(found.places[place]))
        return Link(int(self._shown[row]), float(found.weights[place]))

    @cached_property
    def _ends(self) -> list[int]:
        """Where each product's weights end, row by row."""
        return list(accumulate(row.stop - row.start for row in self._rows))
