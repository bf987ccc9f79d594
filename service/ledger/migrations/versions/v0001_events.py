"""The table of events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXTS_BEFORE = ("customer_id", "session_id", "product_id", "plan_id", "meter", "order_id")
TEXTS_AFTER = ("currency", "channel", "placement", "recommendation_id", "campaign_id")


def upgrade() -> None:
    """Make the table and its indexes."""
    op.create_table(
        "events",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True
        ),
        sa.Column("event_id", sa.Text, nullable=False, unique=True),
        sa.Column("type", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in TEXTS_BEFORE),
        sa.Column("quantity", sa.Float),
        sa.Column("unit_price", sa.BigInteger),
        *(sa.Column(name, sa.Text) for name in TEXTS_AFTER),
        sa.Column("occurred_at", sa.BigInteger, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("details", sa.Text),
    )
    op.create_index("events_of_customer", "events", ["customer_id", "occurred_at"])
    op.create_index("events_of_session", "events", ["session_id", "occurred_at"])
    op.create_index("events_of_recommendation", "events", ["recommendation_id"])
    op.create_index("events_by_time", "events", ["occurred_at"])


def downgrade() -> None:
    """Drop the table: its events are lost."""
    op.drop_table("events")
