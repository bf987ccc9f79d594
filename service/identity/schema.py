"""The tables of identity. Times are microseconds since 1970-01-01 UTC; hashes are HMACs, 16 bytes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from service.ledger.schema import metadata

# E-mail addresses and telephone numbers, known by their hashes alone. A household may share a telephone.
identities = Table(
    "identities",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("hash", LargeBinary, primary_key=True),
    Column("customer_id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Index("identities_of_customer", "customer_id"),
)

# Visits that are known to be a customer's. Rows of other tables keep the id they came with: a merge can be
# undone by deleting its row here.
session_links = Table(
    "session_links",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("customer_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("sessions_of_customer", "customer_id"),
)

# What was merged and undone, by what (`call` or `event`), in their order.
merges = Table(
    "merges",
    metadata,
    Column("merge_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("session_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("merges_of_session", "session_id"),
)

# Customers who were erased, known by the hash of their id.
erasures = Table(
    "erasures",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("at", BigInteger, nullable=False),
)
