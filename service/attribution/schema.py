"""The tables of attribution. Times are microseconds since 1970-01-01 UTC."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Table, Text

from service.ledger.schema import metadata

# One row an event that echoed a recommendation id which was signed here; what the id says stands beside it.
attributions = Table(
    "attributions",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("recommendation_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("product_id", Text),
    Column("plan_id", Text),
    Column("quantity", Float),
    Column("unit_price", BigInteger),
    Column("currency", Text),
    Column("variant", Text, nullable=False),
    Column("placement", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("attributions_of_customer", "customer_id", "at"),
    Index("attributions_of_recommendation", "recommendation_id"),
)

# One row an answer that a customer saw, of either arm. `would_have_shown` are the products of the personal
# answer as a JSON list, for those held out too.
exposures = Table(
    "exposures",
    metadata,
    Column("recommendation_id", Text, primary_key=True),
    Column("customer_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("placement", Text, nullable=False),
    Column("variant", Text, nullable=False),
    Column("would_have_shown", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("exposures_of_customer", "customer_id"),
    Index("exposures_by_time", "at"),
)
