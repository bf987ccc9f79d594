"""What each customer bought: the personal frequencies behind buy_again, and what is not new to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from models.arrays import Arrays
from models.scored import NOTHING, Scored


class PurchaseEvidence(NamedTuple):
    """A customer's own record of one product. `last_day` counts days since 1970-01-01."""

    orders_with: int
    orders: int
    last_day: int


@dataclass(frozen=True, slots=True, eq=False)
class BuyAgain:
    """Purchases of every customer in compressed rows, best first.

    starts           int64 [n_customers + 1]
    products         int32 [n_purchases] product indices, by score, best first within a row
    scores           float32 [n_purchases] decayed share of the customer's orders with the product, 0 to 1:
                     sum of 0.5^(age/half-life) over orders with it / the same sum over all orders
    orders_with      uint16 [n_purchases] orders with the product
    last_day         uint16 [n_purchases] day of the last one, days since 1970-01-01
    customer_orders  int32 [n_customers] orders of the customer
    """

    starts: np.ndarray
    products: np.ndarray
    scores: np.ndarray
    orders_with: np.ndarray
    last_day: np.ndarray
    customer_orders: np.ndarray

    def of(self, customer: int) -> Scored:
        """All products the customer bought, likeliest to be bought again first."""
        if not 0 <= customer < len(self.customer_orders):
            return NOTHING
        row = slice(int(self.starts[customer]), int(self.starts[customer + 1]))
        return Scored(self.products[row], self.scores[row])

    def evidence(self, customer: int, product: int) -> PurchaseEvidence | None:
        """The customer's record of a product, None where they never bought it."""
        found = np.flatnonzero(self.of(customer).products == product)
        return self.record(customer, int(found[0])) if len(found) else None

    def record(self, customer: int, position: int) -> PurchaseEvidence:
        """The customer's record of the product at a position of their row, as `of` lists it."""
        at = int(self.starts[customer]) + position
        return PurchaseEvidence(
            int(self.orders_with[at]), int(self.customer_orders[customer]), int(self.last_day[at])
        )

    def to_arrays(self) -> Arrays:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        return cls(**{name: arrays[name] for name in cls.__slots__})
