"""What a product's page says by itself, mixed in training and only looked up by the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays, frozen
from models.ids import UNKNOWN

# What `sources` counts in: the sources that need not know the customer. Only append.
PAGE_SOURCES = ("bought_together", "cart_ridge", "trending", "popularity")


class PageList(NamedTuple):
    """One list, best first: `products` int32 [n], `strengths` float32 [n], `sources` uint8 [n]."""

    products: np.ndarray
    strengths: np.ndarray
    sources: np.ndarray


NOTHING_LISTED = PageList(
    np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32), np.empty(0, dtype=np.uint8)
)


@dataclass(frozen=True, slots=True, eq=False)
class PageLists:
    """A fixed number of products for every product's page; of length 0 where none were written.

    products   int32 [n_products, length] best first, UNKNOWN (-1) past the end of a list
    strengths  float32 [n_products, length] what the sources of PAGE_SOURCES add up to, weighted, descending
    sources    uint8 [n_products, length] position in PAGE_SOURCES of the one that added most
    """

    products: np.ndarray
    strengths: np.ndarray
    sources: np.ndarray

    def of(self, product: int) -> PageList:
        """The list of a page; nothing for an index out of range."""
        if not 0 <= product < len(self.products):
            return NOTHING_LISTED
        products = self.products[product]
        length = len(products) if not len(products) or products[-1] != UNKNOWN else int((products >= 0).sum())
        return PageList(products[:length], self.strengths[product, :length], self.sources[product, :length])

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})


def no_page_lists(n_products: int) -> PageLists:
    """Lists of length 0 for every page."""
    return PageLists(
        frozen(np.empty((n_products, 0), dtype=np.int32)),
        frozen(np.empty((n_products, 0), dtype=np.float32)),
        frozen(np.empty((n_products, 0), dtype=np.uint8)),
    )
