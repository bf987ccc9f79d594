"""Customers who asked to be forgotten: the next training leaves out what they did before they asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
from sqlalchemy import text

from config.identity import Identity
from models.contact_hashes import ContactHasher
from models.ids import IdMap
from models.subscriptions import DailyUsage, Subscriptions
from training.data.ledger import asked
from training.data.orders import GUEST, Orders
from training.data.provider import Provider
from training.data.report import ReadReport
from training.data.shop import Tables

ERASED = "erased_customer"  # the reason, as reports count it
NEVER = -(2**31)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_erasures(ledger: str) -> Mapping[bytes, datetime]:
    """When each customer was erased, by the hash of their id, from the ledger at a URL; "" is no ledger.

    Raises DataError for a ledger that cannot be read: who is not known to be erased must not be trained on.
    """
    query = text("SELECT hash, at FROM erasures")
    rows = asked(ledger, lambda connection: [(row.hash, row.at) for row in connection.execute(query)])
    return {bytes(digest): EPOCH + timedelta(microseconds=at) for digest, at in rows}


def without_erased(tables: Tables, erased: Mapping[bytes, datetime], identity: Identity) -> Tables:
    """The tables without what erased customers did before: their order lines become those of guests."""
    if not erased:
        return tables
    hasher = ContactHasher(identity.secret(), identity.default_region)

    def when(customers: IdMap) -> dict[int, datetime]:
        ids = (each.decode() for each in customers.ids.tolist())
        found = ((at, erased.get(hasher.of_customer(each))) for at, each in enumerate(ids))
        return {at: moment for at, moment in found if moment is not None}

    shop, provider = tables.shop, tables.provider
    if shop is not None:
        orders, lines = _as_guests(shop.orders, when(shop.orders.customers))
        shop = replace(shop, orders=orders, report=_told(shop.report, lines))
        if shop.customers is not None:
            gone = [hasher.of_customer(each) in erased for each in shop.customers["customer_id"]]
            shop = replace(shop, customers=shop.customers.filter(~pl.Series(gone, dtype=pl.Boolean)))
    if provider is not None:
        provider = _unsubscribed(provider, when(provider.subscribers))
    return Tables(shop, provider)


def _as_guests(orders: Orders, when: Mapping[int, datetime]) -> tuple[Orders, int]:
    """The orders with the lines of erased customers as guests' lines, and how many that were."""
    if not when:
        return orders, 0
    moments = pl.DataFrame(
        {"customer": list(when), "erased_at": [moment.replace(tzinfo=None) for moment in when.values()]},
        schema={"customer": pl.Int32, "erased_at": pl.Datetime("us")},
    )
    lines = orders.lines.join(moments, on="customer", how="left", maintain_order="left")
    before = (pl.col("ordered_at") <= pl.col("erased_at")).fill_null(value=False)
    count = int(lines.select(before.sum()).item())
    guests = lines.with_columns(pl.when(before).then(GUEST).otherwise(pl.col("customer")).alias("customer"))
    used = np.unique(guests["customer"].to_numpy())
    used = used[used != GUEST]
    place = np.full(len(orders.customers) + 1, GUEST, dtype=np.int32)  # the last entry serves GUEST
    place[used] = np.arange(len(used), dtype=np.int32)
    kept = guests.with_columns(pl.Series("customer", place[guests["customer"].to_numpy()])).drop("erased_at")
    return replace(orders, lines=kept, customers=IdMap(orders.customers.ids[used])), count


def _told(report: ReadReport, lines: int) -> ReadReport:
    """The report with the number of lines that are guests' now."""
    if not lines:
        return report
    read = report.tables["orders"]
    changed = {**read.changed, ERASED: lines}
    return ReadReport(
        {**report.tables, "orders": replace(read, changed=changed, guest_rows=read.guest_rows + lines)}
    )


def _unsubscribed(provider: Provider, when: Mapping[int, datetime]) -> Provider:
    """The provider without the subscriptions and the usage of erased customers up to the day they were."""
    if not when:
        return provider
    until = np.full(len(provider.subscribers), NEVER, dtype=np.int32)
    until[list(when)] = [(moment - EPOCH).days for moment in when.values()]
    each, days = provider.subscriptions, provider.usage
    left, used = each.started > until[each.customer], days.day > until[days.customer]
    kept = np.unique(np.concatenate([each.customer[left], days.customer[used]]))
    place = np.zeros(len(provider.subscribers), dtype=np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)

    def rows(table: Subscriptions | DailyUsage, which: np.ndarray) -> dict[str, np.ndarray]:
        columns = {name: getattr(table, name)[which] for name in type(table).__slots__}
        return {**columns, "customer": place[columns["customer"]]}

    gone = len(until) - len(kept)
    read = provider.reports["subscriptions"]
    reports = {**provider.reports, "subscriptions": replace(read, changed={**read.changed, ERASED: gone})}
    return replace(
        provider,
        subscribers=IdMap(provider.subscribers.ids[kept]),
        subscriptions=Subscriptions.of(**rows(each, left)),
        usage=DailyUsage.of(**rows(days, used)),
        reports=reports,
    )
