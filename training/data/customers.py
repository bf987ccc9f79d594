"""The customers table: who is registered, with or without an order."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import polars as pl

from config.data import Data
from models.errors import ConfigError
from models.ids import IdMap
from training.data.columns import CUSTOMER_COLUMNS
from training.data.rejects import RejectsFile
from training.data.report import TableReport
from training.data.tables import read_text_table


def read_customers(
    data: Data,
    progress: Callable[[str], None] = lambda _: None,
    *,
    with_orders: IdMap | None = None,
    rejects: RejectsFile | None = None,
) -> tuple[pl.DataFrame, TableReport]:
    """Read `[data.customers]`: one row per customer, sorted by customer_id.

    customer_id and the canonical columns that the source has, all String, null where empty.
    E-mail addresses and phone numbers must not leave this frame: into no log, report or artifact.
    The report counts registered customers with and without an order. Raises ConfigError or DataError
    as every reader does.
    """
    if data.customers is None:
        raise ConfigError("no customers to read: set path, or url and query", key="data.customers")
    started = perf_counter()
    table = read_text_table(data.customers, CUSTOMER_COLUMNS, progress, rejects)
    counts = {"registered": len(table.frame)}
    if with_orders is not None:
        buyers = pl.DataFrame({"customer_id": [item.decode() for item in with_orders.ids.tolist()]})
        bought = len(table.frame.join(buyers, on="customer_id", how="semi"))
        counts |= {"with_orders": bought, "without_orders": len(table.frame) - bought}
    report = TableReport(
        source=table.source,
        rows_read=table.rows_read,
        rows_kept=len(table.frame),
        seconds=perf_counter() - started,
        rejected=table.rejected,
        counts=counts,
    )
    return table.frame, report
