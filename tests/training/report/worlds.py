"""The tiny world's orders as order lines with prices, and reports of it.

Every order of `tests.models.tiny` is placed at 12:30 UTC, one piece of each product. Revenue by product:
pizza 4 x 8.90 = 35.60, butter 5 x 3.10 = 15.50, bread 5 x 2.50 = 12.50, cola 5 x 1.80 = 9.00,
bread-xl 4.20, wine has no price: 76.80 in all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from config.settings import Settings
from config.training import TasteTrial
from config.value import Value
from models.bundle import Bundle
from models.ids import IdMap
from models.texts import Texts
from tests.models.tiny import ORDERS, tiny_bundle
from tests.models.tiny_names import CUSTOMERS, PRODUCTS
from training.choices import Choices, Trial
from training.data.orders import GUEST, Orders
from training.data.report import ReadReport, TableReport
from training.data.shop import Shop
from training.evaluation.exam import Part
from training.evaluation.protocol import Evaluation, Row
from training.evaluation.run import Judged
from training.fitting.buy_again import fit_buy_again
from training.gate import Check, GateVerdict
from training.ranking.fit import Rankers
from training.ranking.learned import Learned
from training.ranking.rankers import Ranker
from training.report.collect import Trained, collect
from training.report.content import ReportContent, Stage
from training.report.order_figures import ProductLabels
from training.value.fit import fit_customer_value
from training.value.fondness import fondness_of

PRICES = {"bread": 250, "bread-xl": 420, "butter": 310, "cola": 180, "pizza": 890, "wine": None}
FIRST = datetime(2024, 10, 5, 12, 30)  # a Saturday
LABELS = ProductLabels(id=lambda at: PRODUCTS[at], name=lambda at: PRODUCTS[at].upper())
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "order": pl.Int32,
    "customer": pl.Int32,
    "product": pl.Int32,
    "quantity": pl.Float32,
    "price": pl.Int64,
    "ordered_at": pl.Datetime("us"),
}


# Orders as a training learns them; their trees are nobody's business here.
LEARNED = Learned(Rankers(Ranker("all", ""), Ranker("new", ""), window=28), np.empty(0, dtype=np.uint8))


def lines_of(rows: Sequence[tuple[int, int, int, float, int | None, datetime]]) -> pl.DataFrame:
    """Order lines of (order, customer, product, quantity, price, ordered_at)."""
    return pl.DataFrame(list(rows), schema=SCHEMA, orient="row").with_columns(
        pl.col("ordered_at").dt.epoch("d").cast(pl.Int32).alias("day"),
        pl.lit(None, dtype=pl.Int64).alias("cost"),
    )


def tiny_lines() -> pl.DataFrame:
    """The 22 order lines of the tiny world."""
    return lines_of(
        [
            (
                order,
                GUEST if customer is None else CUSTOMERS.index(customer),
                PRODUCTS.index(product),
                1.0,
                PRICES[product],
                FIRST + timedelta(days=order),
            )
            for order, (customer, products) in enumerate(ORDERS)
            for product in products
        ]
    )


def evaluation() -> Evaluation:
    """Served is at 0.4 of all and 0.2 of new products with lists of 10, popularity at half of that."""
    judged: tuple[tuple[Part, float], ...] = (("all", 0.4), ("new", 0.2))
    rows = tuple(
        Row(name, part, k, recall * k / 10, recall * k / 20, recall * k / 12, share, 300)
        for part, good in judged
        for name, recall, share in (("popularity", good / 2, 0.01), ("served", good, 0.5))
        for k in (5, 10, 20)
    )
    return Evaluation(rows, {"window_days": 28, "test_from": "2024-09-01"})


def trained(lines: pl.DataFrame, bundle: Bundle | None = None, judged: Judged | None = None) -> Trained:
    """What a training of these lines would return, with figures made up where models would be fitted."""
    bundle = bundle or tiny_bundle()
    orders = Orders(lines, bundle.products, bundle.customers, {}, lines["order"].n_unique())
    table = TableReport(
        source="postgresql://shop:hunter2@db/shop",
        rows_read=30,
        rows_kept=22,
        seconds=0.25,
        rejected={"bad_date": 5, "exact_duplicate": 1},
        changed={"cancelled_in_part": 1},
        rows_netted=2,
        guest_rows=5,
        first=FIRST,
        last=FIRST + timedelta(days=9),
    )
    trials = (
        Trial("taste", {"regularization": 3.0, "alpha": 1.0}, "recall@10 on new products", 0.0312),
        Trial("taste", {"regularization": 30.0, "alpha": 1.0}, "recall@10 on new products", 0.0456, True),
    )
    choices = Choices(TasteTrial(regularization=30, alpha=1), {"taste": 0.25}, trials=trials)
    checks = (Check("recall@10 on all products", "the popularity baseline", 0.4, 0.2, 0.19, 300),)
    as_of = int(str(lines["day"].max())) + 1
    bought = fit_buy_again(lines, len(bundle.customers), len(bundle.products), as_of, 90)
    worth = fit_customer_value(orders, bundle.catalogue, Value(), as_of)
    return Trained(
        Shop(orders, None, None, ReadReport({"orders": table})),
        bundle.catalogue,
        bundle,
        judged or Judged(choices, evaluation(), LEARNED),
        GateVerdict(checks, ("there is no current artifact",)),
        worth,
        fondness_of(bought, bundle.catalogue, bundle.popularity, worth.value.value),
    )


def tiny_content(lines: pl.DataFrame | None = None, **changed: Bundle | Judged) -> ReportContent:
    """The report of the tiny world, or of these lines in it."""
    settings = Settings()
    parts = trained(tiny_lines() if lines is None else lines, **changed)  # type: ignore[arg-type]  # by name
    return collect(settings, parts, (Stage("reading", 1.5), Stage("fitting", 2.25)))


def renamed(names: Sequence[str]) -> Bundle:
    """The tiny bundle with other product names."""
    bundle = tiny_bundle()
    return replace(bundle, catalogue=replace(bundle.catalogue, names=Texts.of(names)))


def without_customers() -> Bundle:
    """The tiny bundle of a shop that knows nobody."""
    return replace(tiny_bundle(), customers=IdMap.of([]))
