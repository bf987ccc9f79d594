"""The table of events. `migrations` makes it and the tables of contacts; a test compares them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, Table, Text

metadata = MetaData()

# One row an event. `seq` grows in the order of writing; times are microseconds since 1970 UTC; unit_price is
# in minor units of `currency`; details is JSON text.
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
