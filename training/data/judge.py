"""What is wrong with each order line by itself: ids, dates, quantities, prices, codes that are no product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from config.data import OrdersSource
from training.data.encode import (
    BAD_DATE,
    BAD_PRICE,
    BAD_QUANTITY,
    EMPTY_DATE,
    EMPTY_QUANTITY,
    FUTURE_DATE,
    Dictionaries,
)
from training.data.identifiers import BAD, MISSING, CleanIds, found_in
from training.data.reasons import Reason


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Lines with clean codes, and what became of each so far.

    lines          as Encoded.lines, with order, product, customer as Int32 positions in the ids below
                   (customer MISSING: guest, or an id that is unusable)
    reason         uint8 [n_lines] Reason, written to by the steps that follow
    cancellation   bool [n_lines] a usable line that takes back an earlier one
    bad_customer   bool [n_lines] the customer id was unusable: kept as a guest
    """

    lines: pl.DataFrame
    reason: np.ndarray
    cancellation: np.ndarray
    bad_customer: np.ndarray
    orders: CleanIds
    products: CleanIds
    customers: CleanIds


def judge_lines(
    lines: pl.DataFrame, dictionaries: Dictionaries, source: OrdersSource, excluded: frozenset[str]
) -> Judged:
    """Give every line the first reason that applies; `excluded` are product ids of excluded categories."""
    orders, products = dictionaries.orders.clean(), dictionaries.products.clean()
    customers = dictionaries.customers.clean()
    order, product = _positions(lines["order"], orders), _positions(lines["product"], products)
    customer = _positions(lines["customer"], customers)
    flaws = lines["flaws"].to_numpy()
    quantity = lines["quantity"].fill_null(0).to_numpy()
    reason = np.zeros(len(lines), dtype=np.uint8)

    def mark(wrong: np.ndarray, why: Reason) -> None:
        reason[wrong & (reason == Reason.KEPT)] = why

    mark(order == MISSING, Reason.MISSING_ORDER_ID)
    mark(product == MISSING, Reason.MISSING_PRODUCT_ID)
    mark((order == BAD) | (product == BAD), Reason.BAD_ID)
    mark((flaws & (BAD_DATE | EMPTY_DATE)) > 0, Reason.BAD_DATE)
    mark((flaws & FUTURE_DATE) > 0, Reason.FUTURE_DATE)
    mark((flaws & (BAD_QUANTITY | EMPTY_QUANTITY)) > 0, Reason.BAD_QUANTITY)
    mark((flaws & BAD_PRICE) > 0, Reason.BAD_PRICE)
    mark(_matching(products.ids, source.non_product_pattern)[product], Reason.NON_PRODUCT)
    mark(_append_false(products.ids.is_in(list(excluded)).to_numpy())[product], Reason.EXCLUDED_CATEGORY)
    bad_customer = customer == BAD
    customer = np.where(bad_customer, np.int32(MISSING), customer)
    if source.cancellation_pattern is None:
        cancels = (quantity < 0) & (customer != MISSING)
    else:
        cancels = _matching(orders.ids, source.cancellation_pattern)[order] & (quantity != 0)
    mark(~cancels & ~(quantity > 0), Reason.NON_POSITIVE_QUANTITY)
    if "price" in lines.columns:
        price = lines["price"].fill_null(1).to_numpy()  # unknown is neither zero nor negative
        mark(price < 0, Reason.NEGATIVE_PRICE)
        if source.drop_zero_price:
            mark(price == 0, Reason.ZERO_PRICE)
    coded = lines.with_columns(
        pl.Series("order", order), pl.Series("product", product), pl.Series("customer", customer)
    )
    return Judged(coded, reason, cancels & (reason == Reason.KEPT), bad_customer, orders, products, customers)


def _positions(raw: pl.Series, ids: CleanIds) -> np.ndarray:
    """Raw codes -> positions, MISSING where the raw code is null."""
    codes: np.ndarray = np.append(ids.codes, np.int32(MISSING))
    positions: np.ndarray = codes[raw.fill_null(len(ids.codes)).to_numpy()]
    return positions


def _matching(ids: pl.Series, pattern: str | None) -> np.ndarray:
    return _append_false(found_in(ids, pattern).to_numpy())


def _append_false(flags: np.ndarray) -> np.ndarray:
    """With two more entries, so that the codes MISSING and BAD (-1, -2) index something that is false."""
    return np.append(flags, [False, False])
