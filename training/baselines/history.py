"""What a baseline may know: the orders before a cut as arrays; and what it is asked.

Guests' baskets are in it, as rules and EASE on carts need them; `training.ranking.history` leaves them out,
and keeps the order of entries and prices, from which features are computed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from training.data.orders import Orders
from training.matrices import GUEST, basket_matrix, order_table

# Scores that are held at one time: 10^7 float32 are 40 MB, whatever the number of products.
BLOCK_CELLS = 10_000_000

# The score of a product that a method has nothing to say about: it is not listed.
NOTHING_SAID = -np.inf


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Orders in order of time.

    baskets    float32 ones, CSR [n_orders, n_products]
    customer   int32 [n_orders] GUEST for none
    age        int32 [n_orders] days before the last known day, at least 0
    n_customers
    asked      int32 [n] the customers that will be asked about, ascending: what is worked out for each
               customer need not be worked out for the others
    """

    baskets: csr_matrix
    customer: np.ndarray
    age: np.ndarray
    n_customers: int
    asked: np.ndarray

    @classmethod
    def of(cls, orders: Orders, last_day: int, asked: np.ndarray) -> History:
        """The history of these orders, as known on `last_day` (days since 1970-01-01)."""
        baskets = basket_matrix(orders.lines, orders.n_orders, len(orders.products)).astype(np.float32)
        table = order_table(orders.lines, orders.n_orders)
        known = np.unique(asked[asked >= 0]).astype(np.int32)
        return cls(baskets, table.customer, last_day - table.day, len(orders.customers), known)

    @property
    def n_products(self) -> int:
        return int(self.baskets.shape[1])

    def per_customer(self, weights: np.ndarray) -> csr_matrix:
        """Weighted baskets summed by customer, CSR float32 [n_customers, n_products]; guests left out.

        `weights` [n_orders].
        """
        own = np.flatnonzero(self.customer != GUEST)
        sums = csr_matrix(
            (weights[own].astype(np.float32), (self.customer[own], own)),
            shape=(self.n_customers, self.baskets.shape[0]),
        )
        return (sums @ self.baskets).tocsr()

    def decayed(self, half_life: float) -> csr_matrix:
        """Purchases by customer, each as 0.5^(age / half_life); CSR float32 [n_customers, n_products]."""
        return self.per_customer(0.5 ** (self.age / half_life))

    def recency(self) -> np.ndarray:
        """int64 [n_orders]: how many later orders the same customer has; 0 is the last. Guests: 0."""
        by_customer = np.lexsort((np.arange(len(self.customer)), self.customer))
        ordered = self.customer[by_customer]
        stops = ordered.searchsorted(ordered, side="right")
        later = np.empty(len(ordered), dtype=np.int64)
        later[by_customer] = stops - 1 - np.arange(len(ordered))
        later[self.customer == GUEST] = 0
        return later

    def order_counts(self) -> np.ndarray:
        """int64 [n_customers]: orders of each customer."""
        return np.bincount(self.customer[self.customer != GUEST], minlength=self.n_customers)

    def product_orders(self, days: float = np.inf) -> np.ndarray:
        """int64 [n_products]: baskets with the product, of the last `days`."""
        recent = np.flatnonzero(self.age < days)
        return np.bincount(self.baskets[recent].indices, minlength=self.n_products)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A block of questions.

    customers  int32 [n] positions among the history's customers, -1 for a stranger
    baskets    float32 ones, CSR [n, n_products] the cart, or the customer's last basket
    """

    customers: np.ndarray
    baskets: csr_matrix


# Scores float32 [n, n_products] of a block, higher is better, NOTHING_SAID where there is no opinion.
Scorer = Callable[[Asked], np.ndarray]


def customer_rows(matrix: csr_matrix, customers: np.ndarray) -> csr_matrix:
    """The customers' rows [n, ...] of a matrix [n_customers, ...]; empty rows for strangers (-1)."""
    known = np.flatnonzero(customers >= 0)
    chosen = csr_matrix(
        (np.ones(len(known), dtype=np.float32), (known, customers[known])),
        shape=(len(customers), matrix.shape[0]),
    )
    return (chosen @ matrix).tocsr()


def dense_or_nothing(matrix: csr_matrix) -> np.ndarray:
    """The matrix as float32, NOTHING_SAID where it has no positive entry."""
    scores: np.ndarray = matrix.toarray().astype(np.float32, copy=False)
    scores[scores <= 0] = NOTHING_SAID
    return scores
