"""Alerts that wait for the end of a reader's quiet hours or for his next morning, and what they are merged from."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("deliveries") as table:
        table.add_column(sa.Column("gate", sa.String))
        table.add_column(sa.Column("letter", sa.JSON))


def downgrade() -> None:
    with op.batch_alter_table("deliveries") as table:
        table.drop_column("letter")
        table.drop_column("gate")
