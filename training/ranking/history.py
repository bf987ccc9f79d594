"""What known customers bought before a day, in the order in which features are computed from it.

`training.baselines.history` has the baskets of guests too, as one matrix: that is what the methods of the
papers need. Features need the order of entries, prices, and the same history as of any earlier day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from models.arrays import ranges
from training.data.orders import Orders
from training.matrices import GUEST, order_table


class Truth(NamedTuple):
    """What customers bought in a window: bool CSR [n_customers, n_products] both.

    first   the first basket of the window
    window  all baskets of the window
    """

    first: csr_matrix
    window: csr_matrix


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """One entry for every product of every basket of known customers, by customer, then by time.

    customer         int32 [n] ascending
    product          int32 [n]
    basket           int32 [n] row of the baskets, ascending
    price            float32 [n] minor units for a piece, NaN where unknown
    basket_customer  int32 [n_baskets]
    basket_day       int32 [n_baskets] days since 1970-01-01
    n_customers, n_products  the sizes of the id maps
    as_of            the first day that is not known
    """

    customer: np.ndarray
    product: np.ndarray
    basket: np.ndarray
    price: np.ndarray
    basket_customer: np.ndarray
    basket_day: np.ndarray
    n_customers: int
    n_products: int
    as_of: int

    @classmethod
    def of_orders(cls, orders: Orders, as_of: int) -> Self:
        """The orders of known customers, all of them before the day `as_of`.

        An order whose lines name several customers is one customer's, the same one as for buy_again,
        which is asked for the reasons of what is listed.
        """
        named = orders.lines.filter(pl.col("customer") != GUEST)
        owner = order_table(named, orders.n_orders).customer[named["order"].to_numpy()]
        known = named.select(
            pl.Series("customer", owner), "order", "product", "day", pl.col("price").cast(pl.Float32)
        )
        # Orders are numbered by time, so that customer and order is customer and time.
        entries = (
            known.group_by("customer", "order", "product")
            .agg(pl.col("day").first(), pl.col("price").mean())
            .sort("customer", "order", "product")
        )
        customer, order = entries["customer"].to_numpy(), entries["order"].to_numpy()
        first = np.ones(len(order), dtype=bool)
        first[1:] = (order[1:] != order[:-1]) | (customer[1:] != customer[:-1])
        return cls(
            customer=customer,
            product=entries["product"].to_numpy(),
            basket=(np.cumsum(first) - 1).astype(np.int32),
            price=entries["price"].fill_null(float("nan")).to_numpy(),
            basket_customer=customer[first],
            basket_day=entries["day"].to_numpy()[first],
            n_customers=len(orders.customers),
            n_products=len(orders.products),
            as_of=as_of,
        )

    def before(self, day: int) -> History:
        """The same as it was known before `day`."""
        known = self.basket_day < day
        return self._kept(known, known[self.basket], day)

    def take(self, customers: np.ndarray) -> History:
        """These customers [n] alone (distinct, ascending), numbered 0 to n - 1."""
        ends = self.customer.searchsorted(np.concatenate([customers, customers + 1]))
        rows = ranges(ends[: len(customers)], ends[len(customers) :])
        firsts = self.basket_customer.searchsorted(np.concatenate([customers, customers + 1]))
        baskets = ranges(firsts[: len(customers)], firsts[len(customers) :])
        return History(
            customer=customers.searchsorted(self.customer[rows]).astype(np.int32),
            product=self.product[rows],
            basket=baskets.searchsorted(self.basket[rows]).astype(np.int32),
            price=self.price[rows],
            basket_customer=customers.searchsorted(self.basket_customer[baskets]).astype(np.int32),
            basket_day=self.basket_day[baskets],
            n_customers=len(customers),
            n_products=self.n_products,
            as_of=self.as_of,
        )

    def truth(self, day: int, stop: int) -> Truth:
        """What customers bought from `day` to `stop` - 1."""
        inside = (self.basket_day >= day) & (self.basket_day < stop)
        rows = np.flatnonzero(inside)
        _, firsts = np.unique(self.basket_customer[rows], return_index=True)
        first = np.zeros(len(inside), dtype=bool)
        first[rows[firsts]] = True
        return Truth(self._bought(first), self._bought(inside))

    def decayed(self, half_life: float) -> csr_matrix:
        """float32 [n_customers, n_products]: the sum of 0.5^(age / half_life) over baskets, age in days."""
        weights = np.exp2(-self.age().astype(np.float32) / half_life)
        matrix = csr_matrix(
            (weights[self.basket], (self.customer, self.product)), shape=(self.n_customers, self.n_products)
        )
        matrix.sum_duplicates()
        return matrix

    def age(self) -> np.ndarray:
        """int32 [n_baskets]: days before the last day that is known."""
        return self.as_of - 1 - self.basket_day

    def places(self) -> np.ndarray:
        """int32 [n_baskets]: how many baskets the customer had after this one, 0 for the last."""
        ends = self.basket_customer.searchsorted(np.arange(self.n_customers), side="right")
        places: np.ndarray = ends[self.basket_customer] - 1 - np.arange(len(self.basket_day))
        return places.astype(np.int32)

    def basket_counts(self) -> np.ndarray:
        """int64 [n_customers]: baskets of each customer."""
        return np.bincount(self.basket_customer, minlength=self.n_customers)

    def baskets(self) -> csr_matrix:
        """float32 ones [n_baskets, n_products]."""
        return csr_matrix(
            (np.ones(len(self.basket), dtype=np.float32), (self.basket, self.product)),
            shape=(len(self.basket_day), self.n_products),
        )

    def owned(self) -> csr_matrix:
        """float32 ones [n_customers, n_products] where the customer ever bought the product."""
        return self._bought(np.ones(len(self.basket_day), dtype=bool))

    def _bought(self, baskets: np.ndarray) -> csr_matrix:
        entries = baskets[self.basket]
        matrix = csr_matrix(
            (np.ones(int(entries.sum()), dtype=np.float32), (self.customer[entries], self.product[entries])),
            shape=(self.n_customers, self.n_products),
        )
        matrix.sum_duplicates()
        matrix.data[:] = 1
        return matrix

    def _kept(self, baskets: np.ndarray, entries: np.ndarray, as_of: int) -> History:
        number = (np.cumsum(baskets) - 1).astype(np.int32)
        return History(
            customer=self.customer[entries],
            product=self.product[entries],
            basket=number[self.basket[entries]],
            price=self.price[entries],
            basket_customer=self.basket_customer[baskets],
            basket_day=self.basket_day[baskets],
            n_customers=self.n_customers,
            n_products=self.n_products,
            as_of=as_of,
        )
