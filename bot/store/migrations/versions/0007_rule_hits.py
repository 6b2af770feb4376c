"""What a rule was told of can be taken back when a figure was revised; what was only counted cannot."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("rule_hits") as table:
        table.add_column(sa.Column("named", sa.Boolean, nullable=False, server_default=sa.true()))
        table.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True)))
    with op.batch_alter_table("rule_hits") as table:
        table.alter_column("named", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("rule_hits") as table:
        table.drop_column("withdrawn_at")
        table.drop_column("named")
