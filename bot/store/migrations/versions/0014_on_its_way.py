"""Whether a part is with its channel unanswered, and priorities with a place for what is urgent."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("deliveries") as table:
        table.add_column(sa.Column("on_its_way", sa.Boolean, nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("repeats", sa.Integer, nullable=False, server_default="0"))
    # Nobody knows of what was being sent whether it had gone out.
    op.execute("UPDATE deliveries SET on_its_way = (state = 'sending')")
    op.execute("UPDATE deliveries SET priority = priority * 2 WHERE priority IN (1, 2)")


def downgrade() -> None:
    op.execute("UPDATE deliveries SET priority = CASE priority WHEN 4 THEN 2 ELSE 1 END WHERE priority <= 4")
    with op.batch_alter_table("deliveries") as table:
        table.drop_column("repeats")
        table.drop_column("on_its_way")
