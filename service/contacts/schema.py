"""The tables of contacts. Times are microseconds since 1970-01-01 UTC."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Table, Text

from service.ledger.schema import metadata

# One row a contact: one e-mail with six products is one. The id follows from what it belongs to (see
# `service.contacts.book.contact_id_of`), so that telling of it again changes nothing.
contacts = Table(
    "contacts",
    metadata,
    Column("contact_id", Text, primary_key=True),
    Column("customer_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("campaign_id", Text),
    Column("recommendation_id", Text),
    Column("meter", Text),
    Column("threshold", Float),
    Column("cycle", Text),
    Index("contacts_of_customer", "customer_id", "at"),
    Index("contacts_of_recommendation", "recommendation_id"),
)

contact_subjects = Table(
    "contact_subjects",
    metadata,
    Column("contact_id", Text, ForeignKey("contacts.contact_id", ondelete="CASCADE"), nullable=False),
    Column("product_id", Text),
    Column("plan_id", Text),
    Index("subjects_of_contact", "contact_id"),
)

dismissals = Table(
    "dismissals",
    metadata,
    Column("event_id", Text, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("channel", Text),
    Column("product_id", Text),
    Column("plan_id", Text),
    Column("at", BigInteger, nullable=False),
    Index("dismissals_of_customer", "customer_id", "at"),
)

# The last change of plan, and whether the last that was heard of a complaint is that it is open.
contact_states = Table(
    "contact_states",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("plan_changed_at", BigInteger),
    Column("complaint_at", BigInteger),
    Column("complaint_open", Boolean),
)

# What each customer was offered in a campaign, as it was answered: asked again, it is answered again.
# `would_have_shown` holds the personal offers of everybody, those held out included, as a JSON list of ids.
campaign_offers = Table(
    "campaign_offers",
    metadata,
    Column("campaign_id", Text, primary_key=True),
    Column("customer_id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("variant", Text, nullable=False),
    Column("would_have_shown", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Index("campaign_offers_of_customer", "customer_id", "at"),
)
