"""Digests without a sound, for those who want them so."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("subscriptions") as table:
        table.add_column(sa.Column("silent_digest", sa.Boolean, nullable=False, server_default=sa.false()))
    with op.batch_alter_table("subscriptions") as table:
        table.alter_column("silent_digest", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("subscriptions") as table:
        table.drop_column("silent_digest")
