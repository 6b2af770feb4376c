"""People: who is banned, who began which chat, who sets one up from outside, and set-ups that wait for a yes."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "bans",
        sa.Column("who", sa.String, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "beginnings",
        sa.Column("subscription_id", _ID, sa.ForeignKey("subscriptions.id"), primary_key=True),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("person", sa.String, nullable=False),
    )
    op.create_index(op.f("ix_beginnings_channel_person"), "beginnings", ["channel", "person"])
    op.create_table(
        "managing",
        sa.Column("channel", sa.String, primary_key=True),
        sa.Column("person", sa.String, primary_key=True),
        sa.Column("subscription_id", _ID, sa.ForeignKey("subscriptions.id"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index(op.f("ix_managing_subscription_id"), "managing", ["subscription_id"])
    op.create_table(
        "imports",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("chat", sa.String, nullable=False),
        sa.Column("thread", sa.String, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("channel", "chat", "thread"),
    )


def downgrade() -> None:
    for table in ("imports", "managing", "beginnings", "bans"):
        op.drop_table(table)
