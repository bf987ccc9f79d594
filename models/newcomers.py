"""Customers who registered and have not bought yet: what is popular with those who told us the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays
from models.ids import UNKNOWN, IdMap

SOURCE = "segment_popularity"


class SegmentEvidence(NamedTuple):
    """Of the customers who told the same: how many bought a product, and how many they are.

    alike is summed over what was told (age band, first interest ...), so somebody may count twice.
    """

    buyers: int
    alike: int


@dataclass(frozen=True, slots=True, eq=False)
class Newcomers:
    """Lists by what was told; many newcomers share one.

    customers  those who told something and have no order
    told       int32 [n_customers] the row of each in the arrays below
    products   int32 [n_rows, length] best first
    scores     float32 [n_rows, length] the share of customers who told the same that is expected to buy it
    buyers     int32 [n_rows, length] customers alike who bought it
    alike      int32 [n_rows] customers alike
    """

    customers: IdMap
    told: np.ndarray
    products: np.ndarray
    scores: np.ndarray
    buyers: np.ndarray
    alike: np.ndarray

    def row(self, customer_id: str) -> int:
        """The row of a newcomer, UNKNOWN for somebody else."""
        at = self.customers.index(customer_id)
        return UNKNOWN if at == UNKNOWN else int(self.told[at])

    def evidence(self, row: int, product: int) -> SegmentEvidence:
        """How many of those alike bought a product of the row's list."""
        at = int(np.flatnonzero(self.products[row] == product)[0])
        return SegmentEvidence(int(self.buyers[row, at]), int(self.alike[row]))

    def to_arrays(self) -> Arrays:
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "customers"}
        return {**plain, "customers": self.customers.ids}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        plain = {name: arrays[name] for name in cls.__slots__ if name != "customers"}
        return cls(IdMap(arrays["customers"]), **plain)
