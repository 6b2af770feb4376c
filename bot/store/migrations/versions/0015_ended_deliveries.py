"""Deliveries by when they ended: what is old, and what was given up lately, is found without reading them all."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_deliveries_ended_at", "deliveries", ["ended_at"])


def downgrade() -> None:
    op.drop_index("ix_deliveries_ended_at", "deliveries")
