"""Subscribers' own rules, what they were told of, and those that were only tried out."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _telling() -> list[sa.Column[Any]]:
    return [
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("mode", sa.String, nullable=False),
        sa.Column("cooldown_sessions", sa.Integer, nullable=False),
        sa.Column("daily_cap", sa.Integer, nullable=False),
        sa.Column("expires_on", sa.Date),
    ]


def upgrade() -> None:
    op.create_table(
        "rules",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("subscription_id", _ID, sa.ForeignKey("subscriptions.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        *_telling(),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("token", sa.String, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("subscription_id", "number"),
    )
    op.create_index(op.f("ix_rules_state"), "rules", ["state"])
    op.create_table(
        "rule_hits",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("rule_id", _ID, sa.ForeignKey("rules.id"), nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.UniqueConstraint("rule_id", "code", "day"),
    )
    op.create_index(op.f("ix_rule_hits_day"), "rule_hits", ["day"])
    op.create_table(
        "rule_drafts",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("chat", sa.String, nullable=False),
        sa.Column("thread", sa.String, nullable=False),
        sa.Column("number", sa.Integer),
        *_telling(),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("day", sa.Date),
        sa.Column("codes", sa.JSON, nullable=False),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index(op.f("ix_rule_drafts_channel_chat_thread_id"), "rule_drafts", ["channel", "chat", "thread", "id"])


def downgrade() -> None:
    op.drop_table("rule_drafts")
    op.drop_table("rule_hits")
    op.drop_table("rules")
