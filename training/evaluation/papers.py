"""Exam papers of `shopkeeper evaluate`: who is asked, what is right, and what may be listed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl

from models.ids import UNKNOWN, IdMap
from models.query import Kind
from training.data.orders import GUEST, Orders
from training.evaluation.exam import (
    MIN_CUSTOMERS,
    Carts,
    Exam,
    carts_of,
    last_baskets,
    renumbered,
    rows_of,
    sampled,
)
from training.evaluation.rows import Rows
from training.evaluation.split import Cut, NotJudgeable, iso_day

PaperPart = Literal["all", "repeat", "new", "cart", "cart new"]
MIN_CARTS = 10


@dataclass(frozen=True, slots=True)
class Rules:
    """What an exam asks; see config/default.toml, [evaluation]."""

    first_basket: bool = False
    min_truth_products: int = 1
    min_customer_orders: int = 1
    max_customers: int = 20_000
    min_basket_products: int = 2
    max_carts: int = 3_000


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One part of a paper: the same rows are asked, other products are right and may be listed.

    truth    [n_rows] what is right
    revenue  float64 [n_entries of truth] what was paid for it, minor units, 0 where unknown
    limits   [n_rows] products: with `only` none but these may be listed, else none of these
    kinds    what the service is asked for
    """

    part: PaperPart
    truth: Rows
    revenue: np.ndarray
    limits: Rows
    only: bool
    kinds: tuple[Kind, ...]

    def take(self, rows: np.ndarray) -> Question:
        """These rows alone, in this order."""
        truth = self.truth
        entry = Rows(truth.starts, np.arange(len(truth.products)))
        revenue = self.revenue[entry.take(rows).products]
        return replace(self, truth=truth.take(rows), revenue=revenue, limits=self.limits.take(rows))


@dataclass(frozen=True, slots=True, eq=False)
class Paper:
    """Customers, or carts, with their questions.

    customers  int32 [n_rows] positions in the history's customers, UNKNOWN for a guest or a stranger
    baskets    [n_rows] the cart, or the customer's last basket
    carts      are the baskets carts?
    """

    customers: np.ndarray
    baskets: Rows
    questions: tuple[Question, ...]
    carts: bool

    def __len__(self) -> int:
        return len(self.customers)

    def take(self, rows: np.ndarray) -> Paper:
        """These rows alone, in this order."""
        questions = tuple(question.take(rows) for question in self.questions)
        return Paper(self.customers[rows], self.baskets.take(rows), questions, self.carts)

    def thinned(self, most: int) -> Paper:
        """At most so many rows, spread evenly."""
        if len(self) <= most:
            return self
        return self.take(np.arange(most) * len(self) // most)


@dataclass(frozen=True, slots=True, eq=False)
class Sitting:
    """Both papers of one cut, or why there is none.

    exam  the same customers in the form that tuning takes; its carts are those of "cart new"
    """

    exam: Exam
    customers: Paper | NotJudgeable
    carts: Paper | NotJudgeable

    def exam_for_tuning(self) -> Exam | NotJudgeable:
        """The exam, unless there are too few customers to choose by."""
        return self.customers if isinstance(self.customers, NotJudgeable) else self.exam


def of_frequent_products(orders: Orders, min_orders: int, before: int) -> Orders:
    """The orders without products in fewer than `min_orders` baskets before day `before`.

    Products and orders without a line left are dropped and the others numbered anew.
    """
    lines = orders.lines
    if min_orders > 1:
        counted = lines.filter(pl.col("day") < before).group_by("product")
        counts = counted.agg(pl.col("order").n_unique()).filter(pl.col("order") >= min_orders)
        lines = lines.join(counts, on="product", how="semi", maintain_order="left")
    kept, product = np.unique(lines["product"].to_numpy(), return_inverse=True)
    numbers, order = np.unique(lines["order"].to_numpy(), return_inverse=True)
    lines = lines.with_columns(
        pl.Series("product", product.astype(np.int32)), pl.Series("order", order.astype(np.int32))
    )
    products = IdMap(orders.products.ids[kept])
    return replace(orders, lines=lines, products=products, n_orders=len(numbers))


def sit(orders: Orders, lines: pl.DataFrame, cut: Cut, rules: Rules, seed: int) -> Sitting:
    """The papers at `cut`, from `lines` (all of the orders' lines, or a sample by customer).

    Nothing at or after the cut is in the history; an order with lines on both sides is no truth.
    """
    before = lines.filter(pl.col("day") < cut.at)
    history, number = renumbered(orders, before)
    after = lines.filter((pl.col("day") >= cut.at) & (pl.col("day") < cut.stop))
    after = after.filter(~pl.col("order").is_in(before["order"].unique().implode()))
    after = after.select(
        "order",
        "product",
        pl.Series("buyer", number[after["customer"].to_numpy()]),
        revenue=(pl.col("price") * pl.col("quantity").cast(pl.Float64)).fill_null(0.0),
    )
    rng = np.random.default_rng(seed)
    bought = _right(after, history.lines, rules)
    customers = sampled(np.unique(bought["buyer"].to_numpy()), rules.max_customers, rng)
    row = np.full(len(history.customers) + 1, UNKNOWN, dtype=np.int64)  # the last slot is UNKNOWN's
    row[customers] = np.arange(len(customers))
    known = history.lines
    owned = rows_of(row, known["customer"].to_numpy(), known["product"].to_numpy(), len(customers))
    truth = rows_of(row, bought["buyer"].to_numpy(), bought["product"].to_numpy(), len(customers))
    last = last_baskets(known, row, len(customers))
    sold = np.zeros(len(orders.products), dtype=bool)
    sold[known["product"].to_numpy()] = True
    carts, revenue = _carts(after, known, sold, rules, rng)
    fresh = ~carts.removed_is_owned()
    exam = Exam(
        cut, history, customers.astype(np.int32), owned, truth, last, carts.take(np.flatnonzero(fresh)),
        carts, int(sold.sum()),
    )  # fmt: skip
    paid = _paid(truth, row, bought)
    return Sitting(exam, _customers_paper(exam, paid), _carts_paper(carts, revenue, fresh, cut))


def _right(after: pl.DataFrame, known: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """What counts as right, of customers with enough orders: buyer, product, revenue."""
    enough = (
        known.filter(pl.col("customer") != GUEST)
        .group_by(buyer="customer")
        .agg(pl.col("order").n_unique())
        .filter(pl.col("order") >= rules.min_customer_orders)
    )
    bought = (
        after.join(enough, on="buyer", how="semi")
        .group_by("buyer", "order", "product")
        .agg(pl.sum("revenue"))
    )
    if rules.first_basket:
        full = bought.group_by("buyer", "order").len().filter(pl.col("len") >= rules.min_truth_products)
        bought = bought.join(full.group_by("buyer").agg(pl.min("order")), on=["buyer", "order"], how="semi")
    bought = bought.group_by("buyer", "product").agg(pl.sum("revenue"))
    many = bought.group_by("buyer").len().filter(pl.col("len") >= rules.min_truth_products)
    return bought.join(many, on="buyer", how="semi")


def _paid(truth: Rows, row: np.ndarray, bought: pl.DataFrame) -> np.ndarray:
    """float64 [n_entries of truth]: what the customers paid for what is right."""
    rows = row[bought["buyer"].to_numpy()]
    asked = rows != UNKNOWN
    rows, product = rows[asked], bought["product"].to_numpy()[asked]
    order = np.lexsort((product, rows))  # the order of the entries, each of which is one row of `bought`
    paid: np.ndarray = bought["revenue"].to_numpy()[asked][order]
    return paid


def _carts(
    after: pl.DataFrame, known: pl.DataFrame, sold: np.ndarray, rules: Rules, rng: np.random.Generator
) -> tuple[Carts, np.ndarray]:
    """The carts, and float64 [n_carts] what was paid for the product taken out."""
    order, product = after["order"].to_numpy(), after["product"].to_numpy()
    carts, sizes, orders = carts_of(order, after["buyer"].to_numpy(), product, known, sold, rng)
    chosen = sampled(np.flatnonzero(sizes >= rules.min_basket_products), rules.max_carts, rng)
    carts = carts.take(chosen)
    lost = pl.DataFrame({"order": orders[chosen], "product": carts.removed.products})
    paid = after.group_by("order", "product").agg(pl.sum("revenue"))
    found = lost.join(paid, on=["order", "product"], how="left", maintain_order="left")
    return carts, found["revenue"].to_numpy()


def _customers_paper(exam: Exam, paid: np.ndarray) -> Paper | NotJudgeable:
    if len(exam.customers) < MIN_CUSTOMERS:
        return NotJudgeable(
            f"customers not judged: {len(exam.customers)} of those with orders before {iso_day(exam.cut.at)}"
            f" bought what is asked from then to {iso_day(exam.cut.stop - 1)}, {MIN_CUSTOMERS} are needed"
        )
    truth, owned = exam.bought, exam.owned
    repeat = truth.within(owned)
    nothing = Rows.of_pairs(np.empty(0, np.int64), np.empty(0, np.int64), len(exam.customers))
    questions = (
        Question("all", truth, paid, nothing, False, ("cross_sell", "buy_again")),
        Question("repeat", truth.where(repeat), paid[repeat], owned, True, ("buy_again",)),
        Question("new", truth.where(~repeat), paid[~repeat], owned, False, ("cross_sell",)),
    )
    return Paper(exam.customers, exam.last_basket, questions, carts=False)


def _carts_paper(carts: Carts, paid: np.ndarray, fresh: np.ndarray, cut: Cut) -> Paper | NotJudgeable:
    if len(carts) < MIN_CARTS:
        return NotJudgeable(
            f"carts not judged: {len(carts)} baskets from {iso_day(cut.at)} to {iso_day(cut.stop - 1)} are"
            f" large enough, {MIN_CARTS} are needed"
        )
    hidden = _union(carts.baskets, carts.owned)
    questions = (
        Question("cart", carts.removed, paid, carts.baskets, False, ("cross_sell", "buy_again")),
        Question("cart new", carts.removed.where(fresh), paid[fresh], hidden, False, ("cross_sell",)),
    )
    return Paper(carts.customers, carts.baskets, questions, carts=True)


def _union(first: Rows, second: Rows) -> Rows:
    rows = np.concatenate([first.row_of_entries(), second.row_of_entries()])
    return Rows.of_pairs(rows, np.concatenate([first.products, second.products]), len(first))
