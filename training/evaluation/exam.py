"""An exam: what was known before a cut, and what customers bought after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl

from models.ids import UNKNOWN, IdMap
from training.data.orders import Orders
from training.evaluation.rows import Rows
from training.evaluation.split import Cut, NotJudgeable, iso_day

Part = Literal["all", "repeat", "new", "cart"]
CUSTOMER_PARTS: tuple[Part, ...] = ("all", "repeat", "new")
PARTS: tuple[Part, ...] = (*CUSTOMER_PARTS, "cart")

NO_PRODUCTS = np.empty(0, dtype=np.int32)

# Fewer say nothing: one customer more or less would move a share of theirs by a tenth.
MIN_CUSTOMERS = 10

# Enough for a standard error below 0.01 at any hit rate.
MAX_CARTS = 3_000
MAX_LEARNED = 12_000  # carts: more would make the order of carts little better
MAX_BASKET = 200  # products; the service takes no larger cart


@dataclass(frozen=True, slots=True, eq=False)
class Carts:
    """Baskets from after the cut with one product taken out, to be guessed from the rest.

    customers  int32 [n_carts] index in the history's customers, UNKNOWN for a guest or a new customer
    owned      [n_carts] products that the customer bought before the cut
    baskets    [n_carts] what is left, at least one product known before the cut
    removed    [n_carts] one product each; in an exam never one that the customer had bought before the cut
    """

    customers: np.ndarray
    owned: Rows
    baskets: Rows
    removed: Rows

    def __len__(self) -> int:
        return len(self.customers)

    def take(self, rows: np.ndarray) -> Carts:
        """These carts alone, in this order."""
        return Carts(
            self.customers[rows], self.owned.take(rows), self.baskets.take(rows), self.removed.take(rows)
        )

    def removed_is_owned(self) -> np.ndarray:
        """bool [n_carts]: had the customer bought the removed product before the cut?"""
        owned: np.ndarray = self.owned.contains(self.removed.products[:, None])[:, 0]  # one product a row
        return owned


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """One cut of the orders. Customers are those with orders before the cut and purchases after it.

    history      the order lines before the cut, with customers and orders numbered anew; products
                 keep their numbers
    customers    int32 [n_customers] judged, as positions in history.customers
    owned        [n_customers] products bought before the cut
    bought       [n_customers] products bought after it
    last_basket  [n_customers] products of the last order before the cut
    carts        for cart completion
    any_carts    carts that lost any product, one the customer had bought before too: to learn from
    n_sold       products with a sale before the cut: what a method could know of
    """

    cut: Cut
    history: Orders
    customers: np.ndarray
    owned: Rows
    bought: Rows
    last_basket: Rows
    carts: Carts
    any_carts: Carts
    n_sold: int

    def truth(self, part: Part) -> Rows:
        """What counts as right: a customer's purchases, all or repeated or new; what a cart lost."""
        if part == "all":
            return self.bought
        if part == "cart":
            return self.carts.removed
        repeated = self.bought.within(self.owned)
        return self.bought.where(repeated if part == "repeat" else ~repeated)

    def size(self, part: Part) -> int:
        """How many lists the part asks for: one a customer, or one a cart."""
        return len(self.carts) if part == "cart" else len(self.customers)

    def limits(self, part: Part, row: int) -> np.ndarray:
        """Products int32 [n]: repeat allows these alone, new and cart allow all others; all has none."""
        if part == "cart":
            return np.concatenate([self.carts.baskets.of(row), self.carts.owned.of(row)])
        return NO_PRODUCTS if part == "all" else self.owned.of(row)


def set_exam(
    orders: Orders, lines: pl.DataFrame, cut: Cut, max_customers: int, seed: int
) -> Exam | NotJudgeable:
    """The exam at `cut`, from `lines` (all of the orders' lines, or a sample by customer).

    An order with lines on both sides of the cut teaches with its earlier lines and is no truth:
    half of a basket would give the other half away. Nothing at or after the cut is in `history`.
    """
    before = lines.filter(pl.col("day") < cut.at)
    history, number = renumbered(orders, before)
    after = lines.filter((pl.col("day") >= cut.at) & (pl.col("day") < cut.stop))
    after = after.filter(~pl.col("order").is_in(before["order"].unique().implode()))
    # Customers of the window by their number in the history, UNKNOWN for those who are new in it.
    buyer = number[after["customer"].to_numpy()]
    product = after["product"].to_numpy()
    rng = np.random.default_rng(seed)
    customers = sampled(np.unique(buyer[buyer != UNKNOWN]), max_customers, rng)
    if len(customers) < MIN_CUSTOMERS:
        return NotJudgeable(
            f"not evaluated: {len(customers)} customers with orders before {iso_day(cut.at)} bought from then"
            f" to {iso_day(cut.stop - 1)}, {MIN_CUSTOMERS} are needed"
        )
    row = np.full(len(history.customers) + 1, UNKNOWN, dtype=np.int64)  # the last slot is UNKNOWN's
    row[customers] = np.arange(len(customers))
    known = history.lines
    sold = np.zeros(len(orders.products), dtype=bool)
    sold[known["product"].to_numpy()] = True
    carts, any_carts = _carts(after["order"].to_numpy(), buyer, product, known, sold, rng)
    return Exam(
        cut=cut,
        history=history,
        customers=customers.astype(np.int32),
        owned=rows_of(row, known["customer"].to_numpy(), known["product"].to_numpy(), len(customers)),
        bought=rows_of(row, buyer, product, len(customers)),
        last_basket=last_baskets(known, row, len(customers)),
        carts=carts,
        any_carts=any_carts,
        n_sold=int(sold.sum()),
    )


def renumbered(orders: Orders, before: pl.DataFrame) -> tuple[Orders, np.ndarray]:
    """The orders made of these lines alone, and the new number of every old customer.

    The numbers are int32 [n_customers + 1], UNKNOWN where a customer has no line; the last slot is
    for guests, whose customer is -1 in the lines.
    """
    customer = before["customer"].to_numpy()
    kept = np.unique(customer[customer >= 0])
    number = np.full(len(orders.customers) + 1, UNKNOWN, dtype=np.int32)
    number[kept] = np.arange(len(kept), dtype=np.int32)
    old_orders, order = np.unique(before["order"].to_numpy(), return_inverse=True)
    lines = before.with_columns(
        pl.Series("order", order.astype(np.int32)), pl.Series("customer", number[customer])
    )
    customers = IdMap(orders.customers.ids[kept])
    return replace(orders, lines=lines, customers=customers, n_orders=len(old_orders)), number


def sampled(items: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    return items if len(items) <= most else np.sort(rng.choice(items, most, replace=False))


def rows_of(row: np.ndarray, customer: np.ndarray, product: np.ndarray, n_rows: int) -> Rows:
    """The products of each judged customer; `row` maps customers to rows, UNKNOWN for the others."""
    rows = row[customer]
    judged = rows != UNKNOWN
    return Rows.of_pairs(rows[judged], product[judged], n_rows)


def last_baskets(known: pl.DataFrame, row: np.ndarray, n_rows: int) -> Rows:
    """Orders are numbered by time: the last one of a customer has the highest number."""
    rows = row[known["customer"].to_numpy()]
    order = known["order"].to_numpy()
    last = np.full(n_rows + 1, -1, dtype=np.int64)
    np.maximum.at(last, rows, order)
    in_last = (rows != UNKNOWN) & (last[rows] == order)
    return Rows.of_pairs(rows[in_last], known["product"].to_numpy()[in_last], n_rows)


def _carts(
    order: np.ndarray,
    buyer: np.ndarray,
    product: np.ndarray,
    known: pl.DataFrame,
    sold: np.ndarray,
    rng: np.random.Generator,
) -> tuple[Carts, Carts]:
    """At most MAX_CARTS of the carts that lost what is new to the customer: cross-sell never offers the
    others. And at most MAX_LEARNED of all.
    """
    carts, sizes, _ = carts_of(order, buyer, product, known, sold, rng)
    fair = (sizes >= 2) & ~carts.removed_is_owned()
    judged = carts.take(sampled(np.flatnonzero(fair), MAX_CARTS, rng))
    return judged, carts.take(sampled(np.flatnonzero(sizes >= 2), MAX_LEARNED, rng))


def carts_of(
    order: np.ndarray,
    buyer: np.ndarray,
    product: np.ndarray,
    known: pl.DataFrame,
    sold: np.ndarray,
    rng: np.random.Generator,
) -> tuple[Carts, np.ndarray, np.ndarray]:
    """Baskets with one product of each taken out at random; their sizes before that, and their orders.

    Only products sold before the cut stay in the basket. A cart is left out where nothing is left
    in it, and where it is larger than the service takes.
    """
    orders, first, number = np.unique(order, return_index=True, return_inverse=True)
    baskets = Rows.of_pairs(number, product, len(orders))
    sizes = baskets.lengths()
    taken = baskets.starts[:-1] + np.minimum((rng.random(len(orders)) * sizes).astype(np.int64), sizes - 1)
    removed = np.zeros(len(baskets.products), dtype=bool)
    removed[taken] = True
    customers = buyer[first]
    rest, lost = baskets.where(~removed & sold[baskets.products]), baskets.where(removed)
    kept = np.flatnonzero((rest.lengths() > 0) & (rest.lengths() <= MAX_BASKET))
    return Carts(customers, _owned(known, customers), rest, lost).take(kept), sizes[kept], orders[kept]


def _owned(known: pl.DataFrame, customers: np.ndarray) -> Rows:
    """What each of these customers [n], repeats and UNKNOWN allowed, bought before the cut."""
    named, which = np.unique(customers, return_inverse=True)
    row = np.full(int(max(named.max(initial=0), known["customer"].max() or 0)) + 2, UNKNOWN)
    row[named[named != UNKNOWN]] = np.flatnonzero(named != UNKNOWN)
    return rows_of(row, known["customer"].to_numpy(), known["product"].to_numpy(), len(named)).take(which)
