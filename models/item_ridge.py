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
        known = self._known(shown)
        positions = ranges(self.starts[known], self.starts[known + 1])
        if not len(positions):
            return NOTHING
        scores = np.bincount(self.products[positions], self.weights[positions])
        scores[known[known < len(scores)]] = 0
        found = scores.nonzero()[0]
        top = found[best(scores[found], n)]
        return Scored(top.astype(np.int32), scores[top].astype(np.float32))

    def strongest(self, shown: np.ndarray, product: int) -> Link | None:
        """The product of the basket with the highest weight for `product`; None where none has any."""
        known = self._known(shown)
        starts, stops = self.starts[known], self.starts[known + 1]
        positions = ranges(starts, stops)
        at = (self.products[positions] == product).nonzero()[0]
        if not len(at):
            return None
        weights = self.weights[positions[at]]
        antecedents = np.repeat(known, stops - starts)[at]
        return Link(int(antecedents[weights.argmax()]), float(weights.max()))

    def _known(self, shown: np.ndarray) -> np.ndarray:
        """Those of these products that are in the catalogue."""
        known: np.ndarray = shown[(shown > UNKNOWN) & (shown < len(self.starts) - 1)]
        return known

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})
