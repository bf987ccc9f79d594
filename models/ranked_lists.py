"""Lists that training ranked for every known customer, and that the service only looks up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays, frozen
from models.ids import UNKNOWN

# What `sources` counts in: the source that ranked a product highest, as answers name it. Only append.
SOURCES = ("buy_again", "item_ridge", "taste")


class Ranked(NamedTuple):
    """One list, best first: `products` int32 [n], `scores` float32 [n], `sources` uint8 [n]."""

    products: np.ndarray
    scores: np.ndarray
    sources: np.ndarray


NONE_RANKED = Ranked(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32), np.empty(0, dtype=np.uint8))


@dataclass(frozen=True, slots=True, eq=False)
class RankedLists:
    """A fixed number of products for every customer.

    products  int32 [n_customers, length] best first, UNKNOWN (-1) past the end of a list
    scores    float32 [n_customers, length] the chance of a purchase, 0 to 1, descending; 0 past the end
    sources   uint8 [n_customers, length] position in SOURCES
    """

    products: np.ndarray
    scores: np.ndarray
    sources: np.ndarray

    def of(self, customer: int) -> Ranked:
        """The list of a customer; nothing for an index out of range."""
        if not 0 <= customer < len(self.products):
            return NONE_RANKED
        products = self.products[customer]
        length = len(products) if not len(products) or products[-1] != UNKNOWN else int((products >= 0).sum())
        return Ranked(products[:length], self.scores[customer, :length], self.sources[customer, :length])

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})


LISTS = ("new", "mixed", "again")


@dataclass(frozen=True, slots=True, eq=False)
class CustomerLists:
    """The lists of every known customer; of length 0 where no order could be learned.

    new     products new to the customer, as likely as they are to be bought soon
    mixed   products new to the customer, on the scale of `again`, for answers with both: first by how
            likely they are to be in the next basket, then as in `new`
    again   products bought before, as likely as they are to be in the next basket
    """

    new: RankedLists
    mixed: RankedLists
    again: RankedLists

    def to_arrays(self) -> Arrays:
        return {
            f"{name}_{field}": array
            for name in LISTS
            for field, array in getattr(self, name).to_arrays().items()
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(
            *(RankedLists(*(arrays[f"{name}_{field}"] for field in RankedLists.__slots__)) for name in LISTS)
        )


def no_ranked_lists(n_customers: int, length: int = 0) -> RankedLists:
    """Empty lists with room for `length` products; their arrays can be written."""
    return RankedLists(
        np.full((n_customers, length), UNKNOWN, dtype=np.int32),
        np.zeros((n_customers, length), dtype=np.float32),
        np.zeros((n_customers, length), dtype=np.uint8),
    )


def no_customer_lists(n_customers: int) -> CustomerLists:
    """Lists of length 0 for everybody."""
    return CustomerLists(
        *(RankedLists(*map(frozen, no_ranked_lists(n_customers).to_arrays().values())) for _ in LISTS)
    )
