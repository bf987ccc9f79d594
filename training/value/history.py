"""What customers spent and when, in one pass over their order lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.data.orders import GUEST, Orders
from training.value.profit import Money


@dataclass(frozen=True, slots=True, eq=False)
class Spending:
    """Days on which customers bought, one row a customer and day, sorted so. Money in minor units.

    customer         int32 [n_rows]
    day              int32 [n_rows] days since 1970-01-01
    orders           int32 [n_rows]
    revenue, profit  float64 [n_rows]
    """

    n_customers: int
    customer: np.ndarray
    day: np.ndarray
    orders: np.ndarray
    revenue: np.ndarray
    profit: np.ndarray

    def before(self, day: int) -> Spending:
        """What was bought before a day."""
        return self._rows(self.day < day)

    def within(self, start: int, end: int) -> Spending:
        """What was bought from one day to before another."""
        return self._rows((self.day >= start) & (self.day < end))

    def total(self, amounts: np.ndarray) -> np.ndarray:
        """The sums by customer, float64 [n_customers], of amounts [n_rows]."""
        return np.bincount(self.customer, amounts, self.n_customers)

    def _rows(self, kept: np.ndarray) -> Spending:
        columns = (self.customer, self.day, self.orders, self.revenue, self.profit)
        return Spending(self.n_customers, *(column[kept] for column in columns))


def spending_of(orders: Orders, money: Money) -> Spending:
    """What the customers of some orders spent; guests are nobody's."""
    customer = orders.lines["customer"].to_numpy()
    known = customer != GUEST
    customer, day = customer[known], orders.lines["day"].to_numpy()[known]
    number = orders.lines["order"].to_numpy()[known]
    first = int(day.min()) if len(day) else 0
    span = (int(day.max()) - first + 1) if len(day) else 1
    place = customer.astype(np.int64) * span + (day - first)
    # Lines are in order of time, and an order has one moment: a stable sort keeps its lines together.
    order = np.argsort(place, kind="stable")
    place, number = place[order], number[order]
    new = np.ones(len(place), dtype=np.bool_)
    new[1:] = place[1:] != place[:-1]
    starts = np.flatnonzero(new)
    another = new.copy()
    another[1:] |= number[1:] != number[:-1]

    def summed(amounts: np.ndarray) -> np.ndarray:
        whole: np.ndarray = np.add.reduceat(amounts[order], starts) if len(starts) else np.empty(0)
        return whole

    return Spending(
        len(orders.customers),
        (place[starts] // span).astype(np.int32),
        (place[starts] % span + first).astype(np.int32),
        np.add.reduceat(another.astype(np.int32), starts) if len(starts) else np.empty(0, dtype=np.int32),
        summed(money.revenue[known]),
        summed(money.profit[known]),
    )


def gaps_of(spending: Spending) -> np.ndarray:
    """The median of days between a customer's days with orders, float32 [n_customers]; NaN under three."""
    same = spending.customer[1:] == spending.customer[:-1]
    owner, gap = spending.customer[1:][same], np.diff(spending.day)[same]
    order = np.lexsort((gap, owner))
    owner, gap = owner[order], gap[order].astype(np.float64)
    count = np.bincount(owner, minlength=spending.n_customers)
    start = np.concatenate([[0], np.cumsum(count)])[:-1]
    found = np.full(spending.n_customers, np.nan)
    enough = np.flatnonzero(count >= 2)
    low, high = start[enough] + (count[enough] - 1) // 2, start[enough] + count[enough] // 2
    found[enough] = (gap[low] + gap[high]) / 2
    return found.astype(np.float32)
