"""Who reads, what they follow, and their own rules."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    Time,
    UniqueConstraint,
)

from bot.store.tables.base import ID, METADATA, Moment

SUBSCRIPTIONS = Table(
    "subscriptions",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("channel", String, nullable=False),
    Column("chat", String, nullable=False),
    Column("thread", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("paused_reason", Text, nullable=False),
    Column("language", String, nullable=False),
    Column("zone", String, nullable=False),
    Column("topics", JSON, nullable=False),
    Column("watched", JSON, nullable=False),
    Column("watchlists", JSON, nullable=False),
    Column("evening_digest", Time),
    Column("morning_digest", Boolean, nullable=False),
    Column("least_strength", Float, nullable=False),
    Column("title", Text, nullable=False),
    Column("weekly_digest", Boolean, nullable=False),
    Column("sections", JSON, nullable=False),
    Column("length", String, nullable=False),
    Column("layout", String, nullable=False),
    Column("colours", String, nullable=False),
    Column("dark_pictures", Boolean, nullable=False),
    Column("silent_digest", Boolean, nullable=False),
    Column("pin_digest", Boolean, nullable=False),
    Column("quiet_from", Time),
    Column("quiet_until", Time),
    Column("urgent_passes", Boolean, nullable=False),
    Column("daily_cap", Integer, nullable=False),
    Column("mutes", JSON, nullable=False),
    Column("members_set_up", Boolean, nullable=False),
    Column("held_until", Moment),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("channel", "chat", "thread"),
)
"""`held_until`: before that moment the channel would refuse whatever is sent there."""

WATCHLISTS = Table(
    "watchlists",
    METADATA,
    Column("name", String, primary_key=True),
    Column("title_zh", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("codes", JSON, nullable=False),
    Column("position", Integer, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("updated_at", Moment, nullable=False),
)
"""A removed list keeps its row: the files that seed lists must not bring it back."""

RULES = Table(
    "rules",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("subscription_id", ID, ForeignKey("subscriptions.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("mode", String, nullable=False),
    Column("cooldown_sessions", Integer, nullable=False),
    Column("daily_cap", Integer, nullable=False),
    Column("expires_on", Date),
    Column("state", String, nullable=False),
    Column("token", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("subscription_id", "number"),
    Index(None, "state"),
)
"""Subscribers' own rules. A deleted one keeps its number, so that an old button never meets another rule."""

RULE_HITS = Table(
    "rule_hits",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("rule_id", ID, ForeignKey("rules.id"), nullable=False),
    Column("code", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("named", Boolean, nullable=False),
    Column("withdrawn_at", Moment),
    UniqueConstraint("rule_id", "code", "day"),
    Index(None, "day"),
)
"""What rules were told of, so that nothing is told twice; `withdrawn_at`: when it was said that it does not hold."""

RULE_DRAFTS = Table(
    "rule_drafts",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("channel", String, nullable=False),
    Column("chat", String, nullable=False),
    Column("thread", String, nullable=False),
    Column("number", Integer),
    Column("text", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("mode", String, nullable=False),
    Column("cooldown_sessions", Integer, nullable=False),
    Column("daily_cap", Integer, nullable=False),
    Column("expires_on", Date),
    Column("share", Float, nullable=False),
    Column("day", Date),
    Column("codes", JSON, nullable=False),
    Column("settled", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index(None, "channel", "chat", "thread", "id"),
)
"""Rules that were tried out; whoever tries one out need not be a subscriber yet."""
