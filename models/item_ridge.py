"""Item-to-item ridge regression: how much having one product raises the score of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays, best, ranges
from models.ids import UNKNOWN
from models.scored import NOTHING, Scored


class Link(NamedTuple):
    """The product of a basket that speaks most for another one, and its weight."""

    antecedent: int
    weight: float


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
        if not len(shown):
            return NOTHING
        known = self._known(shown)
        if len(known) == 1:  # a row is in order as it is, and no product speaks for itself
            start, stop = self.starts[known[0] : known[0] + 2].tolist()
            row = slice(start, min(stop, start + n))
            return Scored(self.products[row], self.weights[row])
        positions = ranges(self.starts[known], self.starts[known + 1])
        if not len(positions):
            return NOTHING
        products, scores = _summed(self.products[positions], self.weights[positions])
        places = np.minimum(products.searchsorted(known), len(products) - 1)
        scores[places[products[places] == known]] = 0
        top = best(scores, n)
        top = top[scores[top] > 0]
        return Scored(products[top], scores[top])

    def rows(self, shown: np.ndarray) -> np.ndarray:
        """The positions int64 [n] of all weights of these products (distinct indices int32)."""
        known = self._known(shown)
        return ranges(self.starts[known], self.starts[known + 1])

    def strongest(self, rows: np.ndarray, product: int) -> int:
        """Of these positions (see `rows`) that of the highest weight for a product they speak for.

        Of equals that of the product which is first in the basket.
        """
        positions = rows[self.products[rows] == product]
        return int(positions[self.weights[positions].argmax()])

    def link(self, position: int) -> Link:
        """The weight at a position, and whose it is."""
        antecedent = int(self.starts.searchsorted(position, side="right")) - 1
        return Link(antecedent, float(self.weights[position]))

    def _known(self, shown: np.ndarray) -> np.ndarray:
        """Those of these products that are in the catalogue."""
        known: np.ndarray = shown[(shown > UNKNOWN) & (shown < len(self.starts) - 1)]
        return known

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})


def _summed(products: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct products, ascending, and the sum of the weights of each; at least one is given.

    Sorting a few hundred takes the same time for every catalogue; counting by product would not.
    """
    order = products.argsort(kind="stable")
    ordered = products[order]
    first = np.empty(len(ordered), dtype=bool)
    first[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    starts = first.nonzero()[0]
    return ordered[starts], np.add.reduceat(weights[order], starts)
