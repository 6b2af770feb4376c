"""People and chats: what they said, changed, set up, and who is not answered."""

from sqlalchemy import JSON, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from bot.store.tables.base import ID, METADATA, Moment

AUDIT = Table(
    "audit",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
)

CHAT = Table(
    "chat",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("chat", String, nullable=False),
    Column("author", String, nullable=False),
    Column("body", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "chat", "id"),
)

BANS = Table(
    "bans",
    METADATA,
    Column("who", String, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
"""`who`: a person or a chat as ``channel:id``."""

BEGINNINGS = Table(
    "beginnings",
    METADATA,
    Column("subscription_id", ID, ForeignKey("subscriptions.id"), primary_key=True),
    Column("channel", String, nullable=False),
    Column("person", String, nullable=False),
    Index(None, "channel", "person"),
)
"""Who subscribed a chat that several people read."""

MANAGING = Table(
    "managing",
    METADATA,
    Column("channel", String, primary_key=True),
    Column("person", String, primary_key=True),
    Column("subscription_id", ID, ForeignKey("subscriptions.id"), nullable=False),
    Column("until", Moment, nullable=False),
    Index(None, "subscription_id"),
)
"""The chat that what a person says in private is about for a while."""

IMPORTS = Table(
    "imports",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("channel", String, nullable=False),
    Column("chat", String, nullable=False),
    Column("thread", String, nullable=False),
    Column("body", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("channel", "chat", "thread"),
)
"""The set-up that a chat was shown and has not said yes to; the newest only."""
