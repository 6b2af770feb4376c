"""How a subscriber wants to be told: quiet hours, mutes, a daily limit, and what his digests hold."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SECTIONS = '["funds", "leaders", "market", "notable", "rules"]'

_COLUMNS = (
    ("title", sa.Text, ""),
    ("weekly_digest", sa.Boolean, sa.true()),
    ("sections", sa.JSON, _SECTIONS),
    ("length", sa.String, "full"),
    ("layout", sa.String, "lines"),
    ("colours", sa.String, "red_up"),
    ("dark_pictures", sa.Boolean, sa.false()),
    ("pin_digest", sa.Boolean, sa.false()),
    ("urgent_passes", sa.Boolean, sa.false()),
    ("daily_cap", sa.Integer, "0"),
    ("mutes", sa.JSON, "[]"),
    ("members_set_up", sa.Boolean, sa.false()),
)


def upgrade() -> None:
    with op.batch_alter_table("subscriptions") as table:
        for name, kind, usual in _COLUMNS:
            table.add_column(sa.Column(name, kind, nullable=False, server_default=usual))
        table.add_column(sa.Column("quiet_from", sa.Time))
        table.add_column(sa.Column("quiet_until", sa.Time))
    with op.batch_alter_table("subscriptions") as table:
        for name, kind, _ in _COLUMNS:
            table.alter_column(name, existing_type=kind(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("subscriptions") as table:
        for name in (*(name for name, *_ in _COLUMNS), "quiet_from", "quiet_until"):
            table.drop_column(name)
