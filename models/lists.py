"""Lists computed in training and only looked up by the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from models.arrays import Arrays
from models.ids import UNKNOWN
from models.scored import NOTHING, Scored


@dataclass(frozen=True, slots=True, eq=False)
class TopLists:
    """A fixed number of products for every row: a customer's taste, a product's likes.

    products  int32 [n_rows, length] product indices, best first, UNKNOWN (-1) past the end of a list
    scores    float32 [n_rows, length] descending; 0 past the end
    """

    products: np.ndarray
    scores: np.ndarray

    def of(self, row: int) -> Scored:
        """The list of a row; nothing for an index out of range."""
        if not 0 <= row < len(self.products):
            return NOTHING
        products = self.products[row]
        length = (
            len(products) if len(products) == 0 or products[-1] != UNKNOWN else int((products >= 0).sum())
        )
        return Scored(products[:length], self.scores[row, :length])

    def to_arrays(self) -> Arrays:
        return {"products": self.products, "scores": self.scores}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(arrays["products"], arrays["scores"])
