"""The tables of the ledger. `migrations` makes them; a test compares the two."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, Table, Text


class Tables(NamedTuple):
    """All tables, and the metadata that holds them."""

    metadata: MetaData
    events: Table


def tables() -> Tables:
    """The tables of the newest version.

    events: one row an event. `seq` grows in the order of writing; times are microseconds since 1970 UTC;
    unit_price is in minor units of `currency`; details is JSON text.
    """
    metadata = MetaData()
    events = Table(
        "events",
        metadata,
        Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
        Column("event_id", Text, nullable=False, unique=True),
        Column("type", Text, nullable=False),
        *(Column(name, Text) for name in ("customer_id", "session_id", "product_id", "plan_id")),
        *(Column(name, Text) for name in ("meter", "order_id")),
        Column("quantity", Float),
        Column("unit_price", BigInteger),
        *(Column(name, Text) for name in ("currency", "channel", "placement")),
        *(Column(name, Text) for name in ("recommendation_id", "campaign_id")),
        Column("occurred_at", BigInteger, nullable=False),
        Column("received_at", BigInteger, nullable=False),
        Column("details", Text),
        Index("events_of_customer", "customer_id", "occurred_at"),
        Index("events_of_session", "session_id", "occurred_at"),
        Index("events_of_recommendation", "recommendation_id"),
        Index("events_by_time", "occurred_at"),
    )
    return Tables(metadata, events)
