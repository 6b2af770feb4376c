"""What was found worth telling, and messages on their way."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from bot.store.tables.base import ID, METADATA, Moment

ALERTS = Table(
    "alerts",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("identity", String, nullable=False),
    Column("batch", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("axis", String, nullable=False),
    Column("code", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("since", Date, nullable=False),
    Column("reached", Date, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("strength", Float, nullable=False),
    Column("basis", String),
    Column("evidence", JSON, nullable=False),
    Column("reason", String, nullable=False),
    Column("follows", ID, ForeignKey("alerts.id")),
    Column("asof", Moment, nullable=False),
    UniqueConstraint("identity"),
    Index(None, "kind", "axis", "code", "day"),
    Index(None, "axis", "code"),
    Index(None, "asof"),
)

DELIVERIES = Table(
    "deliveries",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("batch", String, nullable=False),
    Column("subscription_id", ID, ForeignKey("subscriptions.id"), nullable=False),
    Column("message", JSON, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("on_its_way", Boolean, nullable=False, server_default=false()),
    Column("repeats", Integer, nullable=False, server_default="0"),
    Column("parts_sent", Integer, nullable=False),
    Column("remote_ids", Text, nullable=False),
    Column("plain", Boolean, nullable=False),
    Column("lease_until", Moment),
    Column("ended_at", Moment),
    Column("error", Text, nullable=False),
    Column("gate", String),
    Column("letter", JSON(none_as_null=True)),
    UniqueConstraint("batch", "subscription_id"),
    Index(None, "state", "priority", "id"),
    Index(None, "ended_at"),
    Index(None, "subscription_id"),
)
"""`on_its_way`: the next part has gone to the channel, whose answer is not stored; `repeats`: how often that was repeated;
`remote_ids`: the channel's id of each part sent, one a line; `ended_at`: when it was sent or given up; `gate`: where
an alert stands before quiet hours and a daily limit (null = it is no alert), and `letter` what it can be merged from."""

DELIVERY_ALERTS = Table(
    "delivery_alerts",
    METADATA,
    Column("alert_id", ID, ForeignKey("alerts.id"), primary_key=True),
    Column("delivery_id", ID, ForeignKey("deliveries.id"), primary_key=True),
    Index(None, "delivery_id"),
)

CREW = Table(
    "crew",
    METADATA,
    Column("name", String, primary_key=True),
    Column("drains", Boolean, nullable=False),
    Column("seen_at", Moment, nullable=False),
)
"""Processes that send, and when each last said that it is there."""

UPLOADS = Table(
    "uploads",
    METADATA,
    Column("bot", String, primary_key=True),
    Column("digest", String, primary_key=True),
    Column("file_id", Text, nullable=False),
    Column("kept_at", Moment, nullable=False),
    Index(None, "kept_at"),
)
"""Pictures by the hash of their bytes, and a chat service's id of each."""

PICTURES = Table(
    "pictures",
    METADATA,
    Column("name", String, primary_key=True),
    Column("png", LargeBinary, nullable=False),
    Column("last_used_at", Moment, nullable=False),
    Index(None, "last_used_at"),
)
"""Named by their SHA-256; messages in `deliveries` and `chat` hold the names."""
