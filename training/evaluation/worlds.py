"""Worlds of a study: the orders and cuts that customers and carts are judged on, one where they agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from config.settings import Settings
from training.data.orders import Orders
from training.evaluation.papers import Rules, of_frequent_products
from training.evaluation.run import MAX_LINES
from training.evaluation.split import EPOCH, Cut, NotJudgeable, iso_day, split_by_time, thin


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Orders of the products that count, and two cuts of them.

    lines  all of the orders' lines, or a sample by customer (see `thin`)
    """

    name: str
    orders: Orders
    lines: pl.DataFrame
    validation: Cut
    test: Cut
    rules: Rules
    customers: bool
    carts: bool

    def facts(self) -> dict[str, Any]:
        """The windows, for people."""
        return {
            "validation": f"{iso_day(self.validation.at)} to {iso_day(self.validation.stop - 1)}",
            "test": f"{iso_day(self.test.at)} to {iso_day(self.test.stop - 1)}",
            "products": len(self.orders.products),
            "lines_sampled": len(self.lines) < len(self.orders.lines),
        }


def worlds_of(orders: Orders, settings: Settings) -> list[World] | NotJudgeable:
    """One world for customers and carts, or one for each where the settings give them different ones."""
    asked = settings.evaluation
    cuts = _cuts(orders.lines, settings)
    if isinstance(cuts, NotJudgeable):
        return cuts
    cart_cuts = _cart_cuts(settings) or cuts
    people = (cuts, asked.min_product_orders, _day(asked.product_orders_before) or cuts[0].at)
    carts = (
        cart_cuts,
        asked.carts.min_product_orders,
        _day(asked.carts.product_orders_before) or cart_cuts[0].at,
    )
    if people == carts or (cuts == cart_cuts and people[1] == carts[1] == 1):
        return [_world("customers and carts", orders, people, settings, customers=True, carts=True)]
    return [
        _world("customers", orders, people, settings, customers=True),
        _world("carts", orders, carts, settings, carts=True),
    ]


def _world(
    name: str,
    orders: Orders,
    of: tuple[tuple[Cut, Cut], int, int],
    settings: Settings,
    *,
    customers: bool = False,
    carts: bool = False,
) -> World:
    (validation, test), min_orders, before = of
    asked, training = settings.evaluation, settings.training
    kept = of_frequent_products(orders, min_orders, before)
    lines = thin(kept.lines, len(kept.customers), kept.n_orders, MAX_LINES, training.seed)
    rules = Rules(
        first_basket=asked.truth == "first_basket",
        min_truth_products=asked.min_truth_products,
        min_customer_orders=asked.min_customer_orders,
        max_customers=training.split.max_customers,
        min_basket_products=asked.carts.min_basket_products,
        max_carts=asked.carts.max_carts,
    )
    return World(name, kept, lines, validation, test, rules, customers, carts)


def _cuts(lines: pl.DataFrame, settings: Settings) -> tuple[Cut, Cut] | NotJudgeable:
    """Validation and test of the customers."""
    asked, split = settings.evaluation, settings.training.split
    window = asked.window_days or split.window_days
    if asked.validation_from is None or asked.test_from is None:
        found = split_by_time(lines, split.model_copy(update={"window_days": window}))
        return found if isinstance(found, NotJudgeable) else (found.validation, found.test)
    validation, test = _of(asked.validation_from), _of(asked.test_from)
    return Cut(validation, min(validation + window, test)), Cut(test, test + window)


def _cart_cuts(settings: Settings) -> tuple[Cut, Cut] | None:
    carts = settings.evaluation.carts
    if carts.validation_from is None or carts.test_from is None or carts.test_to is None:
        return None
    first, second, end = _of(carts.validation_from), _of(carts.test_from), _of(carts.test_to)
    return Cut(first, second), Cut(second, end)


def _day(value: date | None) -> int | None:
    return None if value is None else _of(value)


def _of(value: date) -> int:
    """The days since 1970-01-01."""
    return (value - EPOCH).days
