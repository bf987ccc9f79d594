"""The tables of attribution."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "attributions",
        sa.Column("event_id", sa.Text, primary_key=True),
        sa.Column("recommendation_id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("product_id", sa.Text),
        sa.Column("plan_id", sa.Text),
        sa.Column("quantity", sa.Float),
        sa.Column("unit_price", sa.BigInteger),
        sa.Column("currency", sa.Text),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("variant", "placement", "channel")),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("attributions_of_customer", "attributions", ["customer_id", "at"])
    op.create_index("attributions_of_recommendation", "attributions", ["recommendation_id"])
    op.create_table(
        "exposures",
        sa.Column("recommendation_id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("customer_id", "channel", "placement")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("variant", "would_have_shown")),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("exposures_of_customer", "exposures", ["customer_id"])
    op.create_index("exposures_by_time", "exposures", ["at"])


def downgrade() -> None:
    """Drop them."""
    for table in ("exposures", "attributions"):
        op.drop_table(table)
