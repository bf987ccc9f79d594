"""Shops with a planted truth, as lists of baskets: (customer or None, day, products)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from config.training import BoughtTogether, Ranking, Taste, TasteTrial, Training
from models.bundle import Bundle
from models.catalogue import NO_BRAND, NO_CATEGORY, NO_PRICE, NO_STOCK_KNOWN, Catalogue
from models.ids import IdMap
from models.texts import Texts
from training.bundle_fit import Shortcuts, fit_bundle
from training.choices import default_choices
from training.data.orders import Orders
from training.evaluation.exam import Exam
from training.evaluation.past import facts_of

Basket = tuple[str | None, int, tuple[str, ...]]

FIRST_DAY = 20_000  # 2024-10-04
# Rules with several antecedents are mined in a process of their own: seconds that these tests can save.
SETTINGS = Training(
    taste=Taste(
        factors=8,
        iterations=8,
        list_length=30,
        trials=(TasteTrial(regularization=0.05, alpha=1.0),),
    ),
    bought_together=BoughtTogether(max_antecedents=1),
    ranking=Ranking(enabled=False),  # learned orders are tested by themselves
)


def orders_of(baskets: Iterable[Basket]) -> Orders:
    """The orders made of these baskets, numbered by day."""
    ordered = sorted(baskets, key=lambda basket: basket[1])
    customers = IdMap.of(customer for customer, _, _ in ordered if customer is not None)
    products = IdMap.of(product for _, _, bought in ordered for product in bought)
    rows = [
        (number, -1 if customer is None else customers.index(customer), products.index(product), day)
        for number, (customer, day, bought) in enumerate(ordered)
        for product in bought
    ]
    frame = pl.DataFrame(
        rows,
        schema={"order": pl.Int32, "customer": pl.Int32, "product": pl.Int32, "day": pl.Int32},
        orient="row",
    )
    moments = [datetime(1970, 1, 1) + timedelta(days=row[3], minutes=row[0] % 1000) for row in rows]
    lines = frame.with_columns(
        quantity=pl.lit(1.0, dtype=pl.Float32),
        price=pl.lit(None, dtype=pl.Int64),
        cost=pl.lit(None, dtype=pl.Int64),
        channel=pl.lit(None, dtype=pl.Categorical()),
        ordered_at=pl.Series(moments, dtype=pl.Datetime("us")),
    )
    return Orders(lines, products, customers, {}, len(ordered))


def catalogue_of(orders: Orders, *, sold_out: Iterable[str] = ()) -> Catalogue:
    """A catalogue that knows nothing but what is sold out."""
    n_products = len(orders.products)
    stock = np.full(n_products, NO_STOCK_KNOWN, dtype=np.int32)
    stock[orders.products.indices(list(sold_out))] = 0
    return Catalogue(
        names=Texts.of(orders.products.take(np.arange(n_products))),
        categories=Texts.of([]),
        category=np.full(n_products, NO_CATEGORY, dtype=np.int32),
        family=np.arange(n_products, dtype=np.int32),
        price=np.full(n_products, NO_PRICE, dtype=np.int64),
        cost=np.full(n_products, NO_PRICE, dtype=np.int64),
        stock=stock,
        brands=Texts.of([]),
        brand=np.full(n_products, NO_BRAND, dtype=np.int32),
        tags=Texts.of([]),
        tag_starts=np.zeros(n_products + 1, dtype=np.int64),
        tag=np.empty(0, dtype=np.int32),
    )


def fitted(exam: Exam, settings: Training = SETTINGS) -> Bundle:
    """A bundle of the exam's history with default choices."""
    return fit_bundle(
        exam.history,
        catalogue_of(exam.history),
        settings,
        default_choices(settings.taste),
        facts_of(exam),
        shortcuts=Shortcuts(skip=frozenset({"similar"})),
    )


def loyal_shop(seed: int = 1) -> list[Basket]:
    """60 customers, each buying their own two of 60 products every week or so, and anything beside.

    Five products sell far more than the others, to anybody: popularity has something to go by.
    """
    rng = np.random.default_rng(seed)
    baskets: list[Basket] = []
    for number in range(60):
        own = rng.choice(np.arange(5, 60), 2, replace=False)
        for day in range(int(rng.integers(0, 7)), 168, 7):
            beside = {int(rng.integers(0, 5)), int(rng.integers(0, 60))}
            bought = tuple(f"p{product:02d}" for product in {*own.tolist(), *beside})
            baskets.append((f"c{number:02d}", FIRST_DAY + day, bought))
    return baskets


def combo_shop(seed: int = 2, guests: int = 4) -> list[Basket]:
    """20 products `a..` that go with `b..` of the same number, beside 10 that go with everything.

    So many guests a day show the pairs. Customers end on a basket with one `a` they never had before, and
    come back for its `b`, which they never had either.
    """
    rng = np.random.default_rng(seed)
    baskets: list[Basket] = []
    for day in range(168):
        for _ in range(guests):
            pair = int(rng.integers(0, 20))
            staple = f"s{int(rng.integers(0, 10))}"
            baskets.append((None, FIRST_DAY + day, (f"a{pair:02d}", f"b{pair:02d}", staple)))
    for number in range(80):
        pairs = rng.choice(20, 4, replace=False)
        for at, day in enumerate((20, 60, 100)):  # validation sees the third pair come, test the fourth
            staple = f"s{int(rng.integers(0, 10))}"
            first = f"a{pairs[at]:02d}"
            before = () if at == 0 else (f"b{pairs[at - 1]:02d}",)
            baskets.append((f"c{number:02d}", FIRST_DAY + day, (first, staple, *before)))
        baskets.append((f"c{number:02d}", FIRST_DAY + 120, (f"b{pairs[2]:02d}", f"a{pairs[3]:02d}")))
        baskets.append((f"c{number:02d}", FIRST_DAY + 150, (f"b{pairs[3]:02d}",)))
    return baskets
