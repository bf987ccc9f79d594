"""The tables of contacts, dismissals and campaigns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("campaign_offers", "contact_states", "dismissals", "contact_subjects", "contacts")


def upgrade() -> None:
    """Make the tables and their indexes."""
    op.create_table(
        "contacts",
        sa.Column("contact_id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("customer_id", "channel", "kind")),
        sa.Column("at", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("campaign_id", "recommendation_id", "meter")),
        sa.Column("threshold", sa.Float),
        sa.Column("cycle", sa.Text),
    )
    op.create_table(
        "contact_subjects",
        sa.Column(
            "contact_id", sa.Text, sa.ForeignKey("contacts.contact_id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("product_id", sa.Text),
        sa.Column("plan_id", sa.Text),
    )
    op.create_table(
        "dismissals",
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("channel", "product_id", "plan_id")),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "contact_states",
        sa.Column("customer_id", sa.Text, primary_key=True),
        sa.Column("plan_changed_at", sa.BigInteger),
        sa.Column("complaint_at", sa.BigInteger),
        sa.Column("complaint_open", sa.Boolean),
    )
    op.create_table(
        "campaign_offers",
        sa.Column("campaign_id", sa.Text, primary_key=True),
        sa.Column("customer_id", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("variant", "would_have_shown", "answer")),
    )
    op.create_index("contacts_of_customer", "contacts", ["customer_id", "at"])
    op.create_index("contacts_of_recommendation", "contacts", ["recommendation_id"])
    op.create_index("subjects_of_contact", "contact_subjects", ["contact_id"])
    op.create_index("dismissals_of_customer", "dismissals", ["customer_id", "at"])
    op.create_index("campaign_offers_of_customer", "campaign_offers", ["customer_id", "at"])


def downgrade() -> None:
    """Drop the tables: contacts and campaigns are forgotten."""
    for table in TABLES:
        op.drop_table(table)
