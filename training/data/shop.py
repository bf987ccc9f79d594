"""One entry to all of a shop's data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from config.data import Data
from training.data.columns import TableName
from training.data.customers import read_customers
from training.data.orders import Orders, read_orders, refuse_nothing_left
from training.data.products import read_products
from training.data.provider import Provider, read_provider
from training.data.rejects import RejectsFile
from training.data.report import ReadReport, TableReport


@dataclass(frozen=True, slots=True, eq=False)
class Shop:
    """Everything read.

    products    the products table (see read_products), None where the shop has none
    customers   the customers table (see read_customers), None where the shop has none; never shown,
                because it holds e-mail addresses and phone numbers
    """

    orders: Orders
    products: pl.DataFrame | None
    customers: pl.DataFrame | None = field(repr=False)
    report: ReadReport


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """All that a configuration names: a shop with orders, a provider with plans, or both."""

    shop: Shop | None
    provider: Provider | None

    @property
    def report(self) -> ReadReport:
        """Every table that was read."""
        of_shop = {} if self.shop is None else self.shop.report.tables
        return ReadReport({**of_shop, **({} if self.provider is None else self.provider.reports)})


def read_tables(
    data: Data, progress: Callable[[str], None] = lambda _: None, *, now: datetime | None = None
) -> Tables:
    """Read what is configured, and write one rejects file of it where one is asked for.

    What is dated after `now`, the clock of this machine unless given, is rejected. Raises ConfigError for
    a setting and DataError for a source that cannot be used; the rejects file is written whole or not at
    all, also when nothing is left of the orders.
    """
    rejects = RejectsFile(data.rejects) if data.rejects is not None else None
    provider = read_provider(data, progress, rejects=rejects, now=now) if data.has_plans else None
    if data.orders is not None:
        return Tables(read_shop(data, progress, rejects=rejects, now=now), provider)
    if rejects is not None:
        rejects.write()
    return Tables(None, provider)


def read_shop(
    data: Data,
    progress: Callable[[str], None] = lambda _: None,
    *,
    rejects: RejectsFile | None = None,
    now: datetime | None = None,
) -> Shop:
    """Read products, orders and customers; write the rejects file where one is asked for.

    `progress` is told in a few words what is being done; `rejects` may hold rows of other tables; order
    lines dated after `now`, the clock of this machine unless given, are rejected.
    Raises ConfigError for a setting and DataError for a source that cannot be used; the rejects file
    is written whole or not at all, also when nothing is left of the orders.
    """
    if rejects is None and data.rejects is not None:
        rejects = RejectsFile(data.rejects)
    reports: dict[TableName, TableReport] = {}
    products = customers = None
    excluded: frozenset[str] = frozenset()
    if data.products is not None:
        products, excluded, reports["products"] = read_products(data, progress, rejects=rejects)
    listed = products["product_id"] if products is not None else None
    orders, reports["orders"] = read_orders(
        data, progress, listed=listed, excluded=excluded, rejects=rejects, now=now
    )
    if data.customers is not None and reports["orders"].rows_kept:
        customers, reports["customers"] = read_customers(
            data, progress, with_orders=orders.customers, rejects=rejects
        )
    if rejects is not None:
        rejects.write()
    refuse_nothing_left(reports["orders"])
    return Shop(orders, products, customers, ReadReport(reports))
