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
        known = orders.lines.select("customer", "order", "product", "day").filter(pl.col("customer") != GUEST)
        order = known["order"].to_numpy()
        table = order_table(known, orders.n_orders)
        # Orders are numbered by time, so that customer and order is customer and time.
        held = np.flatnonzero(np.bincount(order, minlength=orders.n_orders))
        held = held[np.argsort(table.customer[held], kind="stable")].astype(np.int32)
        number = np.full(orders.n_orders, -1, dtype=np.int32)
        number[held] = np.arange(len(held), dtype=np.int32)
        n_products = len(orders.products)
        keys = number[order].astype(np.int64) * n_products + known["product"].to_numpy()
        del known, order
        keys, price = _mean_prices(keys, orders.lines.filter(pl.col("customer") != GUEST)["price"])
        basket = (keys // max(n_products, 1)).astype(np.int32)
        return cls(
            customer=table.customer[held][basket],
            product=(keys % max(n_products, 1)).astype(np.int32),
            basket=basket,
            price=price,
            basket_customer=table.customer[held],
            basket_day=table.day[held],
            n_customers=len(orders.customers),
            n_products=n_products,
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


def _mean_prices(keys: np.ndarray, prices: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """The distinct keys (int64 [n] of n lines), ascending, and the mean price float32 of each.

    Sorted rather than grouped: a table of groups takes ten times the memory of the lines.
    """
    by_key = np.argsort(keys)
    keys = keys[by_key]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    if not len(first):
        return keys, np.empty(0, dtype=np.float32)
    values = prices.cast(pl.Float32).fill_null(float("nan")).to_numpy()[by_key]
    del by_key
    given = ~np.isnan(values)
    counts = np.add.reduceat(given, first, dtype=np.int32)
    values[~given] = 0
    sums = np.add.reduceat(values, first, dtype=np.float64)
    with np.errstate(invalid="ignore"):  # no price at all: 0 / 0 is the NaN that says so
        return keys[first], (sums / counts).astype(np.float32)
