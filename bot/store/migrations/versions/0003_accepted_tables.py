"""Refused tables that an operator let in: since when."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quarantine", sa.Column("accepted_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("quarantine", "accepted_at")
