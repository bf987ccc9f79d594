"""A shop where tea and milk went with bread more often than with sugar, until the cut."""

from __future__ import annotations

from functools import cache

import numpy as np

from models.bundle import Bundle, Facts
from tests.training.evaluation.worlds import FIRST_DAY, SETTINGS, Basket, catalogue_of, orders_of
from training.bundle_fit import Shortcuts, fit_bundle
from training.choices import default_choices
from training.data.orders import Orders
from training.evaluation.exam import Carts
from training.evaluation.rows import Rows
from training.ranking.carts import fit_cart_order, with_order, with_statistics
from training.ranking.history import History

DAYS = 120
CUT = FIRST_DAY + DAYS
N_CUSTOMERS, N_OTHERS = 30, 30
SHORTCUTS = Shortcuts(skip=frozenset({"basket_rules", "similar", "trade_up"}))


def tea_shop(seed: int = 3) -> list[Basket]:
    """Customers buy two of 30 other products weekly; guests buy tea, milk and bread, some of them sugar."""
    rng = np.random.default_rng(seed)
    baskets: list[Basket] = []
    for number in range(N_CUSTOMERS):
        for day in range(number % 7, DAYS, 7):
            own = {int(rng.integers(0, 30)), (number + int(rng.integers(0, 4))) % N_OTHERS}
            baskets.append((f"c{number:02d}", FIRST_DAY + day, tuple(f"o{item:02d}" for item in own)))
    for day in range(DAYS):
        third = "sugar" if rng.random() < 0.3 else "bread"
        baskets.append((None, FIRST_DAY + day, ("tea", "milk", third)))
    return baskets


@cache
def shop() -> Orders:
    return orders_of(tea_shop())


@cache
def ready() -> Bundle:
    """The bundle of the shop, with statistics and no order."""
    orders = shop()
    facts = Facts("v1", "2025-03-21T00:00:00Z", "EUR", 2, CUT - 1, {}, {})
    catalogue, choices = catalogue_of(orders), default_choices(SETTINGS.taste)
    bundle = fit_bundle(orders, catalogue, SETTINGS, choices, facts, shortcuts=SHORTCUTS)
    return with_statistics(bundle, orders, History.of_orders(orders, CUT))


@cache
def learned() -> Bundle:
    """The same with the order of 300 carts of tea and milk that lost their sugar."""
    order = fit_cart_order(ready(), lost_sugar(300), seed=1, threads=1)
    assert not isinstance(order, str), order
    return with_order(ready(), order)


def lost_sugar(n: int) -> Carts:
    """Carts of tea and milk, of guests and customers by turns, which always lose sugar."""
    products = shop().products
    basket = np.sort(products.indices(["tea", "milk"]))
    customers = np.where(np.arange(n) % 2, np.arange(n) % N_CUSTOMERS, -1).astype(np.int32)
    return Carts(
        customers,
        Rows.of_pairs(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), n),
        Rows.of_pairs(np.repeat(np.arange(n), 2), np.tile(basket, n), n),
        Rows.of_pairs(np.arange(n), np.full(n, products.index("sugar")), n),
    )
