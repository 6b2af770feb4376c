"""The first tables: market, alerts, subscriptions, deliveries, and the logs of runs, changes and the chat."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _market()
    _alerts()
    _subscribers()
    _deliveries()
    _logs()


def downgrade() -> None:
    for table in (
        "chat",
        "audit",
        "runs",
        "delivery_alerts",
        "deliveries",
        "watchlists",
        "subscriptions",
        "alerts",
        "quarantine",
        "snapshots",
    ):
        op.drop_table(table)


def _moment(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), **{"nullable": False, **options})


def _text(name: str, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.String, **{"nullable": False, **options})


def _snapshot_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", _ID, primary_key=True),
        _text("dataset"),
        _text("source"),
        _text("scope"),
        sa.Column("day", sa.Date, nullable=False),
        _moment("fetched_at"),
        _moment("known_at"),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        _text("digest"),
    ]


def _market() -> None:
    op.create_table("snapshots", *_snapshot_columns(), sa.Column("payload", sa.LargeBinary, nullable=False))
    op.create_index("ix_snapshots_dataset_day_scope_known_at", "snapshots", ["dataset", "day", "scope", "known_at"])
    op.create_index("ix_snapshots_source_day", "snapshots", ["source", "day"])
    op.create_table(
        "quarantine",
        *_snapshot_columns(),
        _text("gate"),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("dataset", "source", "scope", "day", "digest"),
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", _ID, primary_key=True),
        _text("identity"),
        _text("batch"),
        _text("kind"),
        _text("axis"),
        _text("code"),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("reached", sa.Date, nullable=False),
        sa.Column("rung", sa.Integer, nullable=False),
        sa.Column("strength", sa.Float, nullable=False),
        _text("basis", nullable=True),
        sa.Column("evidence", sa.JSON, nullable=False),
        _text("reason"),
        sa.Column("follows", _ID, sa.ForeignKey("alerts.id")),
        _moment("asof"),
        sa.UniqueConstraint("identity"),
    )
    op.create_index("ix_alerts_kind_axis_code_day", "alerts", ["kind", "axis", "code", "day"])
    op.create_index("ix_alerts_axis_code", "alerts", ["axis", "code"])
    op.create_index("ix_alerts_asof", "alerts", ["asof"])


def _subscribers() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", _ID, primary_key=True),
        _text("channel"),
        _text("chat"),
        _text("thread"),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("paused_reason", sa.Text, nullable=False),
        _text("language"),
        _text("zone"),
        sa.Column("topics", sa.JSON, nullable=False),
        sa.Column("watched", sa.JSON, nullable=False),
        sa.Column("watchlists", sa.JSON, nullable=False),
        sa.Column("evening_digest", sa.Time),
        sa.Column("morning_digest", sa.Boolean, nullable=False),
        sa.Column("least_strength", sa.Float, nullable=False),
        _moment("held_until", nullable=True),
        _moment("created_at"),
        _moment("updated_at"),
        sa.UniqueConstraint("channel", "chat", "thread"),
    )
    op.create_table(
        "watchlists",
        _text("name", primary_key=True),
        sa.Column("title_zh", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False),
        sa.Column("codes", sa.JSON, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        _moment("updated_at"),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", _ID, primary_key=True),
        _text("batch"),
        sa.Column("subscription_id", _ID, sa.ForeignKey("subscriptions.id"), nullable=False),
        sa.Column("message", sa.JSON, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        _moment("due_at"),
        _text("state"),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("parts_sent", sa.Integer, nullable=False),
        sa.Column("remote_ids", sa.Text, nullable=False),
        sa.Column("plain", sa.Boolean, nullable=False),
        _moment("lease_until", nullable=True),
        _moment("ended_at", nullable=True),
        sa.Column("error", sa.Text, nullable=False),
        sa.UniqueConstraint("batch", "subscription_id"),
    )
    op.create_index("ix_deliveries_state_priority_id", "deliveries", ["state", "priority", "id"])
    op.create_index("ix_deliveries_subscription_id", "deliveries", ["subscription_id"])
    op.create_table(
        "delivery_alerts",
        sa.Column("alert_id", _ID, sa.ForeignKey("alerts.id"), primary_key=True),
        sa.Column("delivery_id", _ID, sa.ForeignKey("deliveries.id"), primary_key=True),
    )
    op.create_index("ix_delivery_alerts_delivery_id", "delivery_alerts", ["delivery_id"])


def _logs() -> None:
    op.create_table(
        "runs",
        _text("job", primary_key=True),
        _moment("slot", primary_key=True),
        _moment("finished_at"),
        sa.Column("report", sa.Text, nullable=False),
    )
    op.create_index("ix_runs_finished_at", "runs", ["finished_at"])
    op.create_table(
        "audit",
        sa.Column("id", _ID, primary_key=True),
        _moment("at"),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
    )
    op.create_table(
        "chat",
        sa.Column("id", _ID, primary_key=True),
        _text("chat"),
        _text("author"),
        sa.Column("body", sa.JSON, nullable=False),
        _moment("at"),
    )
    op.create_index("ix_chat_chat_id", "chat", ["chat", "id"])
